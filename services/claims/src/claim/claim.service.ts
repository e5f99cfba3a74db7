import { Injectable } from '@nestjs/common';
import { ClaimSubmitted } from '@aftersales/contracts/claims/claim';
import { demand } from '@aftersales/contracts/kernel/refused';
import { holdsRole, policyOf } from '@aftersales/directory/directory';
import { findRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Forbidden } from '@aftersales/platform/http/errors';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { askMaker } from '../maker/ask-maker.service';
import { completedAt, type Repair } from '../repair/repair';
import { appeal, archive, check, decided, evidenceAdded, placeLines, submit, totalOf, type Claim } from './claim';
import type { ClaimRow } from './claim-draft.service';
import { missingEvidence, photosOf } from './evidence';

interface Asked {
  readonly claimId: string;
  readonly version: number | null;
  readonly by: string;
}

interface Evidence {
  readonly photoIds: readonly string[];
  readonly noOldPart: readonly { readonly lineId: string; readonly class: 'fluid' | 'bulk' | 'accessory' | 'first-fit' }[];
  readonly note?: string | undefined;
}

/** What people do with a claim (CLM-4). */
@Injectable()
export class ClaimService {
  constructor(private readonly promises: Promises) {}

  async addEvidence(tx: Tx, { claimId, version }: Asked, { photoIds, noOldPart, note }: Evidence): Promise<ClaimRow> {
    const claim = await lockRow<ClaimRow>(tx, 'claim', claimId, version);
    const { value } = await policyOf(tx, 'parts.old-part-exempt', claim.storeId);
    demand(noOldPart.every((one) => value.classes.includes(one.class)), 'claim.old-part-class', `Without an old part go only: ${value.classes.join(', ')}.`);
    const others = claim.noOldPart.filter(({ lineId }) => !noOldPart.some((one) => one.lineId === lineId));
    return updateRow(tx, 'claim', claim, {
      state: evidenceAdded(claim).state, photos: [...new Set([...claim.photos, ...photoIds])], noOldPart: [...others, ...noOldPart], note: note ?? claim.note,
    });
  }

  async check(tx: Tx, { claimId, version }: Asked): Promise<ClaimRow> {
    const claim = await lockRow<ClaimRow>(tx, 'claim', claimId, version);
    const { missing } = await this.evidenceOf(tx, claim);
    return updateRow(tx, 'claim', claim, { state: check(claim, missing).state });
  }

  async submit(tx: Tx, { claimId, version, by }: Asked): Promise<ClaimRow> {
    const claim = await lockRow<ClaimRow>(tx, 'claim', claimId, version);
    const { missing } = await this.evidenceOf(tx, claim);
    await this.promises.keep(tx, 'claim.submit-by', claim.id);
    return this.#send(tx, claim, submit(claim, by, missing), null);
  }

  async appeal(tx: Tx, { claimId, version, by }: Asked, reason: string): Promise<ClaimRow> {
    const claim = await lockRow<ClaimRow>(tx, 'claim', claimId, version);
    return this.#send(tx, claim, appeal(claim, by), reason);
  }

  async placeLines(tx: Tx, { claimId, version, by }: Asked, lines: readonly { lineId: string; payer: 'internal' | 'goodwill' }[]): Promise<ClaimRow> {
    const claim = await lockRow<ClaimRow>(tx, 'claim', claimId, version);
    for (const payer of new Set(lines.map((line) => line.payer))) {
      const { value } = await policyOf(tx, `line.${payer}-approver`, claim.storeId);
      if (!(await holdsRole(tx, by, claim.storeId, value.approverRoles))) throw new Forbidden('claim.approver', `Only ${value.approverRoles.join(' or ')} puts a line on ${payer}.`);
    }
    return updateRow(tx, 'claim', claim, { lines: placeLines(claim, lines, by, tx.now).lines });
  }

  async archive(tx: Tx, { claimId, version }: Asked, shortReason: string | null): Promise<ClaimRow> {
    const claim = await lockRow<ClaimRow>(tx, 'claim', claimId, version);
    return updateRow(tx, 'claim', claim, { state: archive(claim, shortReason).state, shortReason });
  }

  /** What the file holds, and what it still lacks. */
  async evidenceOf(tx: Tx, claim: ClaimRow): Promise<{ repair: Repair; vin: string | null; missing: readonly string[] }> {
    const repair = await findRow<Repair>(tx, 'repair', claim.visitId);
    const car = await tx.one<{ vin: string | null }>(`select vin from vehicle where id = $1`, [repair.vehicleId]);
    const { value } = await policyOf(tx, 'claim.evidence', claim.storeId);
    return { repair, vin: car?.vin ?? null, missing: missingEvidence(repair, claim, car?.vin ?? null, value) };
  }

  async #send(tx: Tx, claim: ClaimRow, next: Claim, appealFor: string | null): Promise<ClaimRow> {
    const { repair, vin } = await this.evidenceOf(tx, claim);
    demand(vin, 'claim.vin', 'The maker knows a car by its VIN, and this car has none in its file.');
    const row = await updateRow(tx, 'claim', claim, { ...decided(next), vehicleId: repair.vehicleId!, firstSubmittedAt: claim.firstSubmittedAt ?? tx.now });
    const sent = row.lines.filter(({ outcome }) => outcome === 'open');
    const approvals = await tx.query<{ preApproval: string }>(`select distinct pre_approval from coverage where store_id = $1 and visit_id = $2 and state = 'decided' and pre_approval is not null order by 1`, [claim.storeId, claim.visitId]);
    await askMaker(tx, {
      kind: 'claim', subject: claim.id, storeId: claim.storeId, webhookId: `${claim.number}_${row.submission}`,
      body: {
        claimNumber: claim.number, submission: row.submission, store: claim.storeId, vin, lines: sent.map(({ lineId, amount }) => ({ line: lineId, ...amount })),
        evidence: {
          repairOrder: claim.repairOrder, mileage: repair.mileage, completedAt: completedAt(repair), faults: sent.map(({ lineId, faultCode }) => ({ line: lineId, faultCode })), photos: photosOf(repair, claim),
          oldParts: repair.tags, noOldPart: claim.noOldPart, checks: repair.checks, customerSigned: repair.settled?.customerSigned ?? false, preApprovals: approvals.map(({ preApproval }) => preApproval), note: claim.note, appeal: appealFor,
        },
      },
    });
    publish(tx, ClaimSubmitted, row, {
      claimId: row.id, visitId: row.visitId, vehicleId: row.vehicleId, claimNumber: row.number, vin, submission: row.submission,
      lines: sent.map(({ lineId, amount }) => ({ lineId, amount })), amount: totalOf(sent, row), submittedAt: tx.now.toISOString(),
    });
    return row;
  }
}
