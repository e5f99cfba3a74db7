import { Injectable } from '@nestjs/common';
import type { ServiceName } from '@aftersales/contracts/kernel/event';
import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { v7 as uuidv7 } from 'uuid';
import { insertRow, updateRow } from '../database/rows';
import type { Cause, Tx } from '../database/tx';
import { publish } from '../outbox/publish';
import { count } from '../telemetry/metrics';
import { letSleep, wake } from '../timers/wake';

export interface Pause {
  readonly from: string;
  readonly to: string | null;
  readonly reason: string;
  readonly actor: string;
}

export interface PromiseRow {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly storeId: string;
  readonly ownerRole: string;
  readonly policy: string;
  readonly policyVersion: number;
  readonly calendarVersion: number | null;
  readonly startedAt: Date;
  readonly dueAt: Date;
  /** Why this deadline, step by step (TIM-5). */
  readonly explanation: readonly unknown[];
  readonly pauses: readonly Pause[];
  readonly outcome: 'open' | 'kept' | 'late' | 'void';
  readonly cause: string | null;
  readonly doneAt: Date | null;
  readonly version: number;
}

export interface NewPromise {
  readonly kind: string;
  readonly subject: string;
  readonly storeId: string;
  readonly ownerRole: string;
  readonly policy: { readonly kind: string; readonly version: number };
  readonly calendarVersion?: number | null;
  readonly startedAt?: Date;
  readonly dueAt: Date;
  readonly explanation?: readonly unknown[];
  /** Further timers of the same promise, by kind: a warning at 75 %, an escalation after it. */
  readonly alsoWake?: Readonly<Record<string, Date>>;
}

/** Still open so long after its due instant, a promise was marked by nobody: the machines were away, and the ledger says so. */
const outageMs = 60_000;
const causeAt = (now: Date, { dueAt }: PromiseRow): string | null => (now.getTime() - dueAt.getTime() > outageMs ? 'outage' : null);

/**
 * The promise ledger of a service: one row a promise, in the transaction of the state it belongs to, published to HQ. The timer of the same
 * kind and subject rings at its due instant; a promise still open after the feature acted is then late, and stays late.
 */
@Injectable()
export class Promises {
  readonly #facts: ReturnType<typeof promiseFacts>;

  constructor(service: ServiceName) {
    this.#facts = promiseFacts(service);
  }

  async open(tx: Tx, { policy, alsoWake, ...promise }: NewPromise): Promise<PromiseRow> {
    const row: PromiseRow = {
      id: uuidv7(), ...promise, policy: policy.kind, policyVersion: policy.version, calendarVersion: promise.calendarVersion ?? null,
      startedAt: promise.startedAt ?? tx.now, explanation: promise.explanation ?? [], pauses: [], outcome: 'open', cause: null, doneAt: null, version: 1,
    };
    await insertRow(tx, 'promise', row);
    const of = { id: promise.subject, storeId: promise.storeId };
    wake(tx, promise.kind, of, promise.dueAt);
    for (const [kind, at] of Object.entries(alsoWake ?? {})) wake(tx, kind, of, at);
    this.#say(tx, this.#facts.opened, row);
    return row;
  }

  /** Done: kept when not later than due (plus `graceMs` for what the platform itself does at the due instant), else late with its `doneAt`. Nothing when none is open. */
  async keep(tx: Tx, kind: string, subject: string, graceMs = 0): Promise<void> {
    const row = await this.#owed(tx, kind, subject);
    if (!row) return;
    if (row.outcome === 'late') return this.#say(tx, this.#facts.late, await updateRow(tx, 'promise', row, { doneAt: tx.now }));
    const kept = tx.now.getTime() <= row.dueAt.getTime() + graceMs; // Timer.tla: KeptByDue
    await this.#end(tx, row, { outcome: kept ? 'kept' : 'late', cause: kept ? null : causeAt(tx.now, row), doneAt: tx.now });
  }

  /** Not owed any more, `why` in a few words. */
  async void(tx: Tx, kind: string, subject: string, why: string): Promise<void> {
    const row = await this.#locked(tx, kind, subject);
    if (row) await this.#end(tx, row, { outcome: 'void', cause: why, doneAt: null });
  }

  /** The clock stops for a named reason (CRM-19). The caller moves the due instant when it resumes. */
  async pause(tx: Tx, kind: string, subject: string, reason: string, actor: string): Promise<void> {
    const row = await this.#locked(tx, kind, subject);
    if (!row || row.pauses.some(({ to }) => to === null)) return;
    const next = await updateRow(tx, 'promise', row, { pauses: [...row.pauses, { from: tx.now.toISOString(), to: null, reason, actor }] });
    letSleep(tx, kind, { id: subject });
    this.#say(tx, this.#facts.paused, next);
  }

  async resume(tx: Tx, kind: string, subject: string, dueAt: Date, explanation?: readonly unknown[]): Promise<void> {
    const row = await this.#locked(tx, kind, subject);
    if (!row?.pauses.some(({ to }) => to === null)) return;
    const pauses = row.pauses.map((pause) => (pause.to === null ? { ...pause, to: tx.now.toISOString() } : pause));
    const next = await updateRow(tx, 'promise', row, { pauses, dueAt, ...(explanation && { explanation }) });
    wake(tx, kind, { id: subject, storeId: row.storeId }, dueAt);
    this.#say(tx, this.#facts.resumed, next);
  }

  /**
   * Time that counts against its reasons although the clock runs on, as that of a job that stands still against what it waits for (WRK-6): the due
   * instant stays. All of it each time; what falls into the promise is kept, be it late already, and told with how it ends.
   */
  async stoodStill(tx: Tx, kind: string, subject: string, times: readonly Pause[]): Promise<void> {
    const row = await this.#owed(tx, kind, subject);
    if (!row) return;
    const begin = row.startedAt.getTime();
    const pauses = times.filter(({ to }) => !to || Date.parse(to) > begin).map((time) => ({ ...time, from: new Date(Math.max(Date.parse(time.from), begin)).toISOString() }));
    await updateRow(tx, 'promise', row, { pauses });
  }

  /** The promise of that kind on that subject that is open, held; null when there is none. */
  openOn(tx: Tx, kind: string, subject: string): Promise<PromiseRow | null> {
    return this.#locked(tx, kind, subject);
  }

  /** All promises on a subject, oldest first, with why each is due when it is (TIM-5). */
  async on(tx: Tx, subject: string): Promise<PromiseRow[]> {
    return tx.query<PromiseRow>(`select * from promise where subject = $1 and store_id = any(app_stores()) order by started_at, id`, [subject]);
  }

  /** By the platform when timers of a kind have fired: what is still open at its due instant is late. `causeOf` tells what fired for a subject. */
  async endDue(tx: Tx, kind: string, subjects: readonly string[], causeOf: (subject: string) => Cause): Promise<void> {
    const rows = await tx.query<PromiseRow>(`select * from promise where kind = $1 and subject = any($2::uuid[]) and outcome = 'open' and due_at <= app_now() order by id for no key update`, [kind, subjects]);
    for (const row of rows) {
      tx.cause = causeOf(row.subject);
      await this.#end(tx, row, { outcome: 'late', cause: causeAt(tx.now, row), doneAt: null }, false);
    }
  }

  async #end(tx: Tx, row: PromiseRow, changes: Pick<PromiseRow, 'outcome' | 'cause' | 'doneAt'>, sleep = true): Promise<void> {
    const next = await updateRow(tx, 'promise', row, changes);
    tx.onCommit.push(() => count('promises_total', { kind: row.kind, outcome: changes.outcome }));
    if (sleep && changes.outcome !== 'late') letSleep(tx, row.kind, { id: row.subject });
    this.#say(tx, this.#facts[changes.outcome as 'kept' | 'late' | 'void'], next);
  }

  /** Open, or late and still not done. */
  #owed(tx: Tx, kind: string, subject: string): Promise<PromiseRow | null> {
    return tx.one<PromiseRow>(
      `select * from promise where kind = $1 and subject = $2 and (outcome = 'open' or (outcome = 'late' and done_at is null))
       order by outcome = 'open' desc, started_at desc limit 1 for no key update`, [kind, subject],
    );
  }

  #locked(tx: Tx, kind: string, subject: string): Promise<PromiseRow | null> {
    return tx.one<PromiseRow>(`select * from promise where kind = $1 and subject = $2 and outcome = 'open' for no key update`, [kind, subject]);
  }

  #say(tx: Tx, contract: ReturnType<typeof promiseFacts>['opened'], row: PromiseRow): void {
    const pausedMs: Record<string, number> = {};
    for (const { from, to, reason } of row.pauses) pausedMs[reason] = (pausedMs[reason] ?? 0) + (to ? Date.parse(to) : tx.now.getTime()) - Date.parse(from);
    publish(tx, contract, row, {
      promiseId: row.id, kind: row.kind, subject: row.subject, ownerRole: row.ownerRole, policy: row.policy, policyVersion: row.policyVersion,
      calendarVersion: row.calendarVersion, startedAt: row.startedAt.toISOString(), dueAt: row.dueAt.toISOString(), outcome: row.outcome, cause: row.cause,
      doneAt: row.doneAt?.toISOString() ?? null, pausedMs,
    });
  }
}
