import { demand } from '@aftersales/contracts/kernel/refused';
import { policyOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { unmaskedView } from './file.queries';

const hourMs = 3_600_000;

/**
 * A name and its numbers as they are: with a reason, noted, and so many an hour and person (policy contact.unmask). The id of the look is the
 * caller's, so that a repeated request is one look, and the answer is kept nowhere.
 */
export async function unmask(tx: Tx, look: { id: string; storeId: string; customerId: string; staffId: string; reason: string }) {
  const view = await unmaskedView(tx, look.customerId);
  await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`unmask ${look.staffId}`]);
  const [noted] = await tx.query(
    `insert into unmasking (id, store_id, customer_id, staff_id, reason, unmasked_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning 1 as one`,
    [look.id, look.storeId, view.customerId, look.staffId, look.reason, tx.now],
  );
  const { looks, own } = (await tx.one<{ looks: number; own: boolean }>(
    `select count(*) filter (where unmasked_at > $2) as looks, coalesce(bool_or(id = $3 and customer_id = $4), false) as own from unmasking where staff_id = $1`,
    [look.staffId, new Date(tx.now.getTime() - hourMs), look.id, view.customerId],
  ))!;
  demand(noted || own, 'file.look-reused', 'This look was at somebody else: give it an id of its own.');
  const { value } = await policyOf(tx, 'contact.unmask', look.storeId);
  demand(looks <= value.perPersonAndHour, 'file.unmask-limit', 'So many names an hour are enough; ask your supervisor.');
  return view;
}
