import { Injectable } from '@nestjs/common';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import { isOpen } from '@aftersales/calendar/working-time';
import type { Tx } from '@aftersales/platform/database/tx';
import { baysOf } from '../capacity/capacity.queries';
import type { DayBook } from '../capacity/day-book.store';
import { overlaps } from '../capacity/stretch';
import { datesOf } from './hold.store';
import { isFree, type Bay } from './seat';
import { whoGoes } from './slot';
import { SlotService } from './slot.service';
import type { BayTake, HoldRow, HoursTake } from './slot.rows';

export type PromisedHold = HoldRow & { readonly takes: readonly HoursTake[]; readonly bays: readonly BayTake[] };

/** When the floor can do less than it did: who keeps the slot, who sits in another bay, and who is told that it is lost. */
@Injectable()
export class LoseService {
  constructor(private readonly slots: SlotService) {}

  /** All that is still to come, locked: a car that is here already keeps what it has. */
  async lockPromised(tx: Tx, storeId: string): Promise<PromisedHold[]> {
    const alive = `from slot_hold h where h.store_id = $1 and h.state in ('held', 'firm') and h.starts_at > app_now()
      and not exists (select 1 from job j where j.store_id = h.store_id and j.appointment_id = h.slot_id)`;
    await tx.query(`select id from slot where id in (select h.slot_id ${alive}) order by id for no key update`, [storeId]);
    const holds = await tx.query<HoldRow>(`select h.* ${alive} order by h.made_at, h.id`, [storeId]);
    const ids = holds.map(({ id }) => id);
    const takes = await tx.query<HoursTake>(`select * from hours_take where store_id = $1 and hold_id = any($2::uuid[])`, [storeId, ids]);
    const bays = await tx.query<BayTake>(`select * from bay_take where store_id = $1 and hold_id = any($2::uuid[]) order by starts_at`, [storeId, ids]);
    return holds.map((hold) => ({ ...hold, takes: takes.filter(({ holdId }) => holdId === hold.id), bays: bays.filter(({ holdId }) => holdId === hold.id) }));
  }

  /** @returns what is lost, free in the book and untold: what is free instead stands in the days when the book is closed */
  async loseWhatDoesNotFit(tx: Tx, storeId: string, calendar: WorkCalendar, promised: readonly PromisedHold[], book: DayBook): Promise<PromisedHold[]> {
    const shut = promised.filter(({ startsAt }) => !isOpen(calendar, startsAt));
    const homeless = [...shut, ...(await this.#seatElsewhere(tx, storeId, promised.filter((hold) => !shut.includes(hold)), book))];
    const missing = new Map<string, number>();
    for (const row of book.all().hours) missing.set(`${row.date}/${row.skill}`, row.heldHours - row.plannedHours);
    for (const { takes } of homeless) for (const { date, skill, hours } of takes) missing.set(`${date}/${skill}`, (missing.get(`${date}/${skill}`) ?? 0) - hours);
    const crowded = whoGoes(promised.filter((hold) => !homeless.includes(hold)), missing);
    const lost: PromisedHold[] = [];
    for (const hold of [...homeless, ...crowded].sort((a, b) => (a.slotId < b.slotId ? -1 : 1))) if (await this.slots.lose(tx, hold, book)) lost.push(hold);
    return lost;
  }

  async tell(tx: Tx, lost: readonly PromisedHold[], cause: string): Promise<void> {
    for (const hold of lost) await this.slots.tellLost(tx, hold, cause);
  }

  /** Cars whose bay is down or of another type now get another one of the type, first booked first. @returns those for whom there is none */
  async #seatElsewhere(tx: Tx, storeId: string, promised: readonly PromisedHold[], book: DayBook): Promise<PromisedHold[]> {
    if (promised.length === 0) return [];
    const from = new Date(Math.min(...promised.map(({ startsAt }) => startsAt.getTime())));
    const to = new Date(Math.max(...promised.map(({ endsAt }) => endsAt.getTime())) + 1);
    const down = await tx.query<{ bayId: string; fromAt: Date; toAt: Date }>(`select bay_id, from_at, to_at from bay_outage where store_id = $1 and to_at > $2 and from_at < $3`, [storeId, from, to]);
    let bays = await baysOf(tx, storeId, from, to);
    const fits = (take: BayTake): boolean => bays.some(({ bayId, bayType }) => bayId === take.bayId && bayType === take.bayType)
      && !down.some(({ bayId, fromAt, toAt }) => bayId === take.bayId && fromAt < take.endsAt && toAt > take.startsAt);
    const homeless: PromisedHold[] = [];
    for (const hold of promised) {
      const unfit = hold.bays.filter((take) => !fits(take));
      const moved = unfit.map((take) => ({ take, bay: bays.find((bay) => isFree(bay, take)) }));
      if (moved.some(({ bay }) => !bay)) {
        homeless.push(hold);
        bays = hold.bays.reduce((all, take) => without(all, take), bays);
        continue;
      }
      for (const { take, bay } of moved) {
        await tx.query(`update bay_take set bay_id = $4 where store_id = $1 and hold_id = $2 and starts_at = $3`, [storeId, hold.id, take.startsAt, bay!.bayId]);
        bays = bays.map((one) => (one === bay ? { ...one, busy: [...one.busy, stretch(take)] } : one));
        book.touchBays(await datesOf(tx, hold), [take.bayType]);
      }
    }
    return homeless;
  }
}

const stretch = ({ startsAt, endsAt }: BayTake) => ({ from: startsAt.getTime(), to: endsAt.getTime() });

/** A lost slot's bay is free for those booked after it. */
const without = (bays: readonly Bay[], take: BayTake): Bay[] =>
  bays.map((bay) => (bay.bayId === take.bayId ? { ...bay, busy: bay.busy.filter((busy) => !(busy.from === take.startsAt.getTime() && overlaps(busy, stretch(take)))) } : bay));
