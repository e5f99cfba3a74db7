import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import type { Payer } from '@aftersales/contracts/kernel/values';
import { VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { holdsRole, policyOf } from '@aftersales/directory/directory';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { letSleep } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import { Links } from '../link/link.service';
import { visitFor } from '../visit/visit.store';
import { PromisedTimeService } from '../visit/promised-time.service';
import { move, opened, type Line, type OpenVisit } from '../visit/visit';
import { authorisedAfter, demandCovered, demandWhole, demandWitness, isDeclined, openForCustomer, type Answer } from './consent';
import { sayDeclined } from './declined.store';
import { demandAnswerable } from './estimate';
import type { AnswerInput, ApproveInput } from './estimate.inputs';
import { expiry } from './estimate.service';
import { consentsOf, newestShown, versionOf, type EstimateVersion } from './version.queries';

interface How {
  readonly how: 'signed' | 'phone' | 'link';
  readonly staffId: string | null;
  readonly witnessId: string | null;
  readonly signatureId: string | null;
}
type Answered = Answer & { readonly note?: string | null };

/** REC-17: who said yes or no to what, how, when, and to which text. */
@Injectable()
export class ConsentService {
  constructor(private readonly promisedTime: PromisedTimeService, private readonly links: Links) {}

  async answer(tx: Tx, staffId: string, visitId: string, n: string, ifMatch: number | null, { how, shownHash, witnessId, signatureId, answers }: AnswerInput): Promise<EstimateVersion> {
    const visit = opened(await visitFor(tx, 'estimate', visitId, ifMatch));
    const version = await versionOf(tx, visitId, n);
    if (how === 'signed') demand(signatureId, 'estimate.signature', 'Consent given here is signed.');
    else {
      demandWitness(witnessId, staffId, [version.pricedBy, version.offeredBy]);
      demand(await holdsRole(tx, witnessId!, visit.storeId, witnesses), 'estimate.witness', 'The witness works in this store.');
    }
    return this.record(tx, visit, version, shownHash, { how, staffId, witnessId, signatureId }, answers);
  }

  /** The customer's answer, whichever way it came. The caller holds the visit. */
  async record(tx: Tx, visit: OpenVisit, version: EstimateVersion, shownHash: string, how: How, answers: readonly Answered[]): Promise<EstimateVersion> {
    move(visit, 'estimate');
    demandAnswerable(version, (await newestShown(tx, visit.id))?.n ?? 0, shownHash, tx.now);
    const consents = await consentsOf(tx, visit.id);
    const open = openForCustomer(version.lines, consents);
    demandWhole(answers, open);
    demandCovered(open, consents, tx.now);
    const agreed = answers.some(({ yes }) => yes);
    const declined: (Line & { reason: string })[] = [];
    for (const { lineId, yes, reason, note } of answers) {
      const line = open.find((one) => one.lineId === lineId)!;
      await insertRow(tx, 'consent', {
        id: uuidv7(), storeId: visit.storeId, version: 1, visitId: visit.id, n: version.n, lineId, since: line.since, by: 'customer' satisfies Payer, yes, ...how, approval: null,
        reason: yes ? null : reason, note: note ?? null, shownHash, answeredAt: tx.now, validUntil: null,
      });
      if (!yes && !isDeclined(line, consents)) declined.push({ ...line, reason: reason! });
    }
    const answered = await updateRow(tx, 'estimate_version', version, { state: 'answered' });
    letSleep(tx, expiry, visit);
    if (how.how !== 'link') await this.links.cancel(tx, 'consent', visit.id);
    const after = await sayDeclined(tx, visit, version.n, declined);
    if (agreed) await this.promisedTime.agree(tx, after, version.promisedAt!);
    await this.#authorise(tx, agreed ? { ...after, promisedAt: version.promisedAt } : after, answered);
    return answered;
  }

  /** Insurer: its approval, written down. Internal and goodwill: by who may, in person, and not who priced the line. */
  async approve(tx: Tx, staffId: string, visitId: string, n: string, ifMatch: number | null, { payer, lineIds, yes, approval, reason, note }: ApproveInput): Promise<EstimateVersion> {
    const visit = opened(await visitFor(tx, 'estimate', visitId, ifMatch));
    const version = await versionOf(tx, visitId, n);
    const shown = await newestShown(tx, visitId);
    demand(version.state !== 'superseded' && (!shown || shown.n <= version.n), 'estimate.superseded', `Version ${version.n} was replaced: version ${shown?.n} is the one to answer.`);
    if (payer === 'insurer') demand(!yes || approval, 'estimate.approval', 'The insurer’s approval has a number.');
    else {
      const { approverRoles } = (await policyOf(tx, payer === 'internal' ? 'line.internal-approver' : 'line.goodwill-approver', visit.storeId)).value;
      demand(await holdsRole(tx, staffId, visit.storeId, approverRoles), 'estimate.approver', `Lines for ${payer} are approved by ${approverRoles.join(' or ')}.`);
      demand(staffId !== version.pricedBy, 'estimate.approver', 'Who priced it does not approve it.');
    }
    demand(yes || reason, 'estimate.why-not', 'A refused line keeps its reason.');
    const consents = await consentsOf(tx, visitId);
    const declined: (Line & { reason: string })[] = [];
    for (const lineId of new Set(lineIds)) {
      const line = version.lines.find((one) => one.lineId === lineId && one.payer === payer);
      demand(line, 'estimate.not-open', `A line is not one that ${payer} pays.`);
      const [written] = await tx.query(
        `insert into consent (id, store_id, version, visit_id, n, line_id, since, "by", yes, how, staff_id, approval, reason, note, answered_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing returning id`,
        [uuidv7(), visit.storeId, visitId, version.n, lineId, line.since, payer, yes, payer === 'insurer' ? 'insurer' : 'approver', staffId, approval ?? null, yes ? null : reason, note ?? null, tx.now],
      );
      demand(written, 'estimate.answered', `${payer} has answered this line already.`);
      if (!yes && !isDeclined(line, consents)) declined.push({ ...line, reason: reason! });
    }
    await this.#authorise(tx, await sayDeclined(tx, visit, version.n, declined), shown ?? version);
    return version;
  }

  /** Lines whose consent is complete now go to the floor, with all that went before. */
  async #authorise(tx: Tx, visit: OpenVisit, shown: EstimateVersion): Promise<void> {
    const { all, fresh } = authorisedAfter(visit.authorised, shown.lines, await consentsOf(tx, visit.id), tx.now);
    if (fresh.length === 0) return void (await updateRow<OpenVisit>(tx, 'visit', visit, { promisedAt: visit.promisedAt }));
    const next = await updateRow<OpenVisit>(tx, 'visit', visit, { state: move(visit, 'authorise'), authorised: all, promisedAt: visit.promisedAt, warnedAt: null, completedAt: null, readyAt: null });
    const { id: visitId, customerId, vehicleId, appointmentId, repairOrder, brand, kind, mileage, advisorId, waiting } = next;
    publish(tx, VisitAuthorised, next, {
      visitId, customerId, vehicleId, appointmentId, repairOrder, brand, kind, mileage, version: shown.n, lines: all, promisedAt: next.promisedAt!.toISOString(), authorisedAt: tx.now.toISOString(), advisorId, waiting,
    });
  }
}

const witnesses = ['advisor', 'front-desk-supervisor', 'service-manager', 'store-manager', 'crm-agent', 'crm-supervisor', 'cashier', 'workshop-manager', 'technical-director', 'claims-clerk', 'parts-manager', 'parts-keeper'];
