import { Controller } from '@nestjs/common';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import type { z } from 'zod';
import { moves } from '../job/job';
import { FailCheck, JobView, Park, PassCheck } from '../job/job.inputs';
import { jobView } from '../job/job.queries';
import { CheckService } from './check.service';

/** WRK-9, WRK-10: three checks in order, then wash and parking. */
@Controller('stores/:storeId/jobs')
export class CheckController {
  constructor(private readonly checks: CheckService) {}

  @Command('POST :jobId/pass-check', { summary: 'The next check is passed', roles: moves['pass-check'].roles, ifMatch: true, body: PassCheck, answer: JobView })
  async pass(tx: Tx, { params, version, person, body }: Call<z.output<typeof PassCheck>>) {
    await this.checks.pass(tx, params['jobId']!, version, person, body.check);
    return jobView(tx, params['jobId']!, person);
  }

  @Command('POST :jobId/fail-check', { summary: 'Operations go back to work, with the reason', roles: moves['fail-check'].roles, ifMatch: true, body: FailCheck, answer: JobView })
  async fail(tx: Tx, { params, version, person, body }: Call<z.output<typeof FailCheck>>) {
    await this.checks.fail(tx, params['jobId']!, version, person, body);
    return jobView(tx, params['jobId']!, person);
  }

  @Command('POST :jobId/wash', { summary: 'The car is washed', roles: moves.wash.roles, ifMatch: true, answer: JobView })
  async wash(tx: Tx, { params, version, person }: Call) {
    await this.checks.wash(tx, params['jobId']!, version);
    return jobView(tx, params['jobId']!, person);
  }

  @Command('POST :jobId/park', { summary: 'The car is parked: the job is completed and the desk is told', roles: moves.park.roles, ifMatch: true, body: Park, answer: JobView })
  async park(tx: Tx, { params, version, person, body }: Call<z.output<typeof Park>>) {
    await this.checks.park(tx, params['jobId']!, version, body.place);
    return jobView(tx, params['jobId']!, person);
  }
}
