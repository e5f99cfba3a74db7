import { Injectable } from '@nestjs/common';
import type { Fact } from '@aftersales/contracts/kernel/event';
import { insertRow, lockRowIfKnown, updateRow, type Row } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { after, coversAll, emptyFloor, type Floor, type FloorFact } from './floor';
import { PromisedTimeService } from './promised-time.service';
import { move, type Visit } from './visit';

export interface VisitJob extends Row {
  readonly storeId: string;
  readonly visitId: string;
  readonly floor: Floor;
}

/** The workshop's facts, as the desk sees them; with the last of them the car comes back to the advisor (REC-21). */
@Injectable()
export class FloorService {
  constructor(private readonly promisedTime: PromisedTimeService) {}

  async hear(tx: Tx, { storeId, version }: Fact, fact: FloorFact): Promise<void> {
    const { jobId, visitId } = fact.data;
    const visit = await lockRowIfKnown<Visit>(tx, 'visit', visitId);
    const job = await lockRowIfKnown<VisitJob>(tx, 'visit_job', jobId);
    const floor = after(job?.floor ?? emptyFloor, fact, version);
    if (job) await updateRow(tx, 'visit_job', job, { floor });
    else await insertRow(tx, 'visit_job', { id: jobId, storeId, version: 1, visitId, floor });
    if (fact.what === 'blocked' || fact.what === 'unblocked') await this.promisedTime.stoodStill(tx, visitId, floor);
    const labour = visit?.authorised.filter(({ kind }) => kind === 'labour').map(({ lineId }) => lineId) ?? [];
    if (visit?.state === 'in-work' && coversAll(floor, labour)) await updateRow<Visit>(tx, 'visit', visit, { state: move(visit, 'complete'), completedAt: new Date(floor.completedAt!) });
  }
}
