import type { Fact } from '@aftersales/contracts/kernel/event';
import { CheckFailed, CheckPassed, JobBlocked, JobCompleted, JobOpened, JobUnblocked, OperationStarted, OperationStopped } from '@aftersales/contracts/workshop/job';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { FloorService } from './floor.service';

@Consumer('reception.floor')
export class FloorConsumer {
  constructor(private readonly floor: FloorService) {}

  @On(JobOpened)
  opened(tx: Tx, fact: Fact<typeof JobOpened>) {
    return this.floor.hear(tx, fact, { what: 'opened', data: fact.data });
  }

  @On(OperationStarted)
  started(tx: Tx, fact: Fact<typeof OperationStarted>) {
    return this.floor.hear(tx, fact, { what: 'started', data: fact.data });
  }

  @On(OperationStopped)
  stopped(tx: Tx, fact: Fact<typeof OperationStopped>) {
    return this.floor.hear(tx, fact, { what: 'stopped', data: fact.data });
  }

  @On(JobBlocked)
  blocked(tx: Tx, fact: Fact<typeof JobBlocked>) {
    return this.floor.hear(tx, fact, { what: 'blocked', data: fact.data });
  }

  @On(JobUnblocked)
  unblocked(tx: Tx, fact: Fact<typeof JobUnblocked>) {
    return this.floor.hear(tx, fact, { what: 'unblocked', data: fact.data });
  }

  @On(CheckPassed)
  passed(tx: Tx, fact: Fact<typeof CheckPassed>) {
    return this.floor.hear(tx, fact, { what: 'passed', data: fact.data });
  }

  @On(CheckFailed)
  failed(tx: Tx, fact: Fact<typeof CheckFailed>) {
    return this.floor.hear(tx, fact, { what: 'failed', data: fact.data });
  }

  @On(JobCompleted)
  completed(tx: Tx, fact: Fact<typeof JobCompleted>) {
    return this.floor.hear(tx, fact, { what: 'completed', data: fact.data });
  }
}
