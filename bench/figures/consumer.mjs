import { createHash } from 'node:crypto';
import { FactProducer, kafka, ParcelSent, rawPool, stores, uuidv7, withTopics } from '../lib/ours.mjs';
import { hearing, projection } from '../lib/hearing.mjs';
import { demand, Portion, ratio } from '../lib/rounds.mjs';

/**
 * The consumer as a service has it, bus server, inbox and a projection's handler for a batch – beside the usual: kafkajs' eachMessage and one
 * transaction a message with the same inbox note and the same two statements. Both hear n facts that stand on the topic already; the rate is
 * that from the first commit to the last, by PostgreSQL's own commit times.
 */
export const figure = { id: 'P5', what: 'consumer with inbox and handler, by batch ÷ one transaction a message', unit: '×', floor: 6, goal: 20, rates: 'facts/s' };

const keys = 100;
const [ourTopic, peerTopic] = ['hq.bench-heard', 'hq.bench-heard-plain'];

export async function measure({ quick, rounds }) {
  return withTopics([peerTopic], 3, () => hearing(ourTopic, async (service) => {
    const raw = rawPool(service, 3);
    const producer = new FactProducer(kafka());
    const plain = kafka('plain').consumer({ groupId: 'plain', maxWaitTimeInMs: 250 });
    try {
      await plain.connect();
      await plain.subscribe({ topics: [peerTopic], fromBeginning: true });
      await plain.run({ autoCommitInterval: 1_000, partitionsConsumedConcurrently: 3, eachMessage: async ({ message }) => {
        const text = message.value.toString();
        const { id, storeid, data } = JSON.parse(text);
        const client = await raw.connect();
        try {
          await client.query(`begin; select app_open('${storeid}', true)`);
          const { rowCount } = await client.query({ name: 'note', text: `insert into inbox (consumer, event_id, digest, store_id) values ('plain', $1, $2, $3) on conflict do nothing`, values: [id, createHash('md5').update(text).digest('base64url'), storeid] });
          if (rowCount) {
            const columns = [[data.parcelId], [storeid], [data.step]];
            await client.query({ name: 'state', text: projection.state, values: columns });
            await client.query({ name: 'effect', text: projection.note, values: columns });
          }
          await client.query('commit');
        } finally {
          client.release();
        }
      } });

      const side = (topic, consumer, portion) => async () => {
        const { n } = portion;
        await service.db.admin.query('truncate parcel, parcel_heard, inbox');
        consumer.pause([{ topic }]);
        const ids = Array.from({ length: keys }, () => uuidv7());
        for (let from = 0; from < n; from += 400)
          await producer.send(Array.from({ length: 400 }, (_, i) => {
            const parcelId = ids[(from + i) % keys];
            const step = Math.floor((from + i) / keys) + 1;
            return { topic, key: parcelId, envelope: JSON.stringify({ specversion: '1.0', id: uuidv7(), source: '/aftersales/hq', type: ParcelSent.type, subject: parcelId, time: new Date().toISOString(), datacontenttype: 'application/json', storeid: stores.a, aggregateversion: step, data: { parcelId, step } }) };
          }));
        consumer.resume([{ topic }]);
        const heard = async () => (await service.db.admin.query('select count(*)::int as n from parcel_heard')).rows[0].n;
        for (const end = Date.now() + 60_000; (await heard()) < n; await new Promise((resolve) => setTimeout(resolve, 100))) demand(Date.now() < end, `${await heard()} of ${n} heard`);
        const { rows: [seen] } = await service.db.admin.query(`
          with heard as (select n, parcel_id, step, pg_xact_commit_timestamp(xmin) as at, lag(step, 1, 0) over (partition by parcel_id order by n) as before from parcel_heard),
               whole as (select min(at) as first, max(at) as last from heard)
          select count(*)::int as n, count(*) filter (where step <> before + 1)::int as astray, count(*) filter (where at > first)::int as after, extract(epoch from last - first)::float8 as took,
            (select count(*)::int from parcel where version = $1) as parcels from heard, whole group by first, last`, [n / keys]);
        demand(seen.n === n && seen.astray === 0 && seen.parcels === keys, `${seen.n} of ${n} effects, ${seen.astray} out of order, ${seen.parcels} of ${keys} parcels up to date`);
        const rate = seen.after / seen.took;
        portion.took(n / rate);
        return rate;
      };
      return await ratio(rounds, side(ourTopic, service.bus.unwrap(), new Portion(quick ? 1 : 4, 2_000)), side(peerTopic, plain, new Portion(quick ? 1 : 4)));
    } finally {
      await plain.disconnect();
      await producer.close();
      await raw.end();
    }
  }));
}
