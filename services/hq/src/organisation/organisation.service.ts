import { Injectable } from '@nestjs/common';
import { Calendar, CalendarChanged } from '@aftersales/contracts/hq/calendar';
import { planKinds, policyKinds, type PolicyKind } from '@aftersales/contracts/hq/policies';
import { PolicyChanged } from '@aftersales/contracts/hq/policy';
import { StaffChanged } from '@aftersales/contracts/hq/staff';
import { StoreChanged } from '@aftersales/contracts/hq/store';
import type { AnyContract, DataOf } from '@aftersales/contracts/kernel/event';
import { validate } from '@aftersales/calendar/work-calendar';
import { Stale } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { InvalidFields } from '@aftersales/platform/http/errors';
import { publish } from '@aftersales/platform/outbox/publish';
import type { CalendarInput, PolicyInput, StaffInput, StoreInput } from './organisation.inputs';

interface Kept {
  readonly id: string;
  readonly version: number;
  readonly data: Record<string, unknown>;
}

/** HQ-1: one whole state each, written and published together; the same state again changes and says nothing. */
@Injectable()
export class OrganisationService {
  store(tx: Tx, id: string, version: number | null, input: StoreInput) {
    return this.#put(tx, 'organisation_store', id, version, input, StoreChanged, (next) => ({ storeId: id, version: next, ...input }));
  }

  calendar(tx: Tx, id: string, version: number | null, input: CalendarInput) {
    const faults = validate(input.calendar as Calendar);
    if (faults.length) throw new InvalidFields(faults.map(({ path, fault }) => ({ pointer: `/calendar/${path.replace(/[.[]/g, '/').replaceAll(']', '')}`, code: fault, detail: fault })));
    return this.#put(tx, 'organisation_calendar', id, version, input, CalendarChanged, (next) => ({ calendarId: id, version: next, ...input }));
  }

  policy(tx: Tx, id: string, version: number | null, input: PolicyInput) {
    const value = policyKinds[input.kind as PolicyKind].safeParse(input.value);
    if (!value.success) throw new InvalidFields(value.error.issues.map(({ path, code, message }) => ({ pointer: `/value/${path.join('/')}`, code, detail: message })));
    if (input.onOpen === 're-plan' && !planKinds.includes(input.kind)) throw new InvalidFields([{ pointer: '/onOpen', code: 'given-promise', detail: `What is open under ${input.kind} was promised to somebody: it keeps.` }]);
    const from = input.from ?? tx.now.toISOString();
    return this.#put(tx, 'organisation_policy', id, version, input, PolicyChanged, (next) => ({ policyId: id, version: next, kind: input.kind, scope: input.scope, value: value.data, onOpen: input.onOpen, from }));
  }

  staff(tx: Tx, id: string, version: number | null, input: StaffInput) {
    const posts = input.posts.map(({ from, to, ...post }) => ({ ...post, from: from ?? tx.now.toISOString(), to: to ?? null }));
    return this.#put(tx, 'organisation_staff', id, version, input, StaffChanged, (next) => ({ staffId: id, version: next, posts }));
  }

  /** New without a version, changed with the version last seen. @throws Stale */
  async #put<C extends AnyContract>(tx: Tx, table: string, id: string, version: number | null, data: object, contract: C, state: (version: number) => DataOf<C>): Promise<{ id: string; version: number }> {
    const kept = await tx.one<Kept & { same: boolean }>(`select *, data = $2::jsonb as same from ${table} where id = $1 for no key update`, [id, JSON.stringify(data)]);
    if (kept?.same) return { id, version: kept.version };
    if (kept && version !== kept.version) throw new Stale('state', kept.version);
    const next = (kept?.version ?? 0) + 1;
    await tx.query(`insert into ${table} (id, version, data) values ($1, $2, $3) on conflict (id) do update set version = excluded.version, data = excluded.data`, [id, next, JSON.stringify(data)]);
    publish(tx, contract, { version: next }, state(next));
    return { id, version: next };
  }
}
