import { policyOf, storeOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import type { PriceList } from './estimate';

/** What is in force now: the labour rate, the catalogue's prices of these parts, and the tax they contain, in the store's currency. */
export async function priceList(tx: Tx, storeId: string, partNumbers: readonly string[]): Promise<PriceList> {
  const { currency } = await storeOf(tx, storeId);
  const rate = await policyOf(tx, 'estimate.labour-rate', storeId);
  const tax = await policyOf(tx, 'estimate.tax', storeId);
  const rows = await tx.query<{ partNumber: string; amount: number }>(
    `select part_number, (price->>'amount')::bigint as amount from price_list_part, jsonb_array_elements(list_prices) price where part_number = any($1::text[]) and price->>'currency' = $2`,
    [partNumbers, currency],
  );
  return {
    currency,
    perFlatHour: rate.value.perFlatHour.find((one) => one.currency === currency)?.minorUnits ?? null,
    parts: new Map(rows.map(({ partNumber, amount }) => [partNumber, amount])),
    taxBasisPoints: tax.value.included.find((one) => one.currency === currency)?.basisPoints ?? 0,
  };
}

/** The furthest that any of these posts may go below the list; who is not named may not at all. */
export async function discountOf(tx: Tx, storeId: string, roles: readonly string[]): Promise<number> {
  const { discountPercentByRole } = (await policyOf(tx, 'price.authority', storeId)).value;
  return Math.max(0, ...roles.map((role) => discountPercentByRole[role as keyof typeof discountPercentByRole] ?? 0));
}
