import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { pg, staff, startSample, stores, uuidv7 } from '../lib/ours.mjs';
import { demand, median, Portion, ratio, seconds, shared } from '../lib/rounds.mjs';

/**
 * A command as a service gets it – socket, token, roles, zod, row-level security, idempotency, If-Match, lock, rule, state, promise, outbox, timer –
 * beside the least that a durable write of two rows can be: BEGIN, INSERT, INSERT, COMMIT on a bare pg pool. Those who ask are a process of their own.
 */
export const figure = { id: 'P1', what: 'full HTTP command ÷ raw pg BEGIN/INSERT/INSERT/COMMIT', unit: '×', floor: 0.5, goal: 0.75, rates: 'commands/s' };

const workers = 16;
const connections = 20;

export async function measure({ quick, rounds }) {
  const [portion, rawPortion] = [new Portion(quick ? 1 : 4, 4_000), new Portion(quick ? 1 : 4, 4_000)]; // so many until V8 has compiled what is hot
  const service = await startSample({ AFTERSALES_POOL: String(connections) });
  const raw = new pg.Pool({ connectionString: service.db.service, max: connections });
  const asking = fork(new URL('../lib/asking-process.mjs', import.meta.url));
  try {
    await service.built.app.listen(0, '127.0.0.1');
    const { port } = service.built.app.getHttpServer().address();
    const bearer = `authorization: Bearer ${await service.issuer.token(staff.clerkA)}\r\nif-match: "1"\r\n`;
    await service.rows('create table raw_state (id uuid primary key, store_id uuid, note text); create table raw_outbox (id bigint generated always as identity primary key, topic text, key text, envelope text)');
    await service.rows(`grant insert on raw_state, raw_outbox to ${service.db.name}_service`);

    const ours = async () => {
      const { n } = portion;
      const ids = Array.from({ length: n }, () => uuidv7());
      await service.rows('truncate parcel, timer, outbox, idempotency, promise');
      await service.rows(`insert into parcel (id, store_id, version, state) select id, $2, 1, 'packed' from unnest($1::uuid[]) id`, [ids, stores.a]);
      await service.rows(`insert into timer (kind, subject, due_at, ring_at, store_id) select 'parcel.remind', id, now() + interval '1 day', now() + interval '1 day', $2 from unnest($1::uuid[]) id`, [ids, stores.a]);
      await service.rows('analyze parcel, timer');
      asking.send({ port, workers, status: 200, requests: ids.map((id) => [`/api/hq/stores/${stores.a}/parcels/${id}/send`, `${bearer}idempotency-key: ${randomUUID()}\r\n`]) });
      const [{ took, failed }] = await once(asking, 'message');
      demand(!failed, failed);
      const [{ sent, facts, timers, answers }] = await service.rows(`select (select count(*) from parcel where state = 'sent' and version = 2)::int as sent, (select count(distinct key) from outbox)::int as facts, (select count(*) from timer)::int as timers, (select count(*) from idempotency)::int as answers`);
      demand(sent === n && facts === n && timers === 0 && answers === n, `${n} commands left ${sent} states, ${facts} facts, ${timers} timers, ${answers} answers`);
      return portion.took(took);
    };
    const envelope = JSON.stringify({ specversion: '1.0', id: randomUUID(), type: 'hq.parcel-sent.v1', data: { parcelId: randomUUID(), step: 2 }, pad: 'x'.repeat(150) });
    const peer = async () => {
      const { n } = rawPortion;
      await service.rows('truncate raw_state, raw_outbox');
      const took = await seconds(() => shared(n, workers, async () => {
        const id = randomUUID();
        const client = await raw.connect();
        await client.query('begin');
        await client.query({ name: 'state', text: 'insert into raw_state (id, store_id, note) values ($1, $2, $3)', values: [id, stores.a, ''] });
        await client.query({ name: 'outbox', text: 'insert into raw_outbox (topic, key, envelope) values ($1, $2, $3)', values: ['hq.parcel', id, envelope] });
        await client.query('commit');
        client.release();
      }));
      const [{ states, facts }] = await service.rows('select (select count(*) from raw_state)::int as states, (select count(*) from raw_outbox)::int as facts');
      demand(states === n && facts === n, `raw: ${states} and ${facts} of ${n}`);
      return rawPortion.took(took);
    };
    const node = { ours: [], peer: [] }; // ms a command, of this process, which serves and is the raw loop
    const postgres = { ours: [], peer: [] };
    const usedByPostgres = async () => new Map((await service.rows(`select pid from pg_stat_activity where usename = '${service.db.name}_service'`))
      .map(({ pid }) => [pid, Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6]));
    const counted = (name, side, portion) => async () => {
      const [from, fromPostgres, { n }] = [process.cpuUsage(), await usedByPostgres(), portion];
      const rate = await side();
      const { user, system } = process.cpuUsage(from);
      node[name].push((user + system) / 1000 / n);
      postgres[name].push([...await usedByPostgres()].reduce((sum, [pid, ms]) => sum + ms - (fromPostgres.get(pid) ?? 0), 0) / n); // those of the idle pool may end meanwhile
      return rate;
    };
    const result = await ratio(rounds, counted('ours', ours, portion), counted('peer', peer, rawPortion));
    const both = (used) => `${median(used.ours).toFixed(2)} against ${median(used.peer).toFixed(2)} ms`;
    return { ...result, also: `CPU a command: Node ${both(node)}, PostgreSQL ${both(postgres)}` };
  } finally {
    asking.disconnect();
    await raw.end();
    await service.stop();
  }
}
