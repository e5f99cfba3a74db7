import { Controller } from '@nestjs/common';
import { z } from 'zod';
import type { Tx } from '../database/tx';
import { Query } from '../http/operation';
import type { Call } from '../http/operation-spec';
import { Promises } from './promises';

const Subject = z.strictObject({ subject: z.uuid() });
const Answer = z.object({
  promises: z.array(z.object({
    promiseId: z.uuid(), kind: z.string(), ownerRole: z.string(), policy: z.string(), policyVersion: z.int(), calendarVersion: z.int().nullable(),
    startedAt: z.iso.datetime(), dueAt: z.iso.datetime(), outcome: z.enum(['open', 'kept', 'late', 'void']), cause: z.string().nullable(), doneAt: z.iso.datetime().nullable(),
    explanation: z.array(z.any()), pauses: z.array(z.any()),
  })),
});

/** TIM-5: why this deadline. */
@Controller('stores/:storeId/promises')
export class PromiseController {
  constructor(private readonly promises: Promises) {}

  @Query('GET ', {
    summary: 'What was promised about one thing, when it is due and why then',
    roles: ['service-manager', 'front-desk-supervisor', 'advisor', 'crm-agent', 'crm-supervisor', 'workshop-manager', 'parts-manager', 'parts-keeper', 'claims-clerk', 'store-manager', 'hq-analyst', 'hq-admin'],
    query: Subject,
    answer: Answer,
  })
  async on(tx: Tx, { query }: Call<undefined, { subject: string }>) {
    const rows = await this.promises.on(tx, query.subject);
    return {
      promises: rows.map(({ id, kind, ownerRole, policy, policyVersion, calendarVersion, startedAt, dueAt, outcome, cause, doneAt, explanation, pauses }) =>
        ({ promiseId: id, kind, ownerRole, policy, policyVersion, calendarVersion, startedAt, dueAt, outcome, cause, doneAt, explanation: [...explanation], pauses: [...pauses] })),
    };
  }
}
