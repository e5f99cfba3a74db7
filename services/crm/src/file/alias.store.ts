import type { Tx } from '@aftersales/platform/database/tx';

/** The file that is kept for an id that a fact still says: facts about a merged file come for as long as topics are kept. */
export async function keeperOf(tx: Tx, id: string): Promise<string> {
  return (await tx.one<{ toId: string }>(`select to_id from file_alias where from_id = $1`, [id]))?.toId ?? id;
}

/**
 * The same file, which then stays the kept one until the end of the transaction: whoever writes what belongs to a file asks here first, before any row is
 * locked, and whoever merges it waits for them, or they for it. Writers do not wait for each other.
 */
export async function keeperHeld(tx: Tx, id: string, by: 'writer' | 'merger' = 'writer'): Promise<string> {
  for (let kept = id; ; ) {
    tx.send(by === 'writer' ? `select pg_advisory_xact_lock_shared(hashtextextended($1, 0))` : `select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`file ${kept}`]);
    const keeper = await keeperOf(tx, kept);
    if (keeper === kept) return kept;
    kept = keeper;
  }
}

/** An id and all the ids that were merged into it: for rows that keep the id they were written with. */
export async function namesOf(tx: Tx, id: string): Promise<string[]> {
  const rows = await tx.query<{ fromId: string }>(`select from_id from file_alias where to_id = $1`, [id]);
  return [id, ...rows.map(({ fromId }) => fromId)];
}

/** Two desks that introduce the same car or the same number at once wait for each other, so that the second finds the first one's file. */
export async function lockIdentity(tx: Tx, vin: string | null, numbers: readonly string[]): Promise<void> {
  for (const mark of [...(vin ? [`vin ${vin}`] : []), ...numbers.map((number) => `phone ${number}`)].sort())
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [mark]);
}
