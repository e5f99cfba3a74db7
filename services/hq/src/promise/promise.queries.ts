import type { Tx } from '@aftersales/platform/database/tx';

export interface Asked {
  readonly stores: readonly string[];
  readonly from: string;
  readonly to: string;
  /** What the promises are told apart by; the other columns are null. */
  readonly by: readonly string[];
}

export interface Kept {
  readonly service: string | null;
  readonly kind: string | null;
  readonly ownerRole: string | null;
  readonly cause: string | null;
  readonly region: string | null;
  readonly store: string | null;
  readonly kept: number;
  readonly late: number;
  readonly doneLate: number;
  readonly void: number;
  readonly open: number;
}

/** HQ-5: promises by the local day on which they were due. */
export function keptPromises(tx: Tx, { stores, from, to, by }: Asked): Promise<Kept[]> {
  return tx.query<Kept>(
    `select case when 'service' = any($4::text[]) then service end as service, case when 'kind' = any($4) then kind end as kind,
       case when 'owner-role' = any($4) then owner_role end as owner_role, case when 'cause' = any($4) then cause end as cause,
       case when 'region' = any($4) then s.data->>'region' end as region, case when 'store' = any($4) then p.store_id end as store,
       count(*) filter (where outcome = 'kept')::int as kept, count(*) filter (where outcome = 'late')::int as late,
       count(*) filter (where outcome = 'late' and done_at is not null)::int as done_late, count(*) filter (where outcome = 'void')::int as void,
       count(*) filter (where outcome = 'open')::int as open
     from ledger_promise p join directory_store s on s.id = p.store_id
     where p.store_id = any($1::uuid[]) and p.due_at >= $2::date - 1 and p.due_at < $3::date + 2
       and (p.due_at at time zone (s.data->>'zone'))::date between $2::date and $3::date
     group by 1, 2, 3, 4, 5, 6 order by 1 nulls first, 2 nulls first, 3 nulls first, 4 nulls first, 5 nulls first, 6 nulls first`,
    [stores, from, to, by],
  );
}
