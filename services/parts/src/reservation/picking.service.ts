import { Injectable } from '@nestjs/common';
import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import { PartsPicked } from '@aftersales/contracts/parts/reservation';
import { lockRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Promises } from '@aftersales/platform/promises/promises';
import { lockCards } from '../stock/cards.store';
import { hold, linesOf } from './hold.service';
import { keepWishes, say, type ReservationRow } from './holders.store';
import { living } from './reservation';
import { isReady, needOf, openOf, tellHolder } from './tell.service';

/** To the booking shelf (備料貨架), and back when a hold ends. */
@Injectable()
export class Picking {
  constructor(private readonly promises: Promises) {}

  /** PRT-4: the keeper lays these lines of a booking together; the promise is kept when all are. */
  async pick(tx: Tx, reservationId: string, version: number | null, lineIds: readonly string[]): Promise<ReservationRow> {
    const holder = await lockRow<ReservationRow>(tx, 'reservation', reservationId, version);
    await lockCards(tx, holder.storeId, (await linesOf(tx, holder.id)).map(({ partNumber }) => partNumber)); // what is ready now stays so until we are done
    const open = (await linesOf(tx, holder.id)).filter((line) => line.level === 'firm' && openOf(line) > 0);
    const lines = open.filter(({ lineId }) => lineIds.includes(lineId));
    if (lines.length < lineIds.length) throw new Refused('parts.not-held', 'Some of these lines are not firmly held here.');
    demand(lines.every(isReady), 'parts.not-on-hand', 'Some of these parts have not come yet.');
    demand(lines.every(({ pickedAt }) => !pickedAt), 'parts.picked-already', 'Some of these parts lie on the booking shelf already.');
    await tx.query(`update reservation_line set picked_at = app_now(), version = version + 1 where id = any($1::uuid[])`, [lines.map(({ id }) => id)]);
    const told = await say(tx, holder, PartsPicked, { lines: lines.map(needOf), pickedAt: tx.now.toISOString() });
    if (open.every((line) => line.pickedAt || lineIds.includes(line.lineId))) await this.promises.keep(tx, 'parts.pick-ahead', holder.id);
    return told;
  }

  /** Timer: what wasn't booked, consented to or fetched in time is free, once. Catch-up after an outage: the same, as late as it is. */
  async expire(tx: Tx, reservationId: string): Promise<string | void> {
    const holder = await lockRow<ReservationRow>(tx, 'reservation', reservationId);
    const wishes = living(holder.wishes, tx.now);
    if (wishes.length === holder.wishes.length) return 'nothing of it has expired';
    const left = await keepWishes(tx, holder, { wishes });
    await hold(tx, left);
    await tellHolder(tx, left);
    if (wishes.length === 0) await this.promises.void(tx, 'parts.pick-ahead', left.id, 'expired');
  }
}
