// The two storage profiles: this machine's own disk, and the same with each sync of the WAL 1 ms longer (a network volume).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('slow-sync.c', import.meta.url));

/**
 * A library that slows fdatasync, compiled now, and how to tell it by how much. Without gcc PostgreSQL's own commit_delay stands in: it waits
 * before the sync and not in it, so that more commits share one; say so beside the figures.
 * @param {string} dir  where PostgreSQL can read
 */
export function slowSync(dir) {
  const library = path.join(dir, 'slow-sync.so');
  const file = path.join(dir, 'slow-sync.us');
  fs.writeFileSync(file, Buffer.alloc(4), { mode: 0o644 });
  try {
    execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'], { stdio: 'pipe' });
    fs.chmodSync(library, 0o755);
  } catch {
    return { how: 'commit_delay = 1000, commit_siblings = 0 (no gcc here)', postgres: {}, slower: async (us, admin) => void (await commitDelay(us, admin)) };
  }
  return {
    how: 'fdatasync of PostgreSQL preloaded with usleep(1000)',
    postgres: { env: { LD_PRELOAD: library, SLOW_SYNC: file } },
    slower: async (us) => {
      const fd = fs.openSync(file, 'r+');
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(us);
      fs.writeSync(fd, bytes, 0, 4, 0);
      fs.closeSync(fd);
    },
  };
}

async function commitDelay(us, admin) {
  await admin.query(`alter system set commit_delay = ${us}`);
  await admin.query('alter system set commit_siblings = 0');
  await admin.query('select pg_reload_conf()');
}

/** What a commit waits for here: one small insert after the other, committed; p10, median and p90, ms. */
export async function probe(admin) {
  await admin.query('create table if not exists fsync_probe (n int)');
  const took = [];
  for (let n = 0; n < 200; n++) {
    const from = process.hrtime.bigint();
    await admin.query({ name: 'probe', text: 'insert into fsync_probe values ($1)', values: [n] });
    took.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  await admin.query('drop table fsync_probe');
  took.sort((a, b) => a - b);
  return { p10: took[20], median: took[100], p90: took[180] };
}
