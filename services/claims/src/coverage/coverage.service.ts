import { Injectable } from '@nestjs/common';
import { addDays, atLocal, localDate } from '@aftersales/calendar/local-time';
import { CoverageDecided } from '@aftersales/contracts/claims/coverage';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import { Code } from '@aftersales/contracts/kernel/values';
import type { CoverageAsked } from '@aftersales/contracts/reception/visit';
import { policyOf, storeOf } from '@aftersales/directory/directory';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { askMaker } from '../maker/ask-maker.service';
import { assess, confirm, coveredLines, decided, makerAnswered, preApprovalNeeded, sendBack, type Coverage, type LineDecision } from './coverage';

export interface CoverageRow extends Coverage {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly visitId: string;
  readonly vehicleId: string;
  readonly repairOrder: string;
  readonly brand: string;
  readonly estimateVersion: number;
  readonly mileage: number;
  readonly sentBackFor: string | null;
  readonly preApproval: string | null;
  readonly askedAt: Date;
  readonly decidedAt: Date | null;
  readonly validUntil: Date | null;
}

interface Asked {
  readonly coverageId: string;
  readonly version: number | null;
  readonly by: string;
}

/** POST /pre-approvals as the maker answers it. */
const MakerAnswer = z.union([
  z.object({ approved: z.literal(true), number: Code, validUntil: z.iso.datetime() }),
  z.object({ approved: z.literal(false), reason: Code.catch('refused-by-maker') }),
]);

@Injectable()
export class CoverageService {
  /** A newer version takes the place of an older one's open question; a decided one stays decided. */
  async asked(tx: Tx, storeId: string, { visitId, vehicleId, repairOrder, brand, version, mileage, lines }: DataOf<typeof CoverageAsked>): Promise<void> {
    const before = await tx.query<CoverageRow>(`select * from coverage where store_id = $1 and visit_id = $2 order by id for no key update`, [storeId, visitId]);
    if (before.some(({ estimateVersion }) => estimateVersion >= version)) return;
    for (const row of before.filter(({ state }) => state !== 'decided' && state !== 'superseded')) await updateRow(tx, 'coverage', row, { state: 'superseded' });
    await insertRow<CoverageRow>(tx, 'coverage', {
      id: uuidv7(), storeId, version: 1, visitId, vehicleId, repairOrder, brand, estimateVersion: version, mileage, lines, state: 'asked', decision: [], assessedBy: null, confirmedBy: null, sentBackFor: null,
      preApproval: null, askedAt: tx.now, decidedAt: null, validUntil: null,
    });
  }

  async assess(tx: Tx, { coverageId, version, by }: Asked, decision: readonly LineDecision[]): Promise<CoverageRow> {
    const coverage = await lockRow<CoverageRow>(tx, 'coverage', coverageId, version);
    return updateRow(tx, 'coverage', coverage, { ...decided(assess(coverage, decision, by)), sentBackFor: null });
  }

  async sendBack(tx: Tx, { coverageId, version }: Asked, reason: string): Promise<CoverageRow> {
    const coverage = await lockRow<CoverageRow>(tx, 'coverage', coverageId, version);
    return updateRow(tx, 'coverage', coverage, { ...decided(sendBack(coverage)), sentBackFor: reason });
  }

  async confirm(tx: Tx, { coverageId, version, by }: Asked): Promise<CoverageRow> {
    const coverage = await lockRow<CoverageRow>(tx, 'coverage', coverageId, version);
    const policy = await policyOf(tx, 'coverage.pre-approval', coverage.storeId);
    const ours = coveredLines(coverage);
    const needed = ours.length > 0 && preApprovalNeeded([...ours, ...(await this.#coveredBefore(tx, coverage))], policy.value);
    const next = confirm(coverage, by, needed);
    if (next.state === 'decided') return this.#close(tx, coverage, next, null, null);
    const row = await updateRow(tx, 'coverage', coverage, decided(next));
    await this.#askMaker(tx, row);
    return row;
  }

  /** The maker has answered the request of a pre-approval. @throws ZodError when the answer is none: it is asked again */
  async makerAnswered(tx: Tx, coverageId: string, answer: unknown): Promise<void> {
    const said = MakerAnswer.parse(answer);
    const coverage = await lockRow<CoverageRow>(tx, 'coverage', coverageId);
    if (coverage.state !== 'awaiting-maker') return; // the desk has asked about a newer version meanwhile
    if (said.approved) await this.#close(tx, coverage, makerAnswered(coverage, null), said.number, new Date(said.validUntil));
    else await this.#close(tx, coverage, makerAnswered(coverage, said.reason), null, null);
  }

  async #coveredBefore(tx: Tx, coverage: CoverageRow): Promise<CoverageRow['lines'][number][]> {
    const decided = await tx.query<CoverageRow>(`select * from coverage where store_id = $1 and visit_id = $2 and state = 'decided' order by estimate_version desc`, [coverage.storeId, coverage.visitId]);
    const newest = new Map(decided.toReversed().flatMap((row) => coveredLines(row).map((line) => [line.lineId, line] as const)));
    for (const { lineId } of coverage.lines) newest.delete(lineId);
    return [...newest.values()];
  }

  async #askMaker(tx: Tx, row: CoverageRow): Promise<void> {
    const car = await tx.one<{ vin: string | null }>(`select vin from vehicle where id = coalesce((select to_id from vehicle_alias where id = $1), $1)`, [row.vehicleId]);
    await askMaker(tx, {
      kind: 'pre-approval', subject: row.id, storeId: row.storeId, webhookId: row.id,
      body: {
        request: row.id, store: row.storeId, vin: car?.vin ?? null, repairOrder: row.repairOrder, mileage: row.mileage, at: tx.now.toISOString(),
        lines: coveredLines(row).map(({ lineId, amount, faultCode = null, operationCode = null, partNumber = null }) => ({ line: lineId, ...amount, faultCode, operationCode, partNumber })),
      },
    });
  }

  /** Holds until the end of the policy's last day by the store's calendar, and no longer than the maker's own yes. */
  async #close(tx: Tx, coverage: CoverageRow, next: Coverage, preApproval: string | null, makerUntil: Date | null): Promise<CoverageRow> {
    const { zone } = await storeOf(tx, coverage.storeId);
    const { value } = await policyOf(tx, 'coverage.validity', coverage.storeId);
    const ours = atLocal(zone, addDays(localDate(zone, tx.now), value.calendarDays), '24:00');
    const validUntil = makerUntil && makerUntil < ours ? makerUntil : ours;
    const row = await updateRow(tx, 'coverage', coverage, { ...decided(next), preApproval, decidedAt: tx.now, validUntil });
    publish(tx, CoverageDecided, row, {
      visitId: row.visitId, version: row.estimateVersion, lines: row.decision.map(({ lineId, covered, reason }) => ({ lineId, covered, reason, preApproval: covered ? preApproval : null })),
      decidedBy: [row.assessedBy!, row.confirmedBy!], decidedAt: tx.now.toISOString(), validUntil: validUntil.toISOString(),
    });
    return row;
  }
}
