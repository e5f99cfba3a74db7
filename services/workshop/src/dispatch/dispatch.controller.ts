import { Controller } from '@nestjs/common';
import { Id, Thousandths } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { z } from 'zod';
import { moves } from '../job/job';
import { Assign, JobView, MoveTo } from '../job/job.inputs';
import { jobView } from '../job/job.queries';
import { DispatchService } from './dispatch.service';

const Proposals = z.object({ technicians: z.array(z.object({ technicianId: Id, grade: z.int(), loadHours: Thousandths, presentHours: Thousandths })) });
const Asked = z.strictObject({ lineId: Id });

/** WRK-4: who does what, where. */
@Controller('stores/:storeId/jobs')
export class DispatchController {
  constructor(private readonly dispatch: DispatchService) {}

  @Query('GET :jobId/proposals', { summary: 'Who could do an operation now, the best first', roles: moves.assign.roles, query: Asked, answer: Proposals })
  async proposals(tx: Tx, { params, query }: Call<undefined, z.output<typeof Asked>>) {
    const technicians = await this.dispatch.proposals(tx, params['jobId']!, query.lineId);
    return { technicians: technicians.map(({ staffId, grade, loadHours, presentHours }) => ({ technicianId: staffId, grade, loadHours, presentHours })) };
  }

  @Command('POST :jobId/assign', { summary: 'Give operations to the best technician, or to those named, with a briefing', roles: moves.assign.roles, ifMatch: true, body: Assign, answer: JobView })
  async assign(tx: Tx, { params, version, person, body }: Call<z.output<typeof Assign>>) {
    await this.dispatch.assign(tx, params['jobId']!, version, person.id, body);
    return jobView(tx, params['jobId']!, person);
  }

  @Command('POST :jobId/move-to', { summary: 'The car stands in a bay, or elsewhere', roles: moves['move-to'].roles, ifMatch: true, body: MoveTo, answer: JobView })
  async moveTo(tx: Tx, { params, version, person, body }: Call<z.output<typeof MoveTo>>) {
    await this.dispatch.moveTo(tx, params['jobId']!, version, body);
    return jobView(tx, params['jobId']!, person);
  }
}
