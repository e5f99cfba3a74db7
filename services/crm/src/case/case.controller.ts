import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Code, Department } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { rolesOf } from './case';
import { caseOf, cases } from './case.queries';
import { Cases } from './case.service';

const words = z.string().trim().min(1).max(2000);
const readers = [...new Set(['crm-agent', 'crm-supervisor', 'advisor', 'store-manager', 'hq-analyst', ...rolesOf('answer')])];
const State = z.enum(['open', 'answered', 'closed']);

const List = z.strictObject({ state: State.optional(), department: Department.optional(), cursor: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(100).default(50) });
const AnswerInput = z.strictObject({ measure: Code, words });
const CloseInput = z.strictObject({ reason: Code, note: words.nullable().default(null) });

const Item = z.object({
  caseId: z.uuid(), version: z.int(), visitId: z.uuid(), customerId: z.uuid(), vehicleId: z.uuid(), repairOrder: z.string(), department: Department, cause: z.string(), words: z.string().nullable(),
  round: z.int(), state: State, outcome: z.enum(['satisfied', 'closed-by-manager']).nullable(), allowed: z.array(z.enum(['answer', 'hear-satisfied', 'hear-again', 'close'])), openedAt: z.iso.datetime(), endedAt: z.iso.datetime().nullable(),
});
const Items = z.object({ items: z.array(Item), next: z.string().nullable() });
const View = Item.extend({
  closedBy: z.uuid().nullable(), closeReason: z.string().nullable(), closeNote: z.string().nullable(),
  answers: z.array(z.object({ round: z.int(), measure: z.string(), words: z.string(), answeredBy: z.uuid(), answeredAt: z.iso.datetime() })),
  followUps: z.array(z.object({ followUpId: z.uuid(), state: z.string(), outcome: z.string().nullable() })),
});

/** CRM-10: the department answers here, and here the store manager closes. */
@Controller('stores/:storeId/cases')
export class CaseController {
  constructor(private readonly service: Cases) {}

  @Query('GET ', { summary: 'Cases of the store, oldest first', roles: readers, query: List, answer: Items })
  list(tx: Tx, { storeId, query, person }: Call<undefined, z.output<typeof List>>) {
    return cases(tx, storeId, query, person);
  }

  @Query('GET :caseId', { summary: 'One case with its answers and follow-ups', roles: readers, answer: View })
  one(tx: Tx, { params, person }: Call) {
    return caseOf(tx, params['caseId']!, person);
  }

  @Command('POST :caseId/answer', { summary: 'The department’s answer; a new follow-up asks the customer', roles: rolesOf('answer'), ifMatch: true, body: AnswerInput, answer: View })
  async answer(tx: Tx, { params, version, body, person }: Call<z.output<typeof AnswerInput>>) {
    return caseOf(tx, (await this.service.answer(tx, params['caseId']!, version, body, person)).id, person);
  }

  @Command('POST :caseId/close', { summary: 'Close it unsatisfied, with a reason', roles: rolesOf('close'), ifMatch: true, body: CloseInput, answer: View })
  async close(tx: Tx, { params, version, body, person }: Call<z.output<typeof CloseInput>>) {
    return caseOf(tx, (await this.service.close(tx, params['caseId']!, version, body, person.id)).id, person);
  }
}
