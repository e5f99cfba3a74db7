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

const last = Number.MAX_SAFE_INTEGER;
const time = (eta: Date | null): number => eta?.getTime() ?? last;
const byPromise = (a: OpenLine, b: OpenLine): number =>
  Number(a.level === 'soft') - Number(b.level === 'soft') || a.neededBy.getTime() - b.neededBy.getTime() || (a.id < b.id ? -1 : 1);

/** @param onHand on the shelf and not held for a sister store */
export function supply(onHand: number, open: readonly OpenLine[], inbound: readonly Inbound[]): Supply {
  const lines = open.toSorted(byPromise).map((line) => ({ ...line }));
  const sum = (of: (line: (typeof lines)[number]) => number): number => lines.reduce((total, line) => total + of(line), 0);

  let unheld = onHand + inbound.reduce((total, one) => total + one.open, 0) - sum(({ reserved }) => reserved);
  for (const line of lines) {
    const more = Math.max(0, Math.min(line.quantity - line.reserved, unheld));
    line.reserved += more;
    unheld -= more;
  }
  let onShelf = onHand - sum(({ ready }) => ready);
  for (const line of lines) {
    const more = Math.max(0, Math.min(line.reserved - line.ready, onShelf));
    line.ready += more;
    onShelf -= more;
  }

  const coming = inbound.filter(({ open: quantity }) => quantity > 0).toSorted((a, b) => time(a.eta) - time(b.eta) || Number(a.planned) - Number(b.planned) || (a.id < b.id ? -1 : 1)).map((one) => ({ ...one, left: one.open }));
  const supplied = lines.map((line): Supplied => {
    const { id, reserved, ready } = line;
    let waits = reserved - ready;
    if (waits === 0) return { id, reserved, ready, eta: null, from: reserved === line.quantity ? 'stock' : null };
    let latest: Inbound | undefined;
    for (const one of coming) {
      const taken = Math.min(waits, one.left);
      one.left -= taken;
      waits -= taken;
      if (taken > 0) latest = one;
      if (waits === 0) break;
    }
    return { id, reserved, ready, eta: reserved === line.quantity ? (latest?.eta ?? null) : null, from: latest?.from ?? null };
  });
  return {
    lines: supplied,
    nextEta: coming.find(({ left, planned }) => left > 0 && !planned)?.eta ?? null,
    gap: sum((line) => (line.level === 'soft' ? 0 : line.quantity - line.reserved)),
    surplus: coming.filter(({ planned, left }) => planned && left > 0).map(({ id, left }) => ({ id, quantity: left })),
  };
}
