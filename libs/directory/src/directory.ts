import type { Calendar } from '@aftersales/contracts/hq/calendar';
import { policyKinds, type PolicyKind, type PolicyValue } from '@aftersales/contracts/hq/policies';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { StoreChanged } from '@aftersales/contracts/hq/store';
import type { Tx } from '@aftersales/platform/database/tx';

export type Store = DataOf<typeof StoreChanged>;

export interface DeskCalendar {
  readonly calendarId: string;
  readonly version: number;
  /** The same object as long as the version is the same: the calendar library remembers openings by identity. */
  readonly calendar: Calendar;
}

export interface Policy<K extends PolicyKind> {
  readonly kind: K;
  readonly policyId: string;
  readonly version: number;
  readonly value: PolicyValue<K>;
  readonly onOpen: 'keep' | 're-plan';
}

/** What the group has not said yet (no calendar, no policy): a fault of the organisation, never filled by a default in code. */
export class NotInDirectory extends Error {
  constructor(what: string) {
    super(`hq has not published ${what}`);
    this.name = 'NotInDirectory';
  }
}

/** @throws NotInDirectory */
export async function storeOf(tx: Tx, storeId: string): Promise<Store> {
  const row = await tx.one<{ data: Store }>(`select data from directory_store where id = $1`, [storeId]);
  if (!row) throw new NotInDirectory(`store ${storeId}`);
  return row.data;
}

/** Enough for a page on a phone. */
const mostStores = 20;

/** Whom a customer may call: that store; where nobody knows which it is (null), the group's first open ones. */
export async function storesToCall(tx: Tx, storeId: string | null): Promise<Store[]> {
  const rows = await tx.query<{ data: Store }>(
    `select data from directory_store where case when $1::uuid is null then data->>'closed' = 'false' else id = $1 end order by data->>'code' limit ${mostStores}`, [storeId],
  );
  return rows.map(({ data }) => data);
}

const calendars = new Map<string, DeskCalendar>();

/** The hours of a desk; a desk without its own works the service desk's. @throws NotInDirectory */
export async function calendarOf(tx: Tx, storeId: string, desk: string): Promise<DeskCalendar> {
  const row = await tx.one<{ id: string; version: number; calendar: Calendar }>(
    `select id, version, calendar from directory_calendar where store_id = $1 and desk in ($2, 'service') order by (desk = $2) desc limit 1`, [storeId, desk],
  );
  if (!row) throw new NotInDirectory(`the calendar of ${desk} in store ${storeId}`);
  const known = calendars.get(row.id);
  if (known?.version === row.version && JSON.stringify(known.calendar) === JSON.stringify(row.calendar)) return known;
  const fresh: DeskCalendar = { calendarId: row.id, version: row.version, calendar: row.calendar };
  calendars.set(row.id, fresh);
  return fresh;
}

/** The policy in force for a store at `at` (default: now); the narrowest wins: store, then brand, then group. @throws NotInDirectory */
export async function policyOf<K extends PolicyKind>(tx: Tx, kind: K, storeId: string, at: Date = tx.now): Promise<Policy<K>> {
  const row = await tx.one<{ id: string; version: number; value: unknown; onOpen: 'keep' | 're-plan' }>(
    `select p.id, p.version, p.value, p.on_open
     from directory_policy p
     left join directory_store s on s.id = $2
     where p.kind = $1 and p.from_at <= $3
       and (p.level = 'group' or (p.level = 'store' and p.place = $2::text) or (p.level = 'brand' and s.data->'brands' ? p.place))
     order by case p.level when 'store' then 1 when 'brand' then 2 else 3 end, p.from_at desc, p.version desc
     limit 1`,
    [kind, storeId, at],
  );
  if (!row) throw new NotInDirectory(`the policy ${kind}`);
  return { kind, policyId: row.id, version: row.version, value: policyKinds[kind].parse(row.value) as PolicyValue<K>, onOpen: row.onOpen };
}

/** Whether a person holds one of these roles in the store, or in the whole group, now. */
export async function holdsRole(tx: Tx, staffId: string, storeId: string, roles: readonly string[]): Promise<boolean> {
  const row = await tx.one(
    `select 1 from directory_post where staff_id = $1 and role = any($3::text[]) and (store_id = $2 or store_id is null) and from_at <= app_now() and (to_at is null or to_at > app_now()) limit 1`,
    [staffId, storeId, roles],
  );
  return row !== null;
}
