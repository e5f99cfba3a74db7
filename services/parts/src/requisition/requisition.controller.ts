import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Code, Payer } from '@aftersales/contracts/kernel/values';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenAt, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { Issue } from './issue.service';
import { OldParts } from './old-parts.service';
import { asAgreed, type RequisitionRow } from './papers.store';
import { allowed, moves } from './requisition';
import { RequisitionService } from './requisition.service';

const quantity = z.int().positive().max(1_000_000_000);
const Lines = z.array(z.strictObject({ lineId: z.uuid(), quantity })).min(1).max(200).refine((lines) => new Set(lines.map(({ lineId }) => lineId)).size === lines.length, 'each line once');
const SignInput = z.strictObject({ visitId: z.uuid(), lines: Lines });
const OldPartInput = z.strictObject({ lineId: z.uuid(), tag: Code, agreed: z.enum(['customer', 'scrap']).default('scrap') });
const ExceptInput = z.strictObject({ lineId: z.uuid(), reason: z.string().trim().min(3).max(500) });
const ReturnInput = z.strictObject({ lines: Lines });
const LineView = z.object({ lineId: z.uuid(), partNumber: z.string(), quantity: z.int(), returned: z.int(), payer: Payer, oldPart: z.enum(['exempt', 'due', 'handed-in', 'excepted']) });
const RequisitionView = z.object({
  id: z.uuid(), version: z.int(), visitId: z.uuid(), state: z.enum(['signed', 'countersigned', 'issued', 'withdrawn']), allowed: z.array(z.string()), lines: z.array(LineView),
  technicianId: z.uuid(), advisorId: z.uuid().nullable(), claimsClerkId: z.uuid().nullable(), keeperId: z.uuid().nullable(),
  signedAt: z.iso.datetime(), countersignedAt: z.iso.datetime().nullable(), issuedAt: z.iso.datetime().nullable(),
});
const Which = z.strictObject({ visitId: z.uuid().optional(), state: z.enum(['signed', 'countersigned', 'issued', 'withdrawn']).optional(), after: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) });
const see = ['technician', 'advisor', 'claims-clerk', 'parts-keeper', 'parts-manager', 'workshop-manager', 'service-manager', 'store-manager'];

const view = async (tx: Tx, row: RequisitionRow, roles: readonly string[]) => (await views(tx, [row], roles))[0]!;
const views = async (tx: Tx, rows: readonly RequisitionRow[], roles: readonly string[]) => (await asAgreed(tx, rows)).map((row) => ({
  id: row.id, version: row.version, visitId: row.reservationId, state: row.state, allowed: allowed(row, roles), lines: row.lines, technicianId: row.technicianId, advisorId: row.advisorId,
  claimsClerkId: row.claimsClerkId, keeperId: row.keeperId, signedAt: row.signedAt, countersignedAt: row.countersignedAt, issuedAt: row.issuedAt,
}));

@Controller('stores/:storeId/requisitions')
export class RequisitionController {
  constructor(private readonly papers: RequisitionService, private readonly oldParts: OldParts, private readonly goods: Issue) {}

  @Command('POST ', { summary: 'Ask for consented lines, and sign as technician', roles: ['technician'], body: SignInput, answer: RequisitionView })
  async sign(tx: Tx, { storeId, person, body }: Call<z.output<typeof SignInput>>) {
    return view(tx, await this.papers.sign(tx, storeId, person.id, body.visitId, body.lines), person.roles);
  }

  @Command('POST :requisitionId/countersign', { summary: 'Countersign as advisor', roles: moves.countersign.roles, answer: RequisitionView, ifMatch: true })
  async countersign(tx: Tx, { params, version, person }: Call) {
    return view(tx, await this.papers.countersign(tx, params['requisitionId']!, version, person.id), person.roles);
  }

  @Command('POST :requisitionId/sign-claims', { summary: 'Sign for the warranty lines', roles: moves['sign-claims'].roles, answer: RequisitionView, ifMatch: true })
  async signClaims(tx: Tx, { params, version, person }: Call) {
    return view(tx, await this.papers.signClaims(tx, params['requisitionId']!, version, person.id), person.roles);
  }

  @Command('POST :requisitionId/hand-in', { summary: 'Take in the old part of a line, tagged', roles: moves['hand-in'].roles, body: OldPartInput, answer: RequisitionView, ifMatch: true })
  async handIn(tx: Tx, { params, version, person, body }: Call<z.output<typeof OldPartInput>>) {
    return view(tx, await this.oldParts.handIn(tx, params['requisitionId']!, version, person.id, body), person.roles);
  }

  @Command('POST :requisitionId/except', { summary: 'Let a line pass without its old part, with a reason', roles: moves.except.roles, body: ExceptInput, answer: RequisitionView, ifMatch: true })
  async except(tx: Tx, { params, version, person, body }: Call<z.output<typeof ExceptInput>>) {
    return view(tx, await this.oldParts.except(tx, params['requisitionId']!, version, person.id, body), person.roles);
  }

  @Command('POST :requisitionId/issue', { summary: 'Hand the parts out', roles: moves.issue.roles, answer: RequisitionView, ifMatch: true })
  async issue(tx: Tx, { params, version, person }: Call) {
    return view(tx, await this.goods.issue(tx, params['requisitionId']!, version, person.id), person.roles);
  }

  @Command('POST :requisitionId/return', { summary: 'Take unused parts back', roles: moves.return.roles, body: ReturnInput, answer: RequisitionView, ifMatch: true })
  async giveBack(tx: Tx, { params, version, person, body }: Call<z.output<typeof ReturnInput>>) {
    return view(tx, await this.goods.giveBack(tx, params['requisitionId']!, version, person.id, body.lines), person.roles);
  }

  @Command('POST :requisitionId/withdraw', { summary: 'Give the requisition up before anything is issued', roles: moves.withdraw.roles, answer: RequisitionView, ifMatch: true })
  async withdraw(tx: Tx, { params, version, person }: Call) {
    return view(tx, await this.papers.withdraw(tx, params['requisitionId']!, version), person.roles);
  }

  @Query('GET :requisitionId', { summary: 'One requisition', roles: see, answer: RequisitionView })
  async one(tx: Tx, { params, person }: Call) {
    return view(tx, await findRow<RequisitionRow>(tx, 'requisition', params['requisitionId']!), person.roles);
  }

  @Query('GET ', { summary: 'Requisitions, of one visit or in one state', roles: see, query: Which, answer: z.object({ requisitions: z.array(RequisitionView), next: z.string().nullable() }) })
  async list(tx: Tx, { storeId, person, query: { visitId, state, after, limit } }: Call<undefined, z.output<typeof Which>>) {
    const [signedAt, id] = lastSeen(after, seenAt, seenId) ?? [null, null];
    const rows = await tx.query<RequisitionRow>(
      `select * from requisition where store_id = $1 and ($2::uuid is null or reservation_id = $2) and ($3::text is null or state = $3)
         and ($4::timestamptz is null or (signed_at, id) > ($4, $5::uuid)) order by signed_at, id limit $6`,
      [storeId, visitId ?? null, state ?? null, signedAt, id, limit + 1],
    );
    const last = rows.length > limit ? rows[limit - 1]! : null;
    return { requisitions: await views(tx, rows.slice(0, limit), person.roles), next: last ? toCursor([last.signedAt.toISOString(), last.id]) : null };
  }
}
