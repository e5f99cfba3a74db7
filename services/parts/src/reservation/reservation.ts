// PRT-3: what one holder wants of the store room, and until when. A wish belongs to a round (the appointment's round, or the estimate's
// version); what is held is what the living wishes ask for, each line once, so that freeing twice, or a round that asks for what another
// round already holds, changes nothing.
import type { Payer } from '@aftersales/contracts/kernel/values';

/** Soft: a quote, never ordered for. Held: asked for, not yet booked. Firm: booked, or consented to. */
export type Level = 'soft' | 'held' | 'firm';

export interface WishLine {
  readonly lineId: string;
  readonly partNumber: string;
  readonly quantity: number;
  readonly payer: Payer | null;
}

/** Instants are ISO 8601, as the row keeps them. */
export interface Wish {
  readonly round: number;
  readonly level: Level;
  readonly lines: readonly WishLine[];
  /** The promise it serves: the slot's start, or the visit's promised time. */
  readonly neededBy: string;
  readonly expiresAt: string | null;
}

export type Closed = 'released' | 'taken-over' | 'delivered';

export interface Holder {
  readonly wishes: readonly Wish[];
  readonly closed: Closed | null;
}

/** A line of all living wishes together. */
export interface Wanted extends WishLine {
  readonly round: number;
  readonly level: Level;
  readonly neededBy: string;
}

const rank: Record<Level, number> = { soft: 0, held: 1, firm: 2 };
export const keyOf = (line: { readonly lineId: string; readonly partNumber: string }): string => `${line.lineId} ${line.partNumber}`;

/** A new wish of a round that is not firm yet, beside those of other rounds. */
export function ask(holder: Holder, wish: Wish): readonly Wish[] {
  if (holder.closed || holder.wishes.some(({ round, level }) => round >= wish.round && level === 'firm')) return holder.wishes;
  return [...holder.wishes.filter(({ round, level }) => round !== wish.round && !(wish.level === 'soft' && level === 'soft')), wish];
}

/** Booked or consented: this round is firm, older ones are given up. A newer quote stays. */
export function firm(holder: Holder, wish: Wish): readonly Wish[] {
  if (holder.closed || holder.wishes.some(({ round, level }) => round > wish.round && level === 'firm')) return holder.wishes;
  return [...holder.wishes.filter(({ round, level }) => level === 'soft' && round > wish.round), { ...wish, level: 'firm' }];
}

/** This round alone is given up; what is firm stays. */
export const giveUp = (holder: Holder, round: number): readonly Wish[] => holder.wishes.filter((wish) => wish.round !== round || wish.level === 'firm');

/** The customer said no to these lines of a quote. */
export function decline(holder: Holder, version: number, lineIds: readonly string[]): readonly Wish[] {
  return holder.wishes
    .map((wish) => (wish.level === 'soft' && wish.round <= version ? { ...wish, lines: wish.lines.filter(({ lineId }) => !lineIds.includes(lineId)) } : wish))
    .filter(({ lines, level }) => lines.length > 0 || level !== 'soft');
}

export const living = (wishes: readonly Wish[], now: Date): readonly Wish[] => wishes.filter(({ expiresAt }) => expiresAt === null || new Date(expiresAt) > now);

export function nextExpiry(wishes: readonly Wish[]): Date | null {
  const ends = wishes.flatMap(({ expiresAt }) => (expiresAt ? [new Date(expiresAt).getTime()] : []));
  return ends.length ? new Date(Math.min(...ends)) : null;
}

/** The car is here: nothing of it ends by itself any more. */
export const keepAlive = (wishes: readonly Wish[]): readonly Wish[] => wishes.map((wish) => ({ ...wish, expiresAt: null }));

/** Under what one line of one holder is held: what is agreed and what a quote asks beyond it lie apart. */
export const heldAs = ({ lineId, partNumber, level }: Pick<Wanted, 'lineId' | 'partNumber' | 'level'>): string => `${keyOf({ lineId, partNumber })} ${level === 'soft' ? 'quoted' : 'agreed'}`;

/**
 * What is to be held, by `heldAs`. What was asked, booked or consented to stays as it is while a newer quote is not answered (REC-17): of that
 * quote only what it asks beyond it is held, softly.
 */
export function wanted(wishes: readonly Wish[]): Map<string, Wanted> {
  const isQuote = ({ level }: Wish): boolean => level === 'soft';
  const agreed = together(wishes.filter((wish) => !isQuote(wish)));
  const quoted = [...together(wishes.filter(isQuote))].map(([key, quote]) => ({ ...quote, quantity: quote.quantity - (agreed.get(key)?.quantity ?? 0) }));
  return new Map([...agreed.values(), ...quoted.filter(({ quantity }) => quantity > 0)].map((line) => [heldAs(line), line]));
}

/** One line per (line, part): the largest quantity, the strongest level, the earliest need, the newest round. */
function together(wishes: readonly Wish[]): Map<string, Wanted> {
  const all = new Map<string, Wanted>();
  for (const { round, level, neededBy, lines } of wishes) {
    for (const line of lines) {
      const other = all.get(keyOf(line));
      all.set(keyOf(line), !other ? { ...line, round, level, neededBy } : {
        ...line,
        quantity: Math.max(line.quantity, other.quantity),
        payer: line.payer ?? other.payer,
        round: Math.max(round, other.round),
        level: rank[level] > rank[other.level] ? level : other.level,
        neededBy: neededBy < other.neededBy ? neededBy : other.neededBy,
      });
    }
  }
  return all;
}

/** A quote's lines less what the appointment holds for them already: same line, else same part. */
export function lessHeld(lines: readonly WishLine[], held: readonly { lineId: string; wantedNumber: string; quantity: number }[]): WishLine[] {
  const left = held.map((line) => ({ ...line }));
  const take = (line: WishLine, same: (other: (typeof left)[number]) => boolean): WishLine => {
    let { quantity } = line;
    for (const other of left.filter(same)) {
      const taken = Math.min(quantity, other.quantity);
      other.quantity -= taken;
      quantity -= taken;
    }
    return { ...line, quantity };
  };
  return lines
    .map((line) => take(line, (other) => other.lineId === line.lineId && other.wantedNumber === line.partNumber))
    .map((line) => take(line, (other) => other.wantedNumber === line.partNumber))
    .filter(({ quantity }) => quantity > 0);
}
