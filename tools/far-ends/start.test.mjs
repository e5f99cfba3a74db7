/** Starting and ending the outside world, and the parts that its programs share. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startFarEnds } from './far-ends.mjs';
import { Bounded } from './memory.mjs';
import { signedHeaders } from './signed.mjs';
import { linkify } from './web.mjs';

const dir = mkdtempSync(join(tmpdir(), 'far-ends-'));
const usersFile = join(dir, 'users.json');
writeFileSync(usersFile, JSON.stringify([{ sub: randomUUID(), login: 'mei', password: 'demo-1', name: '林美' }]));
const get = async (url) => (await fetch(url)).json();
after(() => rmSync(dir, { recursive: true, force: true }));

test('signing agrees with the published test vector of Standard Webhooks', () => {
  const headers = signedHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', 1614265330_000);
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('links: only http, only ASCII, everything escaped', () => {
  assert.equal(linkify('javascript:alert(1) <i>'), 'javascript:alert(1) &#60;i&#62;');
  assert.match(linkify('看http://a.example/x，好'), /^看<a href="http:\/\/a\.example\/x" [^>]+>http:\/\/a\.example\/x<\/a>，好$/);
});

test('memory drops its oldest and wakes who waits', async () => {
  const memory = new Bounded(2);
  const waiting = memory.when((n) => n > 1, { wait: 5000, min: 2 });
  for (const n of [1, 2, 3]) memory.set(String(n), n);
  assert.deepEqual(await waiting, [2, 3]);
});

async function fivePorts() {
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 10_000);
    const servers = [0, 1, 2, 3, 4].map((offset) => createNetServer().listen(base + offset, '127.0.0.1'));
    const free = await Promise.all(servers.map((server) => once(server, 'listening').then(() => true, () => false)));
    await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    if (free.every(Boolean)) return base;
  }
}

test('start: reaps what a killed run left, keeps keys and secrets; says who fails when a stranger holds the port', async (t) => {
  const portBase = await fivePorts();
  const own = join(dir, 'second');
  const options = { portBase, dir: own, usersFile };
  // A run in a process of its own, killed without a chance to clean up.
  const code = `import { startFarEnds } from ${JSON.stringify(new URL('./far-ends.mjs', import.meta.url).href)};
    const { secrets } = await startFarEnds(${JSON.stringify(options)}); console.log(JSON.stringify(secrets));`;
  const run = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(run.stdout, 'data');
  run.kill('SIGKILL');
  await once(run, 'exit');
  const orphans = ['issuer', 'mail', 'sms', 'maker'].map((name) => Number(readFileSync(join(own, `${name}.pid`), 'utf8')));
  let reaped = false;
  t.after(() => reaped || orphans.forEach((pid) => process.kill(pid, 'SIGKILL')));
  const keys = await get(`http://127.0.0.1:${portBase}/jwks`);
  const lines = [];
  const second = await startFarEnds({ ...options, log: (line) => lines.push(line) });
  assert.equal(lines.filter((line) => line.includes('of an earlier run')).length, 4);
  reaped = true;
  assert.deepEqual(second.secrets, JSON.parse(said.toString()));
  assert.equal(second.mail.smtp, `smtp://127.0.0.1:${portBase + 1}`);
  assert.deepEqual(await get(`${second.issuer}/jwks`), keys);
  await second.stop();
  await assert.rejects(fetch(second.sms));

  const stranger = createNetServer().listen(portBase + 3, '127.0.0.1');
  await once(stranger, 'listening');
  // The number of a living process that is none of ours: to be left alone.
  writeFileSync(join(own, 'sms.pid'), String(process.pid));
  await assert.rejects(startFarEnds(options), /far end sms ended with 1.*port \d+ is held by another process/s);
  await assert.rejects(fetch(`http://127.0.0.1:${portBase + 4}`), 'the others were ended');
  stranger.close();
  assert.equal(readFileSync(join(own, 'sms.log'), 'utf8').includes('held by'), true);
});
