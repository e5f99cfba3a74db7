import { Injectable } from '@nestjs/common';
import type { Fact } from '@aftersales/contracts/kernel/event';
import type { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import type { Tx } from '@aftersales/platform/database/tx';

export type PromiseFact = Fact<ReturnType<typeof promiseFacts>['opened']>;

/** HQ-5: every promise fact tells the whole promise, so the newest version is all there is to keep, in whatever order they come. */
@Injectable()
export class Ledger {
  keep(tx: Tx, facts: readonly PromiseFact[]) {
    return tx.query(
      `insert into ledger_promise (id, store_id, version, service, kind, subject, owner_role, policy, policy_version, calendar_version, started_at, due_at, outcome, cause, done_at, paused_ms)
       select distinct on (p."promiseId") p."promiseId", p."storeId", p.version, p.service, p.kind, p.subject, p."ownerRole", p.policy, p."policyVersion", p."calendarVersion",
         p."startedAt", p."dueAt", p.outcome, p.cause, p."doneAt", p."pausedMs"
       from jsonb_to_recordset($1::jsonb)
         as p("promiseId" uuid, "storeId" uuid, version int, service text, kind text, subject uuid, "ownerRole" text, policy text, "policyVersion" int, "calendarVersion" int,
              "startedAt" timestamptz, "dueAt" timestamptz, outcome text, cause text, "doneAt" timestamptz, "pausedMs" jsonb)
       order by p."promiseId", p.version desc
       on conflict (id) do update set version = excluded.version, due_at = excluded.due_at, outcome = excluded.outcome, cause = excluded.cause, done_at = excluded.done_at, paused_ms = excluded.paused_ms
       where ledger_promise.version < excluded.version`,
      [JSON.stringify(facts.map(({ storeId, version, type, data }) => ({ ...data, storeId, version, service: type.split('.')[0] })))],
    );
  }
}
