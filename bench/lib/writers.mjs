// A process that goes on writing outbox rows at a steady rate, as a service's commands would, until it is killed.
import { pg, stores, uuidv7 } from './ours.mjs';

const [url, topic] = process.argv.slice(2);
const everyMs = 5; // 200/s
const pool = new pg.Pool({ connectionString: url, max: 4 });
pool.on('error', () => undefined);
const keys = Array.from({ length: 50 }, () => uuidv7());
const envelope = JSON.stringify({ data: { step: 0, note: 'x'.repeat(400) } });

let next = performance.now();
let writes = 0;
process.send('writing');
for (;;) {
  next += everyMs;
  const wait = next - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  const client = await pool.connect();
  void (async () => {
    await client.query(`begin; select app_open('${stores.a}', true)`);
    await client.query({ name: 'write', text: 'insert into outbox (topic, key, store_id, envelope) values ($1, $2, $3, $4)', values: [topic, keys[writes++ % keys.length], stores.a, envelope] });
    await client.query('commit');
  })().catch(() => undefined).finally(() => client.release());
}
