import { createTestDatabase, Database, LeaderConnection, ParcelSent, publish, Relay, sampleMigrations, stores, uuidv7 } from '../lib/ours.mjs';
import { demand, Portion, ratio, seconds, shared } from '../lib/rounds.mjs';

/**
 * What telling the relay costs the commands. The writing replica does not lead here, the dearer case: it tells the leader, another connection, by
 * NOTIFY on a connection of its own. As a warning the run also shows NOTIFY inside the command's transaction, as most outboxes do it.
 */
export const figure = { id: 'P2', what: 'commit rate of 32 writers with the relay\'s wake-up ÷ without', unit: '×', floor: 0.95, goal: 1, rates: 'commits/s' };

const writers = 32;

export async function measure({ quick, rounds }) {
  const portion = new Portion(quick ? 1 : 4);
  const db = await createTestDatabase('hq', sampleMigrations);
  const [told, untold] = [new Database(db, writers), new Database(db, writers)];
  const leader = new LeaderConnection(db.service);
  let heard = 0;
  leader.onNotified('outbox', () => heard++);
  const telling = new LeaderConnection(db.service);
  const relay = new Relay(told, telling, () => demand(false, 'this replica does not lead'));
  let awake;
  try {
    await Promise.all([told.open(), untold.open()]);
    demand(await leader.tryLead(), 'nobody leads');
    awake = setInterval(() => void leader.query('select 1'), 1_000); // as a leading relay's poll does
    relay.start();
    const write = async (database, more) => {
      const { n } = portion;
      const took = await seconds(() => shared(n, writers, () => database.transaction({ stores: [stores.a], actor: { kind: 'system', reason: 'bench' } }, async (tx) => {
        publish(tx, ParcelSent, { storeId: stores.a, version: 1 }, { parcelId: uuidv7(), step: 1 });
        await more?.(tx);
      })));
      const { rows } = await db.admin.query('select count(*)::int as n from outbox');
      demand(rows[0].n === n, `${rows[0].n} of ${n} facts`);
      await db.admin.query('truncate outbox');
      return portion.took(took);
    };
    const result = await ratio(rounds, async () => {
      heard = 0;
      const rate = await write(told);
      demand(heard > 0, 'the leader heard nothing');
      return rate;
    }, () => write(untold));
    if (quick) return result;
    const inside = await ratio(3, () => write(untold, (tx) => tx.query('notify outbox')), () => write(untold));
    return { ...result, also: `NOTIFY inside the transaction: ${inside.value.toFixed(2)} ×` };
  } finally {
    clearInterval(awake);
    await relay.stop();
    await leader.close();
    await Promise.all([told.stop(), untold.stop()]);
    await db.drop();
  }
}
