import { Controller } from '@nestjs/common';
import { Id, Instant } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { z } from 'zod';
import { readers } from '../floor/floor.inputs';
import { JobView } from './job.inputs';
import { jobsOf, jobView } from './job.queries';

const states = ['expected', 'working', 'own-checked', 'team-checked', 'final-checked', 'washed', 'completed', 'closed'] as const;
const Asked = z.strictObject({ visitId: Id.optional(), state: z.enum(states).optional(), cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) });
type Asked = z.output<typeof Asked>;
const Jobs = z.object({
  jobs: z.array(z.object({ id: Id, version: z.int(), visitId: Id, state: z.enum(states), repairOrder: z.string().nullable(), promisedAt: Instant.nullable() })),
  next: z.string().nullable(),
});

@Controller('stores/:storeId/jobs')
export class JobController {
  @Query('GET ', { summary: 'Jobs, newest first, by visit or state', roles: readers, query: Asked, answer: Jobs })
  jobs(tx: Tx, { storeId, query }: Call<undefined, Asked>) {
    return jobsOf(tx, storeId, query);
  }

  @Query('GET :jobId', { summary: 'One card: operations, parts, blocks, finds, checks, and what is open to you', roles: [...readers, 'driver'], answer: JobView })
  job(tx: Tx, { params, person }: Call) {
    return jobView(tx, params['jobId']!, person);
  }
}
