import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { Asking } from '../lib/http.mjs';
import { createTestDatabase, ParcelSent, sampleMigrations, withTopics } from '../lib/ours.mjs';
import { startProcess } from '../lib/process.mjs';
import { demand, median } from '../lib/rounds.mjs';
import { aheadMs, due, prepare } from '../lib/timers.mjs';

const { TestIssuer } = createRequire(import.meta.url)('@aftersales/platform/testing/test-issuer');

/**
 * Two replicas; commands go on at the one that stays, and timers fall due. kill -9 of the one that leads the relay; then of one that is in the middle of
 * timers. Takeover is the longest wait, counted from the kill, of whatever was due at it or within two seconds after: a fact's for its effect in another
 * service, a timer's for its own. What was told and what fell due is counted against the effects.
 */
export const figure = { id: 'P9', what: 'kill -9 of the relay\'s leader or of a working timer process: longest wait from the kill on', unit: 's', floor: 10, goal: 1, less: true };

const [commandsPerSecond, timersPerSecond] = [40, 100];
const [beforeMs, afterMs] = [2_000, 4_000]; // of load, around the kill

export async function measure({ rounds }) {
  const [here, there, issuer] = [await createTestDatabase('hq', sampleMigrations), await createTestDatabase('crm', sampleMigrations), await TestIssuer.start()];
  const running = new Set();
  let started = 0;
  const replica = async () => {
    const known = `replica-${++started}`;
    const service = { known, ...(await startProcess({ name: 'hq', db: here, issuer: issuer.url, known })) };
    running.add(service);
    return service;
  };
  const kill = async (service) => {
    const at = Date.now();
    running.delete(service);
    await service.end('SIGKILL');
    return at;
  };
  try {
    return await withTopics([ParcelSent.topic, 'hq.label'], 3, async () => {
      await prepare(here.admin);
      const other = await startProcess({ name: 'crm', db: there, issuer: issuer.url });
      running.add(other);
      await other.ready();
      let [first, second] = [await replica(), await replica()];
      const told = [];

      const relay = async () => {
        const leader = await until('one leads', () => leading(here, [first, second]));
        const stays = leader === first ? second : first;
        const { staff, stores } = stays.told;
        const asking = await Asking.to(stays.port);
        let over = false;
        const from = Date.now();
        const working = (async () => {
          const head = `authorization: Bearer ${await issuer.token(staff.clerkA)}\r\n`;
          for (let n = 0; !over; n++) {
            await pause(Math.max(0, from + (n * 1000) / commandsPerSecond - Date.now()));
            const at = Date.now();
            const { status, body } = await asking.post(`/api/hq/stores/${stores.a}/parcels`, `${head}idempotency-key: ${randomUUID()}\r\n`, '{"note":"bench"}');
            demand(status === 201, `answered ${status}: ${body}`);
            told.push({ id: JSON.parse(body).id, at });
          }
        })();
        await pause(beforeMs);
        const killed = await kill(leader);
        await pause(afterMs);
        over = true;
        await working;
        asking.close();
        [first, second] = [stays, await replica()];
        const seen = await until('each command has its effect', async () => {
          const { rows } = await there.admin.query('select parcel_id as id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at from parcel_heard');
          return rows.length >= told.length && rows;
        });
        const effects = new Map(seen.map(({ id, at }) => [id, at]));
        demand(effects.size === seen.length, `${seen.length - effects.size} effects doubled`);
        demand(told.every(({ id }) => effects.has(id)), 'a command that was acknowledged has no effect');
        return longest(told.map(({ id, at }) => ({ due: at, done: effects.get(id) })), killed);
      };

      const timers = async () => {
        const n = (timersPerSecond * (beforeMs + afterMs)) / 1000;
        const begins = await due(here.admin, n, aheadMs, 1000 / timersPerSecond);
        await pause(begins.getTime() + beforeMs - Date.now());
        const working = await until('one is in the middle of timers', () => atTimers(here, [first, second]), 1);
        const killed = await kill(working);
        [first, second] = [working === first ? second : first, await replica()];
        const seen = await until('each timer has its effect', async () => {
          const { rows } = await here.admin.query(`select r.parcel_id as id, extract(epoch from d.due)::float8 * 1000 as due, extract(epoch from pg_xact_commit_timestamp(r.xmin))::float8 * 1000 as done
            from parcel_rung r join bench_due d on d.id = r.parcel_id`);
          return new Set(rows.map(({ id }) => id)).size >= n && rows;
        });
        demand(seen.length === n, `${seen.length - n} effects doubled`);
        demand(seen.every(({ due: instant, done }) => done >= instant - 1), 'one had its effect before it was due');
        await here.admin.query('truncate bench_due, parcel_rung');
        return longest(seen, killed);
      };

      const waits = { relay: [], timers: [] };
      for (let round = 0; round < rounds; round++) {
        waits.relay.push(await relay());
        waits.timers.push(await timers());
      }
      const all = [...waits.relay, ...waits.timers];
      const words = (of) => `median ${median(of).toFixed(2)} s, most ${Math.max(...of).toFixed(2)} s`;
      return { value: Math.max(median(waits.relay), median(waits.timers)), p10: Math.min(...all), p90: Math.max(...all), rounds, also: `relay ${words(waits.relay)}; timers ${words(waits.timers)}; 0 lost, 0 doubled of ${told.length} commands and ${(rounds * timersPerSecond * (beforeMs + afterMs)) / 1000} timers` };
    });
  } finally {
    await Promise.all([...running].map((service) => service.end()));
    await issuer.stop();
    await Promise.all([here.drop(), there.drop()]);
  }
}

/** Seconds from the kill, or from when it was due, until the last of these was done. */
function longest(all, killed) {
  const around = all.filter(({ due: at, done }) => done > killed && at < killed + 2_000);
  demand(around.length > 0, 'nothing was under way at the kill');
  return Math.max(...around.map(({ due: at, done }) => done - Math.max(at, killed))) / 1000;
}

async function until(what, look, everyMs = 20) {
  for (const end = Date.now() + 60_000; ; await pause(everyMs)) {
    const got = await look();
    if (got) return got;
    demand(Date.now() < end, `not within a minute: ${what}`);
  }
}

const named = ({ rows }, services) => services.find(({ known }) => rows.some(({ name }) => name === known));

/** Whose connection holds the relay's lock. */
const leading = async (db, services) => named(await db.admin.query(`select application_name as name from pg_stat_activity join pg_locks using (pid)
  where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())`), services);

/** Who has a transaction open that writes: timers alone go on. */
const atTimers = async (db, services) => named(await db.admin.query(`select application_name as name from pg_stat_activity where datname = current_database() and backend_xid is not null`), services);
