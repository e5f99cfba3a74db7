import fs from 'node:fs';
import { createTestDatabase, everythingIn, ParcelSent, sampleMigrations, uuidv7, withTopics } from '../lib/ours.mjs';
import { startProcess } from '../lib/process.mjs';
import { demand, spread } from '../lib/rounds.mjs';
import { due, effects, prepare } from '../lib/timers.mjs';

/** Two replicas under 100 timers and 100 facts a second; the one that leads is killed with -9. How late the latest timer and the latest fact are, and whether one is lost or doubled. */
export const figure = { id: 'P9', what: 'kill -9 of the leading replica: the latest timer or fact after', unit: 's', floor: 10, goal: 1, less: true };

const runs = 12; // seconds of load; killed after 4

export async function measure({ quick, rounds }) {
  const latest = { timers: [], facts: [] };
  let doubled = 0;
  for (let round = 0; round < (quick ? 1 : Math.min(rounds, 3)); round++) {
    const db = await createTestDatabase('hq', sampleMigrations);
    let services = [];
    try {
      await withTopics([ParcelSent.topic, 'hq.label'], 3, async () => {
        await prepare(db.admin);
        services = await Promise.all([startProcess({ name: 'hq', db }), startProcess({ name: 'hq', db })]);
        await Promise.all(services.map((service) => service.ready()));
        const storeId = uuidv7();
        await due(db.admin, storeId, runs * 100, 7_000, 10);
        await new Promise((resolve) => setTimeout(resolve, 7_000));
        const leader = await leading(db, services);
        const written = [];
        for (let i = 0; i < runs * 10; i++) {
          const from = Date.now();
          const { rows } = await db.admin.query(`insert into outbox (topic, key, store_id, envelope) select $1, id::text, $2, jsonb_build_object('specversion', '1.0', 'id', gen_random_uuid(), 'source', '/aftersales/hq', 'type', $3::text, 'subject', id,
            'time', '2026-01-01T00:00:00.000Z', 'datacontenttype', 'application/json', 'storeid', $2::uuid, 'aggregateversion', 1, 'data', jsonb_build_object('parcelId', id, 'step', 1))::text from (select gen_random_uuid() as id from generate_series(1, 10)) p returning key`, [ParcelSent.topic, storeId, ParcelSent.type]);
          written.push(...rows.map(({ key }) => ({ key, at: Date.now() })));
          if (i === 40) await leader.end('SIGKILL');
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, 100 - (Date.now() - from))));
        }
        latest.timers.push((await effects(db.admin)).most / 1000);
        for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
          const { rows: [heard] } = await db.admin.query('select count(*)::int as n, count(distinct parcel_id)::int as parcels, (select count(*) from outbox)::int as waiting from parcel_heard');
          demand(heard.n === heard.parcels, `${heard.n - heard.parcels} effects doubled`);
          if (heard.n === written.length && heard.waiting === 0) break;
          demand(Date.now() < end, `${written.length - heard.n} facts had no effect`);
        }
        const sent = new Map();
        for (const { key, at } of await everythingIn(ParcelSent.topic)) {
          if (sent.has(key)) doubled++;
          else sent.set(key, at);
        }
        latest.facts.push(Math.max(...written.map(({ key, at }) => sent.get(key) - at)) / 1000);
      });
    } finally {
      await Promise.all(services.map((service) => service.end().catch(() => undefined)));
      await db.drop();
    }
  }
  const [timers, facts] = [spread(latest.timers), spread(latest.facts)];
  return { ...(timers.value > facts.value ? timers : facts), rounds: latest.timers.length, also: `timers ${timers.value.toFixed(1)} s, facts ${facts.value.toFixed(1)} s; 0 lost, 0 effects doubled (${doubled} sent twice)` };
}

/** Whose connection holds the relay's lock. */
async function leading(db, services) {
  const { rows } = await db.admin.query(`select client_port from pg_stat_activity join pg_locks using (pid) where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())`);
  for (const service of services) if (connections(service.pid).has(rows[0].client_port)) return service;
  throw new Error('nobody leads');
}

function connections(pid) {
  const inodes = new Set(fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return /socket:\[(\d+)\]/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
    } catch {
      return undefined;
    }
  }));
  inodes.delete(undefined);
  const ports = ['tcp', 'tcp6'].flatMap((kind) => fs.readFileSync(`/proc/${pid}/net/${kind}`, 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/)).filter((columns) => inodes.has(columns[9])).map((columns) => parseInt(columns[1].split(':')[1], 16)));
  return new Set(ports);
}
