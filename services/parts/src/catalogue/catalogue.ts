// PRT-1. One entry a part number; numbers that follow each other form a chain that ends.
import { demand } from '@aftersales/contracts/kernel/refused';

export const partClasses = ['component', 'fluid', 'bulk', 'accessory', 'first-fit'] as const;

/** @param after the numbers that follow `successor`, it itself left out */
export function supersede(partNumber: string, successor: string | null, successorKnown: boolean, after: readonly string[]): void {
  if (successor === null) return;
  demand(successorKnown, 'parts.successor-unknown', `${successor} is not in the catalogue.`);
  demand(successor !== partNumber && !after.includes(partNumber), 'parts.supersession-loop', `${successor} is followed by ${partNumber} itself: the chain would never end.`);
}

/** One price a currency. */
export function onePriceACurrency(prices: readonly { readonly currency: string }[]): boolean {
  return new Set(prices.map(({ currency }) => currency)).size === prices.length;
}
