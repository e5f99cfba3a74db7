import { insertRow } from './rows';
import type { PendingTimer, Tx } from './tx';

/** What was written, for those who are woken after the commit. */
export interface Written {
  readonly facts: number;
  readonly dueAt: readonly Date[];
  readonly now: Date;
}

/** Each number of rows is a statement of its own, prepared once a connection; as a list in JSON a fact takes PostgreSQL twice the time (53 against 28 µs). */
const atMost = 16;

function insertRows(tx: Tx, into: string, rows: readonly (readonly unknown[])[], onConflict = ''): void {
  for (let from = 0; from < rows.length; from += atMost) {
    const some = rows.slice(from, from + atMost);
    let n = 0;
    tx.send(`insert into ${into} values ${some.map((row) => `(${row.map(() => `$${++n}`).join()})`).join()}${onConflict}`, some.flat());
  }
}

const setAnew = ` on conflict (kind, subject) do update set due_at = excluded.due_at, ring_at = excluded.ring_at,
  store_id = excluded.store_id, traceparent = excluded.traceparent, attempts = 0, last_error = null`;
// By its key, each: joined with a list, which PostgreSQL guesses to be 100 long, it would read the whole table as long as that is no larger than 30,000.
const cancelled = `delete from timer where kind = $1 and subject = $2`;

/** Set and cancelled in one order: two transactions that wake the same subjects, or let them sleep, never wait for each other in a ring (TimerLocks.tla: OneTimerOrder). */
const inOneOrder = (timers: Iterable<PendingTimer>): PendingTimer[] => [...timers].sort((a, b) => (a.kind + a.subject < b.kind + b.subject ? -1 : 1));

/** Sends all that is written beside the rows of the feature; whoever calls is at the end of the transaction and holds its rows (TimerLocks.tla: TimersLast). */
export async function flush(tx: Tx): Promise<Written> {
  const { facts, timers, answer } = tx.pending;
  const envelopes = await Promise.all(facts.map(({ envelope }) => envelope()));
  let set: PendingTimer[] = [];
  const sendSet = (): void => {
    insertRows(tx, 'timer (kind, subject, due_at, ring_at, store_id, traceparent)', set.map(({ kind, subject, dueAt, storeId, traceparent }) => [kind, subject, dueAt, dueAt, storeId, traceparent]), setAnew);
    set = [];
  };
  for (const timer of inOneOrder(timers.values())) {
    if (timer.dueAt !== null) set.push(timer);
    else {
      sendSet(); // what is set before it in the order
      tx.send(cancelled, [timer.kind, timer.subject]);
    }
  }
  sendSet();
  if (answer) await insertRow(tx, 'idempotency', answer);
  // Outbox ids are drawn here, while the locked rows of the transaction are still held (Relay.tla: DrawUnderLock), and last: the relay looks behind nobody who still waits.
  insertRows(tx, 'outbox (topic, key, store_id, envelope)', facts.map(({ topic, key, storeId }, n) => [topic, key, storeId, envelopes[n]]));
  return { facts: facts.length, dueAt: [...timers.values()].flatMap((timer) => timer.dueAt ?? []), now: tx.now };
}
