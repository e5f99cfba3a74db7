import type { Tx } from '../database/tx';

/**
 * Sets or moves the timer of `subject`, in the transaction of the state it belongs to. `dueAt` in the past fires at once.
 * The subject is the row that the kind's `@OnTimer` locks.
 */
export function wake(tx: Tx, kind: string, of: { readonly id: string; readonly storeId?: string | null }, dueAt: Date): void {
  if (Number.isNaN(dueAt.getTime())) throw new Error(`${kind}: no instant to ring at`); // as JSON it would be null, and cancel
  tx.pending.timers.set(`${kind} ${of.id}`, { kind, subject: of.id, storeId: of.storeId ?? null, dueAt, traceparent: tx.cause.traceparent });
}

/** The timer finds nothing to do any more: its row goes with the state that made it void. */
export function letSleep(tx: Tx, kind: string, of: { readonly id: string }): void {
  tx.pending.timers.set(`${kind} ${of.id}`, { kind, subject: of.id, storeId: null, dueAt: null, traceparent: null });
}
