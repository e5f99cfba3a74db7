import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Code } from '@aftersales/contracts/kernel/values';
import { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call, Person } from '@aftersales/platform/http/operation-spec';
import { allowedMoves, coverageStates, rolesOf } from './coverage';
import { CoverageService, type CoverageRow } from './coverage.service';

const AssessInput = z.strictObject({ lines: z.array(z.strictObject({ lineId: z.uuid(), covered: z.boolean(), reason: Code.optional() })).min(1).max(200) });
const SendBackInput = z.strictObject({ reason: z.string().trim().min(1).max(1000) });
const ListQuery = z.strictObject({ state: z.enum(coverageStates).optional(), visitId: z.uuid().optional(), cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(100).default(50) });

const CoverageView = z.object({
  coverageId: z.uuid(), version: z.int(), state: z.enum(coverageStates), allowed: z.array(z.string()), visitId: z.uuid(), vehicleId: z.uuid(), repairOrder: z.string(), brand: z.string(), estimateVersion: z.int(),
  mileage: z.int(), lines: z.array(EstimateLine), decision: z.array(z.object({ lineId: z.uuid(), covered: z.boolean(), reason: z.string().nullable() })), assessedBy: z.uuid().nullable(), confirmedBy: z.uuid().nullable(),
  sentBackFor: z.string().nullable(), preApproval: z.string().nullable(), askedAt: z.iso.datetime(), decidedAt: z.iso.datetime().nullable(), validUntil: z.iso.datetime().nullable(),
});
const CoverageList = z.object({ coverages: z.array(CoverageView), next: z.string().nullable() });

const read = ['claims-clerk', 'technical-director', 'service-manager', 'advisor', 'workshop-manager', 'store-manager'];

/** CLM-11: coverage questions of the desk. */
@Controller('stores/:storeId/coverages')
export class CoverageController {
  constructor(private readonly coverages: CoverageService) {}

  @Query('GET ', { summary: 'Coverage questions by state or visit, newest first', roles: read, query: ListQuery, answer: CoverageList })
  async list(tx: Tx, { storeId, person, query: { state, visitId, cursor, limit } }: Call<undefined, z.output<typeof ListQuery>>) {
    const rows = await tx.query<CoverageRow>(
      `select * from coverage where store_id = $1 and ($2::text is null or state = $2) and ($3::uuid is null or visit_id = $3) and ($4::uuid is null or id < $4) order by id desc limit $5`,
      [storeId, state ?? null, visitId ?? null, lastSeen(cursor, seenId)?.[0] ?? null, limit + 1],
    );
    const page = rows.slice(0, limit);
    return { coverages: page.map((row) => view(row, person)), next: rows.length > limit ? toCursor([page.at(-1)!.id]) : null };
  }

  @Query('GET :coverageId', { summary: 'One coverage question', roles: read, answer: CoverageView })
  async one(tx: Tx, { params, person }: Call) {
    return view(await findRow<CoverageRow>(tx, 'coverage', params['coverageId']!), person);
  }

  @Command('POST :coverageId/assess', { summary: 'The claims clerk answers each line', roles: rolesOf('assess'), body: AssessInput, answer: CoverageView, ifMatch: true })
  async assess(tx: Tx, call: Call<z.output<typeof AssessInput>>) {
    const decision = call.body.lines.map(({ lineId, covered, reason = null }) => ({ lineId, covered, reason }));
    return view(await this.coverages.assess(tx, asked(call), decision), call.person);
  }

  @Command('POST :coverageId/confirm', { summary: 'The technical director agrees; above the policy’s sum the maker is asked', roles: rolesOf('confirm'), answer: CoverageView, ifMatch: true })
  async confirm(tx: Tx, call: Call) {
    return view(await this.coverages.confirm(tx, asked(call)), call.person);
  }

  @Command('POST :coverageId/send-back', { summary: 'The technical director wants it assessed again', roles: rolesOf('send-back'), body: SendBackInput, answer: CoverageView, ifMatch: true })
  async sendBack(tx: Tx, call: Call<z.output<typeof SendBackInput>>) {
    return view(await this.coverages.sendBack(tx, asked(call), call.body.reason), call.person);
  }
}

const asked = ({ params, version, person }: Call<unknown>) => ({ coverageId: params['coverageId']!, version, by: person.id });

const view = (row: CoverageRow, person: Person) => {
  const { id, storeId: _, ...shown } = row;
  return { coverageId: id, ...shown, allowed: allowedMoves(row, person) };
};
