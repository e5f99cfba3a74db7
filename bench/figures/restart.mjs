import { createTestDatabase, sampleMigrations } from '../lib/ours.mjs';
import { startProcess } from '../lib/process.mjs';
import { spread } from '../lib/rounds.mjs';
import { due, effects, pending, prepare } from '../lib/timers.mjs';

/** Everything was off; ten thousand timers fell due meanwhile. From the start of the process to the last effect's commit. */
export const figure = { id: 'P10', what: 'restart with timers waiting and 10 k overdue: all fired after', unit: 's', floor: 30, goal: 5, less: true };

export async function measure({ quick, rounds }) {
  const [waiting, overdue] = quick ? [20_000, 10_000] : [1_000_000, 10_000];
  const db = await createTestDatabase('hq', sampleMigrations);
  try {
    await prepare(db.admin);
    await pending(db.admin, waiting);
    await db.admin.query('analyze timer');
    const took = [];
    for (let round = 0; round < (quick ? 1 : Math.min(rounds, 3)); round++) {
      await due(db.admin, overdue, -3600_000);
      const from = Date.now();
      const service = await startProcess({ name: 'hq', db });
      try {
        took.push(((await effects(db.admin)).last.getTime() - from) / 1000);
      } finally {
        await service.end();
      }
    }
    return { ...spread(took), rounds: took.length, also: `${waiting.toLocaleString('en')} waiting` };
  } finally {
    await db.drop();
  }
}
