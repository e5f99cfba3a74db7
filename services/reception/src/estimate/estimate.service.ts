import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { CoverageAsked, EstimateOffered } from '@aftersales/contracts/reception/visit';
import { policyOf } from '@aftersales/directory/directory';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { InvalidFields } from '@aftersales/platform/http/errors';
import type { Person } from '@aftersales/platform/http/operation-spec';
import { publish } from '@aftersales/platform/outbox/publish';
import { letSleep, wake } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import { DeskTasks } from '../desk-task/desk-task.service';
import { Links } from '../link/link.service';
import { visitFor } from '../visit/visit.store';
import { opened, type Line, type OpenVisit, type Visit } from '../visit/visit';
import { demandCovered, dropped, isAskedAgain, undecided } from './consent';
import { sayDeclined } from './declined.store';
import { draftOf, priced, sharesOf, shownText } from './estimate';
import type { DraftLine } from './estimate.inputs';
import { discountOf, priceList } from './price-list.queries';
import { consentsOf, linesBefore, newestVersion, versionOf, type EstimateVersion } from './version.queries';

export const expiry = 'estimate.expiry';
const minute = 60_000;

/** REC-16: versions are drafted, decided on by claims, and shown. */
@Injectable()
export class EstimateService {
  constructor(private readonly links: Links, private readonly tasks: DeskTasks) {}

  async draft(tx: Tx, person: Person, visitId: string, lines: readonly DraftLine[]): Promise<EstimateVersion> {
    const visit = opened(await visitFor(tx, 'estimate', visitId));
    return this.draftFor(tx, visit, lines, person);
  }

  /** @param person null: made of what the workshop found, at the list's prices */
  async draftFor(tx: Tx, visit: OpenVisit, drafted: readonly DraftLine[], person: Person | null): Promise<EstimateVersion> {
    const before = await newestVersion(tx, visit.id);
    const consents = await consentsOf(tx, visit.id);
    const prices = await priceList(tx, visit.storeId, drafted.flatMap((line) => ('kind' in line && line.kind !== 'labour' && line.partNumber) || []));
    const discount = person ? await discountOf(tx, visit.storeId, person.roles) : 0;
    const lines = drafted.map((line, i) => ('keep' in line ? kept(line.keep, before, i) : priced({ ...line, lineId: line.lineId ?? uuidv7() }, prices, discount)));
    const n = (before?.n ?? 0) + 1;
    const whole = draftOf(n, lines, before?.lines ?? [], (line) => isAskedAgain(line, consents, tx.now), visit.authorised);
    if (before && (before.state === 'draft' || before.state === 'coverage-asked')) await updateRow(tx, 'estimate_version', before, { state: 'superseded' });
    const asked = undecided(whole, consents, tx.now);
    const version: EstimateVersion = {
      id: uuidv7(), storeId: visit.storeId, version: 1, visitId: visit.id, n, state: asked.length ? 'coverage-asked' : 'draft', lines: whole, pricedBy: person?.id ?? null, draftedAt: tx.now,
      offeredBy: null, offeredAt: null, promisedAt: null, expiresAt: null, shownHash: null,
    };
    await insertRow(tx, 'estimate_version', version);
    const next = await updateRow<OpenVisit>(tx, 'visit', visit, {});
    if (asked.length) {
      const { id: visitId, customerId, vehicleId, repairOrder, brand, mileage } = next;
      publish(tx, CoverageAsked, next, { visitId, customerId, vehicleId, repairOrder, brand, version: n, mileage, lines: asked });
    }
    return version;
  }

  /** Shown to the customer, as it stands until it expires; it replaces what was shown before. */
  async offer(tx: Tx, staffId: string, visitId: string, n: string, ifMatch: number | null, promised: string): Promise<EstimateVersion> {
    const visit = opened(await visitFor(tx, 'estimate', visitId, ifMatch));
    const version = await versionOf(tx, visitId, n);
    const newest = await newestVersion(tx, visitId);
    const promisedAt = new Date(promised);
    demand(newest!.n === version.n, 'estimate.superseded', `Version ${version.n} was replaced by version ${newest!.n}.`);
    demand(version.state === 'draft' || version.state === 'coverage-asked', 'estimate.offered', 'This version was shown already.');
    demand(promisedAt > tx.now, 'visit.promise-past', 'The promised time lies ahead.');
    const consents = await consentsOf(tx, visitId);
    demandCovered(version.lines, consents, tx.now);
    const gone = dropped(await linesBefore(tx, visitId, version.n), version.lines, visit.authorised, consents);
    const { wallMinutes } = (await policyOf(tx, expiry, visit.storeId)).value;
    const expiresAt = new Date(tx.now.getTime() + wallMinutes * minute);
    const shownHash = createHash('sha256').update(shownText(visitId, version.n, promisedAt, version.lines)).digest('hex');
    await tx.query(`update estimate_version set state = 'superseded', version = version + 1 where visit_id = $1 and state = 'offered'`, [visitId]);
    const offered = await updateRow(tx, 'estimate_version', version, { state: 'offered', offeredBy: staffId, offeredAt: tx.now, promisedAt, expiresAt, shownHash });
    wake(tx, expiry, visit, expiresAt);
    await this.tasks.settle(tx, visitId, 'offered', 'offer-add-on');
    const next = await updateRow<OpenVisit>(tx, 'visit', await sayDeclined(tx, visit, version.n, gone.map((line) => ({ ...line, reason: 'dropped' }))), {});
    publish(tx, EstimateOffered, next, {
      visitId, customerId: next.customerId, vehicleId: next.vehicleId, appointmentId: next.appointmentId, version: version.n, lines: [...version.lines], shares: sharesOf(version.lines),
      shownHash, promisedAt: promisedAt.toISOString(), expiresAt: expiresAt.toISOString(),
    });
    return offered;
  }

  /** Timer: the version that was shown last holds no longer. */
  async expire(tx: Tx, visit: Visit): Promise<string | void> {
    const shown = await tx.one<EstimateVersion>(`select * from estimate_version where visit_id = $1 and state = 'offered'`, [visit.id]);
    if (!shown) return 'nothing is offered any more';
    if (shown.expiresAt! > tx.now) {
      wake(tx, expiry, visit, shown.expiresAt!);
      return 'a newer version holds longer';
    }
    await updateRow(tx, 'estimate_version', shown, { state: 'expired' });
    await this.links.cancel(tx, 'consent', visit.id);
    letSleep(tx, expiry, visit);
  }
}

function kept(lineId: string, before: EstimateVersion | null, i: number): Omit<Line, 'since'> {
  const line = before?.lines.find((one) => one.lineId === lineId);
  if (!line) throw new InvalidFields([{ pointer: `/lines/${i}/keep`, code: 'unknown', detail: 'The version before has no such line.' }]);
  const { since: _since, ...rest } = line;
  return rest;
}
