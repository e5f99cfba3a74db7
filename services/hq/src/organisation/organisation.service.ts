import { Injectable } from '@nestjs/common';
import { Calendar, CalendarChanged } from '@aftersales/contracts/hq/calendar';
import { planKinds, policyKinds, type PolicyKind } from '@aftersales/contracts/hq/policies';
import { PolicyChanged } from '@aftersales/contracts/hq/policy';
import { StaffChanged } from '@aftersales/contracts/hq/staff';
import { StoreChanged } from '@aftersales/contracts/hq/store';
import type { AnyContract, DataOf } from '@aftersales/contracts/kernel/event';
import { demand } from '@aftersales/contracts/kernel/refused';
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

  /** @throws Refused for another calendar of the same desk: no directory could keep both. A calendar stays with its desk, for two of them reach a directory in any order. */
  async calendar(tx: Tx, id: string, version: number | null, input: CalendarInput) {
    const faults = validate(input.calendar as Calendar);
    if (faults.length) throw new InvalidFields(faults.map(({ path, fault }) => ({ pointer: `/calendar/${path.replace(/[.[]/g, '/').replaceAll(']', '')}`, code: fault, detail: fault })));
    await hold(tx, 'organisation_calendar');
    const astray = await tx.one(`select 1 from organisation_calendar where (id = $1) <> ((data->>'storeId')::uuid = $2 and data->>'desk' = $3) limit 1`, [id, input.storeId, input.desk]);
    demand(!astray, 'organisation.one-calendar-a-desk', 'A desk has one calendar, and a calendar stays with its desk: change the one that this desk has.');
    return this.#put(tx, 'organisation_calendar', id, version, input, CalendarChanged, (next) => ({ calendarId: id, version: next, ...input }));
  }

  /** @throws Refused for a version that moves to another kind or place: every directory keeps the one before, and it would stay in force there. */
  async policy(tx: Tx, id: string, version: number | null, input: PolicyInput) {
    const value = policyKinds[input.kind as PolicyKind].safeParse(input.value);
    if (!value.success) throw new InvalidFields(value.error.issues.map(({ path, code, message }) => ({ pointer: `/value/${path.join('/')}`, code, detail: message })));
    if (input.onOpen === 're-plan' && !planKinds.includes(input.kind)) throw new InvalidFields([{ pointer: '/onOpen', code: 'given-promise', detail: `What is open under ${input.kind} was promised to somebody: it keeps.` }]);
    await hold(tx, 'organisation_policy');
    const moved = await tx.one(`select 1 from organisation_policy where id = $1 and (data->>'kind' <> $2 or data->'scope' <> $3::jsonb)`, [id, input.kind, JSON.stringify(input.scope)]);
    demand(!moved, 'organisation.policy-in-place', 'A policy stays with its kind and place: another one is a policy of its own.');
    const from = input.from ?? tx.now.toISOString();
    return this.#put(tx, 'organisation_policy', id, version, input, PolicyChanged, (next) => ({ policyId: id, version: next, kind: input.kind, scope: input.scope, value: value.data, onOpen: input.onOpen, from }));
  }

  staff(tx: Tx, id: string, version: number | null, input: StaffInput) {
    const posts = input.posts.map(({ from, to, ...post }) => ({ ...post, from: from ?? tx.now.toISOString(), to: to ?? null }));
    return this.#put(tx, 'organisation_staff', id, version, input, StaffChanged, (next) => ({ staffId: id, version: next, posts }));
  }

  /** New without a version, changed with the version last seen. @throws Stale */
  async #put<C extends AnyContract>(tx: Tx, table: string, id: string, version: number | null, data: object, contract: C, state: (version: number) => DataOf<C>): Promise<{ id: string; version: number }> {
    await hold(tx, table);
    const kept = await tx.one<Kept & { same: boolean }>(`select *, data = $2::jsonb as same from ${table} where id = $1`, [id, JSON.stringify(data)]);
    if (kept?.same) return { id, version: kept.version };
    if (kept && version !== kept.version) throw new Stale('state', kept.version);
    const next = (kept?.version ?? 0) + 1;
    await tx.query(`insert into ${table} (id, version, data) values ($1, $2, $3) on conflict (id) do update set version = excluded.version, data = excluded.data`, [id, next, JSON.stringify(data)]);
    publish(tx, contract, { version: next }, state(next));
    return { id, version: next };
  }
}

/** One change of a kind at a time, new things included: a row that is not there yet can't be locked. */
const hold = (tx: Tx, table: string) => tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [table]);
