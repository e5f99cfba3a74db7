import type { Tx } from '@aftersales/platform/database/tx';

/** Each number with its successors, oldest first; a number that the catalogue doesn't know stands alone. */
export async function chainsOf(tx: Tx, partNumbers: readonly string[]): Promise<Map<string, string[]>> {
  const numbers = [...new Set(partNumbers)];
  const chains = new Map(numbers.map((number) => [number, [number]]));
  if (numbers.length === 0) return chains;
  const steps = await tx.query<{ root: string; next: string }>(
    `with recursive chain as (
       select part_number as root, superseded_by as next, 1 as step from part where part_number = any($1::text[]) and superseded_by is not null
       union all
       select c.root, p.superseded_by, c.step + 1 from chain c join part p on p.part_number = c.next where p.superseded_by is not null and c.step < 50
     ) select root, next from chain order by root, step`,
    [numbers],
  );
  for (const { root, next } of steps) chains.get(root)!.push(next);
  return chains;
}
