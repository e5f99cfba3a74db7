// Who gets what of one part in one store: what lies on the shelf and what is to come, against all open lines in the order of their promise
// (quotes last). What somebody holds is never taken away; what is free goes to the first who lacks it.
import type { Level } from '../reservation/reservation';

export interface OpenLine {
  readonly id: string;
  readonly level: Level;
  readonly neededBy: Date;
  /** Wanted and not issued. */
  readonly quantity: number;
  readonly reserved: number;
  readonly ready: number;
}

export interface Inbound {
  readonly id: string;
  readonly open: number;
  readonly eta: Date | null;
  readonly from: 'inbound' | 'transfer' | 'order';
  /** Nobody has confirmed it yet: it shrinks when the need goes. */
  readonly planned: boolean;
}

export interface Supplied {
  readonly id: string;
  readonly reserved: number;
  readonly ready: number;
  /** null: on the shelf, or nobody can say. */
  readonly eta: Date | null;
  readonly from: Inbound['from'] | 'stock' | null;
}

export interface Supply {
  readonly lines: readonly Supplied[];
  /** When the next inbound that nobody holds comes. */
  readonly nextEta: Date | null;
  /** Lacking to booked and consented lines: to be ordered. */
  readonly gap: number;
  /** Planned inbound that nobody needs. */
  readonly surplus: readonly { readonly id: string; readonly quantity: number }[];
}

const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);
const last = Number.MAX_SAFE_INTEGER;
const time = (eta: Date | null): number => eta?.getTime() ?? last;
const byPromise = (a: OpenLine, b: OpenLine): number =>
  Number(a.level === 'soft') - Number(b.level === 'soft') || a.neededBy.getTime() - b.neededBy.getTime() || (a.id < b.id ? -1 : 1);

/** @param onHand on the shelf and not held for a sister store */
export function supply(onHand: number, open: readonly OpenLine[], inbound: readonly Inbound[]): Supply {
  const lines = open.toSorted(byPromise).map((line) => ({ ...line }));
  const coming = inbound.filter(({ open: quantity }) => quantity > 0).toSorted((a, b) => time(a.eta) - time(b.eta) || Number(a.planned) - Number(b.planned) || (a.id < b.id ? -1 : 1)).map((one) => ({ ...one, left: one.open }));
  let unheld = onHand + sum(coming, (one) => one.open) - sum(lines, ({ reserved }) => reserved);
  let onShelf = onHand - sum(lines, ({ ready }) => ready);

  const serve = (some: typeof lines, from: typeof coming): Supplied[] => {
    for (const line of some) {
      const more = Math.max(0, Math.min(line.quantity - line.reserved, unheld));
      line.reserved += more;
      unheld -= more;
    }
    for (const line of some) {
      const more = Math.max(0, Math.min(line.reserved - line.ready, onShelf));
      line.ready += more;
      onShelf -= more;
    }
    return some.map((line) => waitFor(line, from));
  };
  const agreed = serve(lines.filter(({ level }) => level !== 'soft'), coming);
  // A quote orders nothing, and keeps no order alive: what is only planned, and not for the others, is not for it.
  unheld -= sum(coming.filter(({ planned }) => planned), ({ left }) => left);
  const quoted = serve(lines.filter(({ level }) => level === 'soft'), coming.toSorted((a, b) => Number(a.planned) - Number(b.planned)));
  return {
    lines: [...agreed, ...quoted],
    nextEta: coming.find(({ left, planned }) => left > 0 && !planned)?.eta ?? null,
    gap: sum(lines, (line) => (line.level === 'soft' ? 0 : line.quantity - line.reserved)),
    surplus: coming.filter(({ planned, left }) => planned && left > 0).map(({ id, left }) => ({ id, quantity: left })),
  };
}

/** Takes what this line waits for from what is to come: it is whole when the last of it is here. */
function waitFor({ id, quantity, reserved, ready }: OpenLine, coming: (Inbound & { left: number })[]): Supplied {
  let waits = reserved - ready;
  if (waits === 0) return { id, reserved, ready, eta: null, from: reserved === quantity ? 'stock' : null };
  let latest: Inbound | undefined;
  for (const one of coming) {
    const taken = Math.min(waits, one.left);
    one.left -= taken;
    waits -= taken;
    if (taken > 0 && (!latest || time(one.eta) >= time(latest.eta))) latest = one;
    if (waits === 0) break;
  }
  return { id, reserved, ready, eta: reserved === quantity ? (latest?.eta ?? null) : null, from: latest?.from ?? null };
}
