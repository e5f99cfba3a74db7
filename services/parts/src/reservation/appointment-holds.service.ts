import { Injectable } from '@nestjs/common';
import { addOpenDays, closeOfDay } from '@aftersales/calendar/open-days';
import { localDate } from '@aftersales/calendar/local-time';
import type { AppointmentBooked, AppointmentReleased, AppointmentRequested, AppointmentMoved, AlternativesOffered } from '@aftersales/contracts/reception/appointment';
import type { Fact } from '@aftersales/contracts/kernel/event';
import type { PartNeed } from '@aftersales/contracts/kernel/values';
import { ReservationMade, ReservationRefused } from '@aftersales/contracts/parts/reservation';
import { calendarOf, policyOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { Promises } from '@aftersales/platform/promises/promises';
import type { LineRow } from '../stock/balance.service';
import { hold, linesOf } from './hold.service';
import { keepWishes, lockIfNews, say, type ReservationRow } from './holders.store';
import { ask, firm, giveUp, keyOf, type Wish, type WishLine } from './reservation';
import { isReady, needOf, openOf, saySlips, tellHolder, told } from './tell.service';

/** Not held by the time the customer takes: everything of this attempt is undone. */
class TooLate extends Error {
  constructor(readonly short: readonly LineRow[]) {
    super('short');
  }
}

const asWishLines = (parts: readonly PartNeed[]): WishLine[] => parts.map((part) => ({ ...part, payer: null }));
const after = (at: Date, minutes: number): Date => new Date(at.getTime() + minutes * 60_000);
/** Once the car is here nothing ends by itself, however late its booking's facts are heard. */
const ends = ({ visitId }: ReservationRow, at: Date): string | null => (visitId ? null : at.toISOString());

/** The store room's half of a booking (REC-3, PRT-3). */
@Injectable()
export class AppointmentHolds {
  constructor(private readonly promises: Promises) {}

  /** Held for this round until the policy's expiry, or refused whole. Always one answer, also for an empty list. */
  async request(tx: Tx, { data, version, storeId }: Fact<typeof AppointmentRequested> | Fact<typeof AppointmentMoved>): Promise<void> {
    const holder = await lockIfNews(tx, storeId!, 'appointment', data.appointmentId, version);
    if (!holder || holder.closed) return;
    const { value } = await policyOf(tx, 'parts.reservation-hold', holder.storeId);
    const expiresAt = after(tx.now, value.wallMinutesUnbooked);
    const wish: Wish = { round: data.round, level: 'held', lines: asWishLines(data.parts), neededBy: data.startsAt, expiresAt: expiresAt.toISOString() };
    try {
      await tx.savepoint(async () => {
        const held = await keepWishes(tx, holder, { wishes: ask(holder, wish) });
        await hold(tx, held);
        const lines = await linesOfWish(tx, held, wish);
        const short = lines.filter((line) => isLate(line, new Date(data.partsBy)));
        if (short.length) throw new TooLate(short);
        const answered = await say(tx, held, ReservationMade, { round: data.round, lines: lines.map(heldLine), expiresAt: expiresAt.toISOString() });
        await told(tx, lines);
        await tellHolder(tx, answered);
      });
    } catch (error) {
      if (!(error instanceof TooLate)) throw error;
      const short = error.short.map((line) => ({ ...needOf(line), missing: openOf(line) - line.ready, eta: line.eta?.toISOString() ?? null }));
      await say(tx, holder, ReservationRefused, { round: data.round, short });
    }
  }

  /**
   * This round is firm, all others are free. What expired meanwhile is held again. What comes later than the customer took is told as a slip,
   * also when it was told before: while nothing was booked, there was nobody to tell it to.
   */
  async book(tx: Tx, { data, version, storeId }: Fact<typeof AppointmentBooked>): Promise<void> {
    const holder = await lockIfNews(tx, storeId!, 'appointment', data.appointmentId, version);
    if (!holder || holder.closed) return;
    const { value } = await policyOf(tx, 'parts.reservation-hold', holder.storeId);
    const expiresAt = ends(holder, after(new Date(data.slot.startsAt), value.wallHoursAfterSlot * 60));
    const wish: Wish = { round: data.round, level: 'firm', lines: asWishLines(data.parts), neededBy: data.slot.startsAt, expiresAt };
    const before = new Set((await linesOf(tx, holder.id)).filter((line) => line.reserved === openOf(line)).map(({ id }) => id));
    let firmed = await keepWishes(tx, holder, { wishes: firm(holder, wish) });
    await hold(tx, firmed);
    const lines = await linesOfWish(tx, firmed, wish);
    const anew = lines.filter(({ id }) => !before.has(id));
    const heldAnew = anew.length > 0 && lines.every((line) => line.reserved === openOf(line));
    if (heldAnew) firmed = await say(tx, firmed, ReservationMade, { round: data.round, lines: lines.map(heldLine), expiresAt });
    const late = lines.filter((line) => isLate(line, new Date(data.partsBy)));
    firmed = await saySlips(tx, firmed, late.map((line) => ({ line, before: new Date(data.partsBy), cause: anew.includes(line) ? 'hold-expired' : line.etaCause! })));
    await told(tx, heldAnew ? lines : [...anew, ...late]);
    firmed = await tellHolder(tx, firmed);
    await this.#promisePick(tx, firmed, new Date(data.slot.startsAt), lines);
  }

  /** One half refused: this round is free, a booked one stays. */
  async giveUpRound(tx: Tx, { data, version, storeId }: Fact<typeof AlternativesOffered>): Promise<void> {
    const holder = await lockIfNews(tx, storeId!, 'appointment', data.appointmentId, version);
    if (!holder || holder.closed) return;
    const kept = await keepWishes(tx, holder, { wishes: giveUp(holder, data.round) });
    await hold(tx, kept);
    await tellHolder(tx, kept);
  }

  /** All rounds are free, once. Picked parts may wait for the close of the day on the booking shelf (REC-9). */
  async release(tx: Tx, { data, version, storeId }: Fact<typeof AppointmentReleased>): Promise<void> {
    const holder = await lockIfNews(tx, storeId!, 'appointment', data.appointmentId, version);
    if (!holder || holder.closed) return;
    const { value } = await policyOf(tx, 'appointment.release', holder.storeId);
    const policy = data.cause === 'no-show' ? value.noShowFreesParts : value.cancelFreesParts;
    const until = policy === 'close-of-day' ? await this.#closeOfToday(tx, holder.storeId) : null;
    const picked = until ? (await linesOf(tx, holder.id)).filter(({ pickedAt }) => pickedAt) : [];
    const wishes: Wish[] = picked.map((line) => ({
      round: line.round, level: 'held', neededBy: line.neededBy.toISOString(), expiresAt: ends(holder, until!),
      lines: [{ lineId: line.lineId, partNumber: line.wantedNumber, quantity: line.quantity, payer: line.payer }],
    }));
    const released = await keepWishes(tx, holder, { wishes, closed: 'released' });
    await hold(tx, released);
    await tellHolder(tx, released);
    await this.promises.void(tx, 'parts.pick-ahead', holder.id, data.cause);
  }

  async #closeOfToday(tx: Tx, storeId: string): Promise<Date | null> {
    const { calendar } = await calendarOf(tx, storeId, 'parts');
    const close = closeOfDay(calendar, localDate(calendar.zone, tx.now));
    return close && close > tx.now ? close : null;
  }

  /** PRT-4: on the booking shelf at the close of the working day so many before the slot; booked later than that, by the slot. */
  async #promisePick(tx: Tx, holder: ReservationRow, slot: Date, lines: readonly LineRow[]): Promise<void> {
    await this.promises.void(tx, 'parts.pick-ahead', holder.id, 'moved');
    if (holder.visitId || lines.every(({ pickedAt }) => pickedAt)) return;
    const policy = await policyOf(tx, 'parts.pick-ahead', holder.storeId);
    const { calendar, version } = await calendarOf(tx, holder.storeId, 'parts');
    const { closesAt, steps } = addOpenDays(calendar, slot, -policy.value.workingDaysBefore);
    const dueAt = closesAt > tx.now && closesAt < slot ? closesAt : slot;
    await this.promises.open(tx, { kind: 'parts.pick-ahead', subject: holder.id, storeId: holder.storeId, ownerRole: 'parts-keeper', policy, calendarVersion: version, dueAt, explanation: steps });
  }
}

const isLate = (line: LineRow, by: Date): boolean => !isReady(line) && (line.reserved < openOf(line) || line.eta === null || line.eta > by);

export const heldLine = (line: LineRow) => ({ ...needOf(line), from: line.source ?? ('inbound' as const), eta: isReady(line) ? null : (line.eta?.toISOString() ?? null) });

async function linesOfWish(tx: Tx, holder: ReservationRow, wish: Wish): Promise<LineRow[]> {
  const keys = new Set(wish.lines.map(keyOf));
  return (await linesOf(tx, holder.id)).filter((line) => keys.has(keyOf({ lineId: line.lineId, partNumber: line.wantedNumber })));
}
