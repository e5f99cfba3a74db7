import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { Asking } from '../lib/http.mjs';
import { createTestDatabase, ParcelSent, sampleMigrations, withTopics } from '../lib/ours.mjs';
import { startProcess } from '../lib/process.mjs';
import { demand, percentile } from '../lib/rounds.mjs';

const { TestIssuer } = createRequire(import.meta.url)('@aftersales/platform/testing/test-issuer');

/** From the instant a command was to arrive to the commit of its effect in another service: HTTP, transaction, relay, Kafka, inbox, transaction. 300 a second, whether the last has come back or not. */
export const figure = { id: 'P6', what: 'command → effect committed in another service, 300/s open loop, p99', unit: 'ms', floor: 100, goal: 35, less: true };

const idleMs = () => os.cpus().reduce((sum, { times }) => sum + times.idle, 0);
/** CPU time of its process, all threads; the kernel counts in 10 ms. */
const usedMs = ({ pid }) => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);

export async function measure({ quick, size }) {
  const [seconds, perSecond] = size ? [10, 100] : [quick ? 3 : 20, 300]; // as the data grows: below what a busy machine can serve, or a queue is all there is to see
  const [here, there, issuer] = [await createTestDatabase('hq', sampleMigrations), await createTestDatabase('crm', sampleMigrations), await TestIssuer.start()];
  const services = [];
  const asking = [];
  try {
    return await withTopics([ParcelSent.topic, 'hq.label'], 6, async () => {
      services.push(...(await Promise.all([startProcess({ name: 'hq', db: here, issuer: issuer.url }), startProcess({ name: 'crm', db: there, issuer: issuer.url })])));
      await Promise.all(services.map((service) => service.ready()));
      const { port, told: { staff, stores } } = services[0];
      for (const { admin } of [here, there]) await filled(admin, (quick ? 1_000 : 10_000) * (size ?? 0));
      for (let i = 0; i < 40; i++) asking.push(await Asking.to(port));
      const head = `authorization: Bearer ${await issuer.token(staff.clerkA)}\r\n`;
      const idle = [...asking];
      const waiting = [];
      const at = new Map(); // parcel → when its command was to arrive, ms
      const pack = async (due) => {
        const one = idle.pop() ?? (await new Promise((resolve) => waiting.push(resolve)));
        const { status, body } = await one.post(`/api/hq/stores/${stores.a}/parcels`, `${head}idempotency-key: ${randomUUID()}\r\n`, '{"note":"bench"}');
        demand(status === 201, `answered ${status}: ${body}`);
        at.set(JSON.parse(body).id, due);
        const next = waiting.shift();
        next ? next(one) : idle.push(one);
      };
      const run = async (n) => {
        const asked = [];
        const from = performance.timeOrigin + performance.now();
        for (let i = 0; i < n; i++) {
          const due = from + (i * 1000) / perSecond;
          const wait = due - performance.timeOrigin - performance.now();
          if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
          asked.push(pack(due));
        }
        await Promise.all(asked);
      };
      const effects = async () => {
        for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
          const { rows } = await there.admin.query(`select parcel_id as id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at from parcel_heard`);
          if (rows.length >= at.size) return rows;
          demand(Date.now() < end, `${rows.length} effects of ${at.size}`);
        }
      };
      await run(quick ? 1_500 : 4_500); // warm: so many until V8 has compiled what is hot, until then each costs it three times as much
      await effects();
      at.clear();
      await there.admin.query('truncate parcel_heard');
      const [idleBefore, usedBefore] = [idleMs(), services.map(usedMs)];
      await run(perSecond * seconds);
      const idleCores = (idleMs() - idleBefore) / seconds / 1000;
      const cores = services.map((service, i) => ((usedMs(service) - usedBefore[i]) / seconds / 1000).toFixed(2));
      const seen = await effects();
      demand(seen.length === at.size && new Set(seen.map(({ id }) => id)).size === at.size, `${seen.length} effects of ${at.size} commands`);
      const lags = seen.map(({ id, at: committed }) => committed - at.get(id));
      return { value: percentile(lags, 0.99), also: `median ${percentile(lags, 0.5).toFixed(0)} ms, most ${percentile(lags, 1).toFixed(0)} ms, ${at.size} commands; of ${os.cpus().length} cores the commands' service took ${cores[0]}, the hearing one ${cores[1]}, ${idleCores.toFixed(2)} were idle` };
    });
  } finally {
    for (const one of asking) one.close();
    await Promise.all(services.map((service) => service.end()));
    await issuer.stop();
    await Promise.all([here.drop(), there.drop()]);
  }
}

/** What days of the same work have left behind: things, answers under their keys, notes of what was heard. */
async function filled(admin, n) {
  await admin.query(`insert into parcel (id, store_id, version, state) select gen_random_uuid(), gen_random_uuid(), 2, 'sent' from generate_series(1, $1::int)`, [n]);
  await admin.query(`insert into idempotency (id, body_hash, status, answer) select gen_random_uuid(), md5(n::text), 201, repeat('x', 150) from generate_series(1, $1::int) n`, [n]);
  await admin.query(`insert into inbox (consumer, event_id, digest) select 'hq.parcel', gen_random_uuid(), md5(n::text) from generate_series(1, $1::int) n`, [n]);
  await admin.query('vacuum analyze');
}
