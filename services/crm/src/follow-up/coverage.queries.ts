import { policyOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';

interface Counted {
  readonly excludedBy: string | null;
  readonly visits: number;
  readonly followedUp: number;
  readonly reached: number;
  readonly doNotCall: number;
  readonly failed: number;
  readonly pending: number;
}

/**
 * CRM-9: of the visits delivered on these days, as the locked sample has them – not as the follow-ups do, or a missing one would not be missed.
 * A visit is reached when its survey was answered, by call or by link; do-not-call and failed ones stay in the denominator.
 */
export async function coverage(tx: Tx, storeId: string, { from, to }: { from: string; to: string }) {
  const counted = await tx.query<Counted>(
    `select excluded_by, count(*) as visits, count(first.id) as followed_up,
       count(*) filter (where s.state = 'answered') as reached,
       count(*) filter (where s.state <> 'answered' and last.outcome = 'do-not-call') as do_not_call,
       count(*) filter (where s.state <> 'answered' and (last.outcome = 'failed' or last.state = 'failed')) as failed,
       count(*) filter (where s.state <> 'answered' and last.state in ('waiting', 'open', 'reached')) as pending
     from sample_entry e
     join survey s on s.store_id = e.store_id and s.visit_id = e.visit_id
     left join follow_up first on first.store_id = e.store_id and first.visit_id = e.visit_id and first.because = 'delivered'
     left join follow_up last on last.store_id = e.store_id and last.id = s.follow_up_id
     where e.store_id = $1 and e.day between $2 and $3
     group by excluded_by order by excluded_by`,
    [storeId, from, to],
  );
  const asked = counted.find(({ excludedBy }) => excludedBy === null);
  const of = asked?.visits ?? 0;
  const { value } = await policyOf(tx, 'targets.quality', storeId);
  return {
    from, to, delivered: counted.reduce((sum, { visits }) => sum + visits, 0),
    excluded: Object.fromEntries(counted.flatMap(({ excludedBy, visits }) => (excludedBy ? [[excludedBy, visits]] : []))),
    coverage: shareOf(asked?.followedUp ?? 0, of),
    reached: { ...shareOf(asked?.reached ?? 0, of), target: value.reachedAtLeastPercent / 100 },
    doNotCall: asked?.doNotCall ?? 0, failed: asked?.failed ?? 0, pending: asked?.pending ?? 0,
  };
}

/** Of nothing there is no share. */
const shareOf = (n: number, of: number) => ({ n, of, share: of === 0 ? null : n / of });
