import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import { lineAmount, type Payer } from '@aftersales/contracts/kernel/values';
import type { EstimateLine, Share } from '@aftersales/contracts/reception/estimate-line';
import type { Line } from '../visit/visit';

export const versionStates = ['draft', 'coverage-asked', 'offered', 'answered', 'expired', 'superseded'] as const;
export type VersionState = (typeof versionStates)[number];

/** A line as the desk types it; what a price list knows may be left out. Prices in minor units of the store's currency, taxes included. */
export type LineInput = {
  readonly lineId?: string;
  readonly payer: Payer;
  readonly unitPrice?: number;
  readonly title?: string | null;
  readonly faultCode?: string;
  readonly faultId?: string;
  readonly safety?: boolean;
} & (
  | { readonly kind: 'labour'; readonly operationCode: string; readonly skill: string; readonly bayType: string; readonly flatHours: number }
  | { readonly kind: 'part'; readonly partNumber: string; readonly quantity: number; readonly customersOwn?: boolean }
  | { readonly kind: 'consumable'; readonly quantity: number; readonly partNumber?: string }
);

export interface PriceList {
  readonly currency: string;
  readonly perFlatHour: number | null;
  readonly parts: ReadonlyMap<string, number>;
  /** Of which the included tax is the n/(10000 + n)th part. */
  readonly taxBasisPoints: number;
}

/** The tax inside an amount that includes it, rounded half up, line by line. */
export const includedTax = (amount: number, basisPoints: number): number => Math.floor((2 * amount * basisPoints + 10_000 + basisPoints) / (2 * (10_000 + basisPoints)));

/** @throws Refused where a price is missing, or lower than this person may go */
export function priced(input: LineInput & { lineId: string }, list: PriceList, discountPercent: number): Omit<Line, 'since'> {
  const listPrice = input.kind === 'labour' ? list.perFlatHour : input.partNumber ? (list.parts.get(input.partNumber) ?? null) : null;
  const customersOwn = input.kind === 'part' && input.customersOwn === true;
  const unitPrice = customersOwn ? (input.unitPrice ?? 0) : (input.unitPrice ?? listPrice);
  demand(unitPrice !== null, 'estimate.unpriced', `Nothing is known of the price of ${input.kind === 'labour' ? input.operationCode : (input.partNumber ?? 'this line')}.`);
  demand(!customersOwn || unitPrice === 0, 'estimate.customers-own', 'A part that the customer brings costs nothing.');
  demand(customersOwn || listPrice === null || unitPrice * 100 >= listPrice * (100 - discountPercent), 'estimate.price-authority', `That is more than ${discountPercent} % below the list.`);
  const amount = lineAmount(unitPrice, input.kind === 'labour' ? input.flatHours : input.quantity);
  demand(Number.isSafeInteger(amount), 'estimate.amount', 'That is more than any line can be.');
  const { title = null, unitPrice: _typed, ...line } = input;
  return {
    ...line, title, listPrice, unitPrice: { amount: unitPrice, currency: list.currency }, amount: { amount, currency: list.currency }, tax: includedTax(amount, list.taxBasisPoints), taxBasisPoints: list.taxBasisPoints,
  };
}

const contentOf = ({ since: _since, title: _title, listPrice: _list, tax: _tax, taxBasisPoints: _points, ...line }: Line): string => JSON.stringify(Object.entries(line).sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Version n: an unchanged line keeps the version it is since, so its answers go on to count; a new or changed one, and one that was refused
 * and is asked again, begins here. What is consented to stays: it may change, never vanish (REC-17).
 * @throws Refused
 */
export function draftOf(n: number, lines: readonly Omit<Line, 'since'>[], before: readonly Line[], isAskedAgain: (line: Line) => boolean, consented: readonly Line[]): Line[] {
  demand(new Set(lines.map(({ lineId }) => lineId)).size === lines.length, 'estimate.line-twice', 'A line stands in a version once.');
  const gone = consented.filter(({ lineId }) => !lines.some((line) => line.lineId === lineId));
  demand(gone.length === 0, 'estimate.line-consented', 'A line that was agreed to stays in the estimate.');
  return lines.map((line) => {
    const last = before.find(({ lineId }) => lineId === line.lineId);
    demand(!last || last.kind === line.kind, 'estimate.line-kind', 'Labour stays labour, and a part a part: another thing is another line.');
    const same = last && !isAskedAgain(last) && contentOf(last) === contentOf({ ...line, since: last.since });
    return { ...line, since: same ? last.since : n };
  });
}

/** What each payer owes; payers in the order in which they come, so that the first is the same each time. */
export function sharesOf(lines: readonly Pick<EstimateLine, 'payer' | 'amount'>[]): Share[] {
  const shares = new Map<Payer, Share>();
  for (const { payer, amount } of lines) shares.set(payer, { payer, amount: { amount: (shares.get(payer)?.amount.amount ?? 0) + amount.amount, currency: amount.currency } });
  return [...shares.values()];
}

/** The text whose hash consent repeats: exactly what the customer sees, in one form. */
export const shownText = (visitId: string, n: number, promisedAt: Date, lines: readonly Line[]): string =>
  JSON.stringify([visitId, n, promisedAt.toISOString(), lines.map((line) => [line.lineId, line.title, contentOf(line), line.tax])]);

/** @throws Refused unless this is the version that may be answered now, and what is answered is what was shown */
export function demandAnswerable(version: { n: number; state: VersionState; expiresAt: Date | null; promisedAt: Date | null; shownHash: string | null }, newest: number, shownHash: string, now: Date): void {
  if (newest > version.n) throw new Refused('estimate.superseded', `Version ${version.n} was replaced: version ${newest} is the one to answer.`);
  demand(version.state === 'offered', 'estimate.not-offered', version.state === 'answered' ? 'This version is answered already.' : version.state === 'expired' ? 'This version has expired: a new one is needed.' : 'This version has not been shown yet.');
  demand(version.expiresAt! > now, 'estimate.expired', 'This version has expired: a new one is needed.');
  demand(version.promisedAt! > now, 'estimate.promise-passed', 'The time it promises has passed: a new version is needed.');
  demand(version.shownHash === shownHash, 'estimate.other-text', 'What was answered is not what was shown.');
}
