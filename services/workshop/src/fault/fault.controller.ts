import { Controller } from '@nestjs/common';
import { Id, Instant } from '@aftersales/contracts/kernel/values';
import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { z } from 'zod';
import { moves } from '../job/job';
import { ConfirmFault, Evidence, JobView, RejectFault, ReportFault } from '../job/job.inputs';
import { jobView } from '../job/job.queries';
import { FaultService } from './fault.service';

const Kept = z.object({ id: Id });
const EvidenceView = z.object({ id: Id, kind: z.string(), contentType: z.string(), content: z.string(), sha256: z.string(), takenBy: Id, takenAt: Instant });

@Controller('stores/:storeId/jobs')
export class FaultController {
  constructor(private readonly faults: FaultService) {}

  @Command('POST :jobId/evidence', { summary: 'Keep a photo, a recording or a reading', roles: moves['report-fault'].roles, body: Evidence, answer: Kept })
  keep(tx: Tx, { params, person, body }: Call<z.output<typeof Evidence>>) {
    return this.faults.keepEvidence(tx, params['jobId']!, person.id, body);
  }

  @Query('GET :jobId/evidence/:evidenceId', { summary: 'One piece of evidence', roles: [...moves['report-fault'].roles, 'advisor', 'claims-clerk', 'service-manager'], answer: EvidenceView })
  async evidence(tx: Tx, { params }: Call) {
    const kept = await tx.one<{ id: string; kind: string; contentType: string; content: string; sha256: string; takenBy: string; takenAt: Date }>(
      `select id, kind, content_type, translate(encode(content, 'base64'), E'\\n', '') as content, sha256, taken_by, taken_at from evidence where id = $1 and job_id = $2`, [params['evidenceId'], params['jobId']]);
    if (!kept) throw new NotFound('evidence');
    return kept;
  }

  @Command('POST :jobId/report-fault', { summary: 'A fault found, with evidence and what it would take', roles: moves['report-fault'].roles, ifMatch: true, body: ReportFault, answer: JobView })
  async report(tx: Tx, { params, version, person, body }: Call<z.output<typeof ReportFault>>) {
    await this.faults.report(tx, params['jobId']!, version, person.id, body);
    return jobView(tx, params['jobId']!, person);
  }

  @Command('POST :jobId/confirm-fault', { summary: 'The workshop stands for it: the desk asks the customer', roles: moves['confirm-fault'].roles, ifMatch: true, body: ConfirmFault, answer: JobView })
  async confirm(tx: Tx, { params, version, person, body }: Call<z.output<typeof ConfirmFault>>) {
    await this.faults.confirm(tx, params['jobId']!, version, person.id, body.faultId);
    return jobView(tx, params['jobId']!, person);
  }

  @Command('POST :jobId/reject-fault', { summary: 'No fault after all', roles: moves['reject-fault'].roles, ifMatch: true, body: RejectFault, answer: JobView })
  async reject(tx: Tx, { params, version, person, body }: Call<z.output<typeof RejectFault>>) {
    await this.faults.reject(tx, params['jobId']!, version, person.id, body.faultId, body.reason);
    return jobView(tx, params['jobId']!, person);
  }
}
