import { Injectable } from '@nestjs/common';
import { addDays, localDate } from '@aftersales/calendar/local-time';
import type { Operation } from '@aftersales/contracts/kernel/values';
import { SlotHeld, SlotLost, SlotRefused } from '@aftersales/contracts/workshop/slot';
import { calendarOf, policyOf } from '@aftersales/directory/directory';
import { insertRow, lockRow, lockRowIfKnown, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { letSleep, wake } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import { baysOf, floorOf, plannedUntil } from '../capacity/capacity.queries';
import { DayBook } from '../capacity/day-book.store';
import { cutShort, free, keepTakes } from './hold.store';
import { layOut } from './layout';
import { alternatives, seat, type Refusal, type Seated } from './seat';
import { next } from './slot';
import type { HoldRow, SlotRow } from './slot.rows';

export interface Asked {
  readonly appointmentId: string;
  readonly round: number;
  readonly kind: string;
  readonly startsAt: string;
  readonly operations: readonly Operation[];
}
export interface Booked extends Omit<Asked, 'startsAt'> {
  readonly slot: { readonly startsAt: string };
}

/** Holds by (appointment, round), as libs/contracts/src/reception/appointment.ts says. Lock order: floor (shared), slot, capacity. */
@Injectable()
export class SlotService {
  /** A wish: bay and hours are held together, or refused with what is free instead. An earlier booked round stays. */
  async ask(tx: Tx, storeId: string, asked: Asked): Promise<void> {
    await noPlanMeanwhile(tx, storeId);
    const slot = await this.#slotOf(tx, storeId, asked);
    if (slot.givenUp || asked.round <= slot.latestRound) return;
    for (const older of await holdsOf(tx, slot)) if (older.state === 'held') await free(tx, older, 'free');
    const seated = await this.#seatNow(tx, storeId, new Date(asked.startsAt), asked);
    if (typeof seated === 'string') {
      await this.#insertHold(tx, slot, asked, 'refused', null);
      letSleep(tx, 'slot.expire', slot);
      const told = await updateRow(tx, 'slot', slot, { latestRound: asked.round });
      return publish(tx, SlotRefused, told, { appointmentId: slot.id, round: asked.round, reason: seated, alternatives: await this.#alternatives(tx, storeId, new Date(asked.startsAt), asked) });
    }
    const { value } = await policyOf(tx, 'slot.hold', storeId);
    const expiresAt = new Date(tx.now.getTime() + value.wallMinutes * 60_000);
    const hold = await this.#insertHold(tx, slot, asked, 'held', { endsAt: seated.endsAt, expiresAt });
    await keepTakes(tx, hold, seated);
    wake(tx, 'slot.expire', slot, expiresAt);
    const told = await updateRow(tx, 'slot', slot, { latestRound: asked.round });
    publish(tx, SlotHeld, told, { appointmentId: slot.id, round: asked.round, slot: span(seated), bayId: seated.bayIds[0] ?? null, expiresAt: expiresAt.toISOString() });
  }

  /** Both halves are there: this round is firm, all others are free. What ended meanwhile is held again, else lost. */
  async book(tx: Tx, storeId: string, booked: Booked): Promise<void> {
    await noPlanMeanwhile(tx, storeId);
    const slot = await this.#slotOf(tx, storeId, booked);
    if (slot.givenUp || (slot.bookedRound !== null && booked.round <= slot.bookedRound)) return;
    const holds = await holdsOf(tx, slot);
    for (const other of holds) if (other.round !== booked.round) await free(tx, other, 'free');
    letSleep(tx, 'slot.expire', slot);
    const hold = holds.find(({ round }) => round === booked.round) ?? (await this.#insertHold(tx, slot, { ...booked, startsAt: booked.slot.startsAt }, 'expired', null));
    const next_ = await updateRow(tx, 'slot', slot, { bookedRound: booked.round, latestRound: Math.max(slot.latestRound, booked.round) });
    if (next(hold.state, 'book')) return void (await updateRow(tx, 'slot_hold', hold, { state: 'firm', expiresAt: null }));
    const seated = await this.#seatNow(tx, storeId, hold.startsAt, booked);
    if (typeof seated === 'string') {
      await updateRow(tx, 'slot_hold', hold, { state: 'lost', expiresAt: null });
      return this.#sayLost(tx, await updateRow(tx, 'slot', next_, {}), hold, 'hold-expired');
    }
    await keepTakes(tx, await updateRow(tx, 'slot_hold', hold, { state: 'firm', expiresAt: null, endsAt: seated.endsAt }), seated);
  }

  /** The other half refused, or kept silent: this round alone is free again. */
  async freeRound(tx: Tx, appointmentId: string, round: number): Promise<void> {
    const slot = await lockRowIfKnown<SlotRow>(tx, 'slot', appointmentId);
    if (!slot || slot.bookedRound === round) return;
    for (const hold of await holdsOf(tx, slot)) if (hold.round === round && (await free(tx, hold, 'free'))) letSleep(tx, 'slot.expire', slot);
  }

  /** Given up for good: everything is free, once; what is asked later for this appointment is not held any more. */
  release(tx: Tx, storeId: string, released: Pick<Asked, 'appointmentId' | 'kind'>): Promise<void> {
    return this.#end(tx, storeId, released, (hold) => free(tx, hold, 'free'));
  }

  /** The car that the slot was for is worked on and handed over: what is still to come of it is free, and so is a wish for another time. */
  used(tx: Tx, storeId: string, delivered: Pick<Asked, 'appointmentId' | 'kind'>): Promise<void> {
    return this.#end(tx, storeId, delivered, (hold) => (hold.state === 'firm' ? cutShort(tx, hold) : free(tx, hold, 'free')));
  }

  /** Timer `slot.expire`; rung late after an outage, a hold that nobody booked is just as free. */
  async expire(tx: Tx, appointmentId: string): Promise<string | void> {
    const slot = await lockRow<SlotRow>(tx, 'slot', appointmentId);
    const due = (await holdsOf(tx, slot)).filter(({ state, expiresAt }) => state === 'held' && expiresAt && expiresAt <= tx.now);
    for (const hold of due) await free(tx, hold, 'expire');
    if (due.length === 0) return 'nothing unbooked is held';
  }

  /** It can't be kept: free, and untold as yet. The slot is locked. @returns whether there was anything to lose */
  async lose(tx: Tx, hold: HoldRow, book: DayBook): Promise<boolean> {
    if (!(await free(tx, hold, 'lose', book))) return false;
    // A firm one has no timer: the slot's one rings for another round that is still held.
    if (hold.state === 'held') letSleep(tx, 'slot.expire', { id: hold.slotId });
    return true;
  }

  /** The desk is told, with what is free instead: when all that is lost is free, and the book is closed. */
  async tellLost(tx: Tx, hold: HoldRow, cause: string): Promise<void> {
    await this.#sayLost(tx, await updateRow(tx, 'slot', await lockRow<SlotRow>(tx, 'slot', hold.slotId), {}), hold, cause);
  }

  async #sayLost(tx: Tx, slot: SlotRow, hold: HoldRow, cause: string): Promise<void> {
    publish(tx, SlotLost, slot, {
      appointmentId: slot.id, round: hold.round, slot: span(hold), cause,
      alternatives: await this.#alternatives(tx, slot.storeId, hold.startsAt, { operations: hold.operations, kind: slot.kind }),
    });
  }

  async #end(tx: Tx, storeId: string, of: Pick<Asked, 'appointmentId' | 'kind'>, end: (hold: HoldRow) => Promise<unknown>): Promise<void> {
    const slot = await this.#slotOf(tx, storeId, of);
    if (slot.givenUp) return;
    for (const hold of await holdsOf(tx, slot)) await end(hold);
    letSleep(tx, 'slot.expire', slot);
    await updateRow(tx, 'slot', slot, { givenUp: true });
  }

  async #slotOf(tx: Tx, storeId: string, { appointmentId, kind }: Pick<Asked, 'appointmentId' | 'kind'>): Promise<SlotRow> {
    await tx.query(
      `insert into slot (id, store_id, version, kind, latest_round, booked_round, given_up) values ($1, $2, 0, $3, 0, null, false) on conflict (id) do nothing`,
      [appointmentId, storeId, kind],
    );
    return lockRow<SlotRow>(tx, 'slot', appointmentId);
  }

  #insertHold(tx: Tx, slot: SlotRow, asked: Asked, state: HoldRow['state'], made: { endsAt: Date; expiresAt: Date } | null): Promise<HoldRow> {
    const startsAt = new Date(asked.startsAt);
    return insertRow<HoldRow>(tx, 'slot_hold', {
      id: uuidv7(), storeId: slot.storeId, version: 1, slotId: slot.id, round: asked.round, state, startsAt, endsAt: made?.endsAt ?? startsAt, operations: asked.operations, madeAt: tx.now, expiresAt: made?.expiresAt ?? null,
    });
  }

  async #seatNow(tx: Tx, storeId: string, startsAt: Date, { operations, kind }: Pick<Asked, 'operations' | 'kind'>): Promise<(Seated & { book: DayBook }) | Refusal> {
    const { calendar } = await calendarOf(tx, storeId, 'workshop');
    const layout = layOut(calendar, tx.now, await plannedUntil(tx, storeId, calendar.zone), startsAt, operations);
    if (typeof layout === 'string') return layout;
    const book = await DayBook.open(tx, storeId, { dates: layout.dates, skills: layout.takes.map(({ skill }) => skill), bayTypes: layout.legs.map(({ bayType }) => bayType) });
    const seated = seat(layout, { hours: (date, skill) => book.hours(date, skill), bays: await baysOf(tx, storeId, layout.startsAt, layout.endsAt) }, kind === 'rework');
    return typeof seated === 'string' ? seated : { ...seated, book };
  }

  async #alternatives(tx: Tx, storeId: string, startsAt: Date, { operations, kind }: Pick<Asked, 'operations' | 'kind'>): Promise<{ startsAt: string; endsAt: string }[]> {
    const [{ calendar }, { value }] = [await calendarOf(tx, storeId, 'workshop'), await policyOf(tx, 'slot.alternatives', storeId)];
    const from = localDate(calendar.zone, startsAt < tx.now ? tx.now : startsAt);
    const until = [addDays(from, value.calendarDaysAhead), await plannedUntil(tx, storeId, calendar.zone)].sort()[0]!;
    if (until < from) return [];
    const floor = await floorOf(tx, storeId, calendar.zone, from, until);
    return alternatives(calendar, tx.now, until, { startsAt, operations, forRework: kind === 'rework' }, floor, value.atMost).map(span);
  }
}

/** Whoever changes bays or people waits until our hold stands, and we until theirs does. */
const noPlanMeanwhile = (tx: Tx, storeId: string) => tx.query(`select 1 from floor where id = $1 for share`, [storeId]);

const holdsOf = (tx: Tx, slot: SlotRow) => tx.query<HoldRow>(`select * from slot_hold where store_id = $1 and slot_id = $2 order by round`, [slot.storeId, slot.id]);

const span = ({ startsAt, endsAt }: { startsAt: Date; endsAt: Date }) => ({ startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() });
