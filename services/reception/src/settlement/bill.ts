import { demand } from '@aftersales/contracts/kernel/refused';
import { lineAmount } from '@aftersales/contracts/kernel/values';
import { includedTax } from '../estimate/estimate';
import type { Floor } from '../visit/floor';
import type { Line } from '../visit/visit';

export interface LeftOut {
  readonly lineId: string;
  readonly reason: string;
}

/**
 * REC-20: of what was agreed to, what was done. Labour that the floor has finished; parts as they were issued less returned, at most what
 * was agreed to; the rest with its work. A part of done work that was never issued has to be explained before anything is billed.
 * @throws Refused
 */
export function billed(authorised: readonly Line[], floor: Floor, issued: ReadonlyMap<string, number>, leftOut: readonly LeftOut[]): { lines: Line[]; leftOut: LeftOut[] } {
  const lines: Line[] = [];
  const out: LeftOut[] = [];
  for (const line of authorised) {
    const net = issued.get(line.lineId) ?? 0;
    const said = leftOut.find(({ lineId }) => lineId === line.lineId);
    const undone = isUndone(line, authorised, floor);
    if (line.kind !== 'labour' && net > 0) {
      demand(!undone && !said, 'settlement.part-out', `${line.partNumber} was handed out for work that is not billed: it goes back to the store room first.`);
      demand(net <= line.quantity!, 'settlement.more-than-agreed', `More of ${line.partNumber} is out than was agreed to: return it, or agree on a new version.`);
      lines.push(net === line.quantity ? line : atQuantity(line, net));
    } else if (undone || (said && line.kind !== 'labour')) out.push(said ?? { lineId: line.lineId, reason: 'not-done' });
    else {
      demand(!isFromStore(line), 'settlement.part-missing', `${line.partNumber} was not issued: say so, or wait for the store room.`);
      lines.push(line);
    }
  }
  demand(leftOut.every(({ lineId }) => out.some((one) => one.lineId === lineId)), 'settlement.done', 'Work that is done is not left out.');
  return { lines, leftOut: out };
}

const isFromStore = (line: Line): boolean => line.kind === 'part' && !line.customersOwn;

/** Labour that is not finished, what the floor names as undone, and parts whose every labour of the same fault is undone. */
function isUndone(line: Line, all: readonly Line[], floor: Floor): boolean {
  if (floor.unfinishedLineIds.includes(line.lineId)) return true;
  if (line.kind === 'labour') return !floor.finishedLineIds.includes(line.lineId);
  const fault = line.faultId ?? line.faultCode;
  const labour = fault ? all.filter((other) => other.kind === 'labour' && (other.faultId ?? other.faultCode) === fault) : [];
  return labour.length > 0 && labour.every(({ lineId }) => !floor.finishedLineIds.includes(lineId));
}

function atQuantity(line: Line, quantity: number): Line {
  const amount = lineAmount(line.unitPrice.amount, quantity);
  return { ...line, quantity, amount: { ...line.amount, amount }, tax: includedTax(amount, line.taxBasisPoints) };
}

export interface PrintedShare {
  readonly payer: Line['payer'];
  readonly labour: number;
  readonly parts: number;
  readonly consumables: number;
  readonly tax: number;
  readonly total: number;
}

/** As it is printed: labour and parts apart, each payer's sum the sum of its lines. */
export function printedShares(lines: readonly Line[]): PrintedShare[] {
  const sum = (some: readonly Line[], of: (line: Line) => number) => some.reduce((total, line) => total + of(line), 0);
  const amount = (line: Line) => line.amount.amount;
  return [...new Set(lines.map(({ payer }) => payer))].map((payer) => {
    const own = lines.filter((line) => line.payer === payer);
    const [labour, parts, consumables] = (['labour', 'part', 'consumable'] as const).map((kind) => sum(own.filter((line) => line.kind === kind), amount));
    return { payer, labour: labour!, parts: parts!, consumables: consumables!, tax: sum(own, (line) => line.tax), total: sum(own, amount) };
  });
}
