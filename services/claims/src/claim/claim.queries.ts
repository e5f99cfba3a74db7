import { addDays, atLocal } from '@aftersales/calendar/local-time';
import { policyOf, storeOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { completedAt } from '../repair/repair';
import { allowedMoves, currencyOf, owed, paid, totalOf } from './claim';
import type { ClaimRow } from './claim-draft.service';
import type { ClaimService } from './claim.service';
import { photosOf } from './evidence';

export interface ListFilter {
  readonly state?: string | undefined;
  readonly number?: string | undefined;
  readonly repairOrder?: string | undefined;
  readonly vin?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const summaryOf = (claim: ClaimRow) => ({
  claimId: claim.id, version: claim.version, number: claim.number, state: claim.state, visitId: claim.visitId, vehicleId: claim.vehicleId, repairOrder: claim.repairOrder, submission: claim.submission, submitBy: claim.submitBy,
  amount: totalOf(claim.lines, claim),
});

/** CLM-9: found by number, repair order or VIN; newest first. */
export async function claimList(tx: Tx, storeId: string, { state, number, repairOrder, vin, cursor, limit }: ListFilter) {
  const after = lastSeen(cursor, seenId);
  const rows = await tx.query<ClaimRow>(
    `select c.* from claim c
     where c.store_id = $1 and ($2::text is null or c.state = $2) and ($3::text is null or c.number = $3) and ($4::text is null or c.repair_order = $4)
       and ($5::text is null or c.visit_id in (select r.id from repair r join vehicle v on v.id = r.vehicle_id where v.vin = $5)) and ($6::uuid is null or c.id < $6)
     order by c.id desc limit $7`,
    [storeId, state ?? null, number ?? null, repairOrder ?? null, vin ?? null, after?.[0] ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  return { claims: page.map(summaryOf), next: rows.length > limit ? toCursor([page.at(-1)!.id]) : null };
}

export async function claimView(tx: Tx, claims: ClaimService, claim: ClaimRow, roles: readonly string[]) {
  const { repair, vin, missing } = await claims.evidenceOf(tx, claim);
  const money = (amount: number) => ({ amount, currency: currencyOf(claim) });
  return {
    ...summaryOf(claim), allowed: allowedMoves(claim, roles), vin, lines: claim.lines.map(({ safety: _, ...line }) => line), accepted: money(owed(claim)), paid: money(paid(claim)), payments: claim.payments,
    returnReason: claim.returnReason, firstSubmittedAt: claim.firstSubmittedAt, decidedAt: claim.decidedAt, note: claim.note,
    evidence: {
      missing, mileage: repair.mileage, completedAt: completedAt(repair), photos: photosOf(repair, claim), oldParts: repair.tags, noOldPart: claim.noOldPart, checks: repair.checks, customerSigned: repair.settled?.customerSigned ?? false,
    },
    requests: await tx.query<{ webhookId: string; state: string; attempts: number; lastError: string | null }>(`select webhook_id, state, attempts, last_error from maker_request where store_id = $1 and subject = $2 order by id`, [claim.storeId, claim.id]),
  };
}

/** CLM-4: of the claims that the maker decided first on these days, those whose every line it pays: one under appeal has not passed (yet). `passedAtOnce`: by the first submission. */
export async function passRate(tx: Tx, storeId: string, from: string, to: string) {
  const { zone } = await storeOf(tx, storeId);
  const { value } = await policyOf(tx, 'targets.quality', storeId);
  const counts = (await tx.one<{ decided: number; passed: number; passedAtOnce: number; partly: number }>(
    `select count(*) as decided, count(*) filter (where pays and not lacks) as passed, count(*) filter (where pays and not lacks and submission = 1) as passed_at_once, count(*) filter (where pays and lacks) as partly
     from (select submission, lines @> '[{"outcome":"accepted"}]' as pays, jsonb_path_exists(lines, '$[*] ? (@.outcome != "accepted")') as lacks from claim where store_id = $1 and decided_at >= $2 and decided_at < $3) decided`,
    [storeId, atLocal(zone, from, '00:00'), atLocal(zone, addDays(to, 1), '00:00')],
  ))!;
  const { decided, passed, partly } = counts;
  return { ...counts, rejected: decided - passed - partly, percent: decided ? Math.round((passed / decided) * 1000) / 10 : null, targetPercent: value.claimPassAtLeastPercent };
}
