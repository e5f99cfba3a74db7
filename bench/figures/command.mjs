import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { rawPool, staff, startSample, stores, uuidv7 } from '../lib/ours.mjs';
import { demand, median, Portion, ratio, seconds, shared } from '../lib/rounds.mjs';

const { fastify } = createRequire(import.meta.resolve('@nestjs/platform-fastify'))('fastify');

/**
 * A command as a service gets it – socket, token, roles, zod, row-level security, idempotency, If-Match, lock, rule, state, promise, outbox, timer –
 * beside the least that a durable write of two rows can be: BEGIN, INSERT, INSERT, COMMIT on a bare pg pool. Those who ask are a process of their own.
 * The same loop behind a bare Fastify route says what is left to win: a door that did nothing else.
 */
export const figure = { id: 'P1', what: 'full HTTP command ÷ raw pg BEGIN/INSERT/INSERT/COMMIT', unit: '×', floor: 0.5, goal: 0.75, rates: 'commands/s' };

const atOnce = [16, 4, 1]; // the figure is that of the first
const connections = 20;

export async function measure({ quick, rounds }) {
  const portions = (first) => [new Portion(quick ? 1 : 4, first), new Portion(quick ? 1 : 4, first)];
  const service = await startSample({ AFTERSALES_POOL: String(connections) });
  const raw = rawPool(service, connections);
  const asking = fork(new URL('../lib/asking-process.mjs', import.meta.url));
  const bare = fastify();
  try {
    await service.built.app.listen(0, '127.0.0.1');
    const { port } = service.built.app.getHttpServer().address();
    const bearer = `authorization: Bearer ${await service.issuer.token(staff.clerkA)}\r\nif-match: "1"\r\n`;
    await service.rows('create table raw_state (id uuid primary key, store_id uuid, note text); create table raw_outbox (id bigint generated always as identity primary key, topic text, key text, envelope text)');
    await service.rows(`grant insert on raw_state, raw_outbox to ${service.db.name}_service`);

    const ask = async (workers, port, status, requests) => {
      asking.send({ port, workers, status, requests });
      const [{ took, failed }] = await once(asking, 'message');
      demand(!failed, failed);
      return took;
    };

    const ours = (workers, portion) => async () => {
      const { n } = portion;
      const ids = Array.from({ length: n }, () => uuidv7());
      await service.rows('truncate parcel, timer, outbox, idempotency, promise');
      await service.rows(`insert into parcel (id, store_id, version, state) select id, $2, 1, 'packed' from unnest($1::uuid[]) id`, [ids, stores.a]);
      await service.rows(`insert into timer (kind, subject, due_at, ring_at, store_id) select 'parcel.remind', id, now() + interval '1 day', now() + interval '1 day', $2 from unnest($1::uuid[]) id`, [ids, stores.a]);
      await service.rows('analyze parcel, timer');
      const took = await ask(workers, port, 200, ids.map((id) => [`/api/hq/stores/${stores.a}/parcels/${id}/send`, `${bearer}idempotency-key: ${randomUUID()}\r\n`]));
      const [{ sent, facts, timers, answers }] = await service.rows(`select (select count(*) from parcel where state = 'sent' and version = 2)::int as sent, (select count(distinct key) from outbox)::int as facts, (select count(*) from timer)::int as timers, (select count(*) from idempotency)::int as answers`);
      demand(sent === n && facts === n && timers === 0 && answers === n, `${n} commands left ${sent} states, ${facts} facts, ${timers} timers, ${answers} answers`);
      return portion.took(took);
    };
    const envelope = JSON.stringify({ specversion: '1.0', id: randomUUID(), type: 'hq.parcel-sent.v1', data: { parcelId: randomUUID(), step: 2 }, pad: 'x'.repeat(150) });
    const writeTwo = async () => {
      const id = randomUUID();
      const client = await raw.connect();
      await client.query('begin');
      await client.query({ name: 'state', text: 'insert into raw_state (id, store_id, note) values ($1, $2, $3)', values: [id, stores.a, ''] });
      await client.query({ name: 'outbox', text: 'insert into raw_outbox (topic, key, envelope) values ($1, $2, $3)', values: ['hq.parcel', id, envelope] });
      await client.query('commit');
      client.release();
      return { id };
    };
    const counted = (run, portion) => async () => {
      const { n } = portion;
      await service.rows('truncate raw_state, raw_outbox');
      const took = await run(n);
      const [{ states, facts }] = await service.rows('select (select count(*) from raw_state)::int as states, (select count(*) from raw_outbox)::int as facts');
      demand(states === n && facts === n, `raw: ${states} and ${facts} of ${n}`);
      return portion.took(took);
    };
    const peer = (workers, portion) => counted((n) => seconds(() => shared(n, workers, writeTwo)), portion);
    bare.post('/things/:id', writeTwo);
    await bare.listen({ port: 0, host: '127.0.0.1' });
    const bareDoor = (workers, portion) => counted((n) => ask(workers, bare.server.address().port, 200, Array.from({ length: n }, (_, i) => [`/things/${i}`, ''])), portion);

    const node = { ours: [], peer: [] }; // ms a command, of this process, which serves and is the raw loop
    const postgres = { ours: [], peer: [] };
    const usedByPostgres = async () => new Map((await service.rows(`select pid from pg_stat_activity where usename = '${service.db.name}_service'`))
      .map(({ pid }) => [pid, Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6]));
    const used = (name, side, portion) => async () => {
      const [from, fromPostgres, { n }] = [process.cpuUsage(), await usedByPostgres(), portion];
      const rate = await side();
      const { user, system } = process.cpuUsage(from);
      node[name].push((user + system) / 1000 / n);
      postgres[name].push([...await usedByPostgres()].reduce((sum, [pid, ms]) => sum + ms - (fromPostgres.get(pid) ?? 0), 0) / n); // those of the idle pool may end meanwhile
      return rate;
    };
    const [mine, theirs] = portions(4_000); // so many until V8 has compiled what is hot
    const result = await ratio(rounds, used('ours', ours(atOnce[0], mine), mine), used('peer', peer(atOnce[0], theirs), theirs));
    const both = (used) => `${median(used.ours).toFixed(2)} against ${median(used.peer).toFixed(2)} ms`;
    const also = [`CPU a command: Node ${both(node)}, PostgreSQL ${both(postgres)}`];
    if (quick) return { ...result, also: also.join('; ') };
    const few = Math.min(rounds, 3);
    for (const workers of atOnce.slice(1)) {
      const [a, b] = portions(1_000);
      also.push(`${workers} at once: ${(await ratio(few, ours(workers, a), peer(workers, b))).value.toFixed(2)}`);
    }
    const [a, b] = portions(1_000);
    also.push(`the raw loop itself behind a bare Fastify route, ${atOnce[0]} at once: ${(await ratio(few, bareDoor(atOnce[0], a), peer(atOnce[0], b))).value.toFixed(2)}`);
    return { ...result, also: also.join('; ') };
  } finally {
    asking.disconnect();
    await bare.close();
    await raw.end();
    await service.stop();
  }
}
