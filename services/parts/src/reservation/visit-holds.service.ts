import { Injectable } from '@nestjs/common';
import type { Fact } from '@aftersales/contracts/kernel/event';
import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import type { EstimateOffered, LinesDeclined, VisitArrived, VisitAuthorised, VisitDelivered, VisitLeft } from '@aftersales/contracts/reception/visit';
import { PartsShort, ReservationMade } from '@aftersales/contracts/parts/reservation';
import { policyOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { Promises } from '@aftersales/platform/promises/promises';
import { passToClaims } from '../requisition/old-parts.service';
import { heldLine } from './appointment-holds.service';
import { hold, linesOf } from './hold.service';
import { isNews, keepWishes, lockHolders, lockIfNews, say, type ReservationRow } from './holders.store';
import { ask, decline, firm, keepAlive, lessHeld, type Wish, type WishLine } from './reservation';
import { isReady, needOf, openOf, pickForJob, tellHolder, told } from './tell.service';

/** What the store room has to give: numbered lines that the customer doesn't bring himself. */
const partsOf = (lines: readonly EstimateLine[]): WishLine[] =>
  lines.flatMap(({ lineId, partNumber, quantity, payer, customersOwn }) => (partNumber && quantity && !customersOwn ? [{ lineId, partNumber, quantity, payer }] : []));

/** The store room's part in a visit: quote, consent, hand-over (PRT-3, PRT-4). */
@Injectable()
export class VisitHolds {
  constructor(private readonly promises: Promises) {}

  /** What the appointment holds no longer ends by itself; a late comer gets what is still held (REC-9). */
  async arrive(tx: Tx, { data, storeId }: Fact<typeof VisitArrived>): Promise<void> {
    const { visit, appointment } = await this.#lock(tx, storeId!, data);
    if (!visit.closed) await keepWishes(tx, visit, { appointmentId: data.appointmentId });
    if (appointment && appointment.closed !== 'taken-over') await keepWishes(tx, appointment, { visitId: visit.id, wishes: keepAlive(appointment.wishes) });
  }

  /** Soft hold of what lies there or is coming, less what the appointment holds already; nothing is ordered for a quote. */
  async offer(tx: Tx, { data, version, storeId }: Fact<typeof EstimateOffered>): Promise<void> {
    const { visit, appointment } = await this.#lock(tx, storeId!, data);
    if (visit.closed || !(await isNews(tx, visit, version))) return;
    const { value } = await policyOf(tx, 'parts.quote-hold', visit.storeId);
    const atMost = new Date(tx.now.getTime() + value.wallMinutes * 60_000).toISOString();
    const held = appointment ? await linesOf(tx, appointment.id) : [];
    const wish: Wish = { round: data.version, level: 'soft', lines: lessHeld(partsOf(data.lines), held), neededBy: data.promisedAt, expiresAt: data.expiresAt < atMost ? data.expiresAt : atMost };
    const asked = await keepWishes(tx, visit, { wishes: ask(visit, wish), appointmentId: data.appointmentId });
    await hold(tx, asked);
    await tellHolder(tx, asked);
  }

  /** Consent: firm, taking over what the appointment holds; then each line is picked, or told as short with its ETA. */
  async authorise(tx: Tx, { data, version, storeId }: Fact<typeof VisitAuthorised>): Promise<void> {
    const { visit, appointment } = await this.#lock(tx, storeId!, data);
    if (visit.closed || !(await isNews(tx, visit, version))) return;
    const wish: Wish = { round: data.version, level: 'firm', lines: partsOf(data.lines), neededBy: data.promisedAt, expiresAt: null };
    let firmed = await keepWishes(tx, visit, { wishes: firm(visit, wish), appointmentId: data.appointmentId, repairOrder: data.repairOrder });
    const from = appointment && appointment.closed !== 'taken-over' ? await keepWishes(tx, appointment, { wishes: [], closed: 'taken-over', visitId: visit.id }) : undefined;
    await hold(tx, firmed, from);
    if (from) await this.promises.void(tx, 'parts.pick-ahead', from.id, 'arrived');
    const lines = (await linesOf(tx, firmed.id)).filter((line) => line.level === 'firm' && openOf(line) > 0);
    if (lines.length && lines.every((line) => line.reserved === openOf(line))) firmed = await say(tx, firmed, ReservationMade, { round: data.version, lines: lines.map(heldLine), expiresAt: null });
    firmed = await pickForJob(tx, firmed);
    const short = lines.filter((line) => !isReady(line)).map((line) => ({ ...needOf(line), missing: openOf(line) - line.ready, eta: line.eta?.toISOString() ?? null }));
    if (short.length) firmed = await say(tx, firmed, PartsShort, { round: data.version, lines: short });
    await told(tx, lines);
    await passToClaims(tx, firmed);
  }

  async declineLines(tx: Tx, { data, version, storeId }: Fact<typeof LinesDeclined>): Promise<void> {
    const visit = await lockIfNews(tx, storeId!, 'visit', data.visitId, version);
    if (!visit || visit.closed) return;
    const asked = await keepWishes(tx, visit, { wishes: decline(visit, data.version, data.lines.map(({ lineId }) => lineId)) });
    await hold(tx, asked);
    await tellHolder(tx, asked);
  }

  /** Nothing is held any more, and what the floor called the car by is forgotten. */
  async end(tx: Tx, { data, version, storeId }: Fact<typeof VisitDelivered> | Fact<typeof VisitLeft>, closed: 'delivered' | 'released'): Promise<void> {
    const { visit, appointment } = await this.#lock(tx, storeId!, data);
    await isNews(tx, visit, version);
    for (const holder of [visit, appointment]) {
      if (!holder || holder.closed === 'taken-over') continue;
      const ended = await keepWishes(tx, holder, { wishes: [], closed, floorWaitsSince: null });
      await hold(tx, ended);
      await this.promises.void(tx, 'parts.pick-ahead', ended.id, closed);
    }
    await tx.query(`delete from visit_label where id = $1`, [data.visitId]);
  }

  async #lock(tx: Tx, storeId: string, { visitId, appointmentId }: { visitId: string; appointmentId: string | null }): Promise<{ visit: ReservationRow; appointment: ReservationRow | undefined }> {
    const rows = await lockHolders(tx, storeId, [{ holderKind: 'visit', id: visitId }, ...(appointmentId ? [{ holderKind: 'appointment' as const, id: appointmentId }] : [])]);
    return { visit: rows.get(visitId)!, appointment: appointmentId ? rows.get(appointmentId) : undefined };
  }
}
