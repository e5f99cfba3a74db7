import { Controller } from '@nestjs/common';
import type { Tx } from '@aftersales/platform/database/tx';
import { Forbidden } from '@aftersales/platform/http/errors';
import { Command } from '@aftersales/platform/http/operation';
import type { Call, Person } from '@aftersales/platform/http/operation-spec';
import type { z } from 'zod';
import { moves } from '../job/job';
import { ClockOff, ClockOn, JobView, LeaveUndone } from '../job/job.inputs';
import { jobView } from '../job/job.queries';
import { ClockingService } from './clocking.service';

/** A technician clocks for oneself; the workshop manager also for others, who forgot. */
function whose(person: Person, technicianId: string | undefined): string {
  if (technicianId && technicianId !== person.id && !person.roles.includes('workshop-manager')) throw new Forbidden('workshop.own-clock', 'Everybody clocks for oneself.');
  return technicianId ?? person.id;
}

@Controller('stores/:storeId/jobs')
export class ClockingController {
  constructor(private readonly clocking: ClockingService) {}

  @Command('POST :jobId/clock-on', { summary: 'Work on an operation begins', roles: moves['clock-on'].roles, ifMatch: true, body: ClockOn, answer: JobView })
  async clockOn(tx: Tx, { params, version, person, body }: Call<z.output<typeof ClockOn>>) {
    await this.clocking.clockOn(tx, params['jobId']!, version, whose(person, body.technicianId), body.lineId);
    return jobView(tx, params['jobId']!, person);
  }

  @Command('POST :jobId/clock-off', { summary: 'Work on it stops, or it is done', roles: moves['clock-off'].roles, ifMatch: true, body: ClockOff, answer: JobView })
  async clockOff(tx: Tx, { params, version, person, body }: Call<z.output<typeof ClockOff>>) {
    await this.clocking.clockOff(tx, params['jobId']!, version, whose(person, body.technicianId), body.lineId, body.finished);
    return jobView(tx, params['jobId']!, person);
  }

  @Command('POST :jobId/leave-undone', { summary: 'An operation with consent will not be done', roles: moves['leave-undone'].roles, ifMatch: true, body: LeaveUndone, answer: JobView })
  async leaveUndone(tx: Tx, { params, version, person, body }: Call<z.output<typeof LeaveUndone>>) {
    await this.clocking.leaveUndone(tx, params['jobId']!, version, body.lineId, body.reason);
    return jobView(tx, params['jobId']!, person);
  }
}
