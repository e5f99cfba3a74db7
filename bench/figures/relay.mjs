import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, Database, everythingIn, FactProducer, kafka, LeaderConnection, ParcelSent, Relay, sampleMigrations, stores, uuidv7, withTopics } from '../lib/ours.mjs';
import { demand, Portion, ratio, seconds } from '../lib/rounds.mjs';

/**
 * The relay from table to broker, in order, while others go on writing – beside kafkajs sending the same batches of 500 out of memory, as fast as it
 * can: no table, no order beyond the batch, nothing to delete.
 */
export const figure = { id: 'P3', what: 'relay, in order, under concurrent writers ÷ kafkajs\' own batched produce', unit: '×', floor: 0.6, goal: 0.75, rates: 'facts/s' };

const keys = Array.from({ length: 400 }, () => uuidv7());
const envelopeOf = (key, step) => JSON.stringify({
  specversion: '1.0', id: uuidv7(), source: '/aftersales/hq', type: ParcelSent.type, subject: key, time: '2026-01-01T00:00:00.000Z', datacontenttype: 'application/json',
  storeid: stores.a, aggregateversion: step, causationid: uuidv7(), traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', data: { parcelId: key, step, note: 'x'.repeat(120) },
});

export class Counting extends FactProducer {
  acknowledged = 0;
  #waiting = [];
  async send(facts) {
    await super.send(facts);
    this.acknowledged += facts.length;
    this.#waiting = this.#waiting.filter(({ n, done }) => this.acknowledged < n || done());
  }
  /** Until `n` facts are acknowledged. */
  reaches(n) {
    return new Promise((resolve) => this.#waiting.push({ n, done: () => void resolve() }));
  }
}

/** In `topic` each key's steps stand in their order, none missing, none twice. */
export async function inOrder(topic, expected) {
  const steps = new Map();
  for (const { key, value } of await everythingIn(topic)) {
    const { step } = JSON.parse(value).data;
    demand(step === (steps.get(key) ?? 0) + 1, `${key}: ${step} follows ${steps.get(key) ?? 0}`);
    steps.set(key, step);
  }
  const all = [...steps.values()].reduce((sum, n) => sum + n, 0);
  demand(all === expected, `${all} facts of ${expected} in ${topic}`);
}

export async function measure({ quick, rounds }) {
  const [portion, plainPortion] = [new Portion(quick ? 1 : 4, 8_000), new Portion(quick ? 1 : 4, 8_000)];
  const db = await createTestDatabase('hq', sampleMigrations);
  const database = new Database(db, 4);
  await database.open();
  const writers = fork(fileURLToPath(new URL('../lib/writers.mjs', import.meta.url)), [db.service, 'hq.bench-writers'], { stdio: 'inherit' });
  const client = kafka('relay', 2);
  const plain = new FactProducer(client);
  const messages = keys.flatMap((key) => Array.from({ length: 10 }, (_, i) => ({ key, envelope: envelopeOf(key, i + 1) })));
  const [topic, plainTopic] = [`hq.bench-relay-${process.pid}`, `hq.bench-plain-${process.pid}`];
  let sent = 0;
  try {
    return await withTopics(['hq.bench-writers', topic, plainTopic], 6, async () => {
      await new Promise((resolve) => writers.once('message', resolve)); // they write from now on
      const ours = async () => {
        const { n } = portion;
        const keys = Array.from({ length: 400 }, () => uuidv7());
        await db.admin.query('delete from outbox');
        await db.admin.query(`insert into outbox (topic, key, store_id, envelope)
          select $1, k, $2, replace(replace($3, '"step":0', '"step":' || s), $4, k) from generate_series(1, $5::int) s, unnest($6::text[]) k order by s`,
        [topic, stores.a, envelopeOf(keys[0], 0), keys[0], n / keys.length, keys]);
        const producer = new Counting(client);
        const relay = new Relay(database, new LeaderConnection(db.service), () => producer);
        const done = producer.reaches(n);
        const took = await seconds(async () => {
          relay.start();
          await done;
        });
        await relay.stop();
        sent += n;
        portion.took(took);
        return producer.acknowledged / took; // with what the writers wrote meanwhile
      };
      const peer = async () => {
        const { n } = plainPortion;
        const took = await seconds(async () => {
          for (let from = 0; from < n; from += 500) await plain.send(Array.from({ length: Math.min(500, n - from) }, (_, i) => ({ topic: plainTopic, ...messages[(from + i) % messages.length] })));
        });
        return plainPortion.took(took);
      };
      const result = await ratio(rounds, ours, peer);
      await inOrder(topic, sent);
      return { ...result, also: 'writers beside both: 200 commits/s' };
    });
  } finally {
    writers.kill();
    await plain.close();
    await database.stop();
    await db.drop();
  }
}
