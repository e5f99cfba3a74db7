import { Module } from '@nestjs/common';
import { BlockController } from '../block/block.controller';
import { BlockService } from '../block/block.service';
import { PartsConsumer } from '../block/parts.consumer';
import { PartsService } from '../block/parts.service';
import { BoardController } from '../board/board.controller';
import { CheckController } from '../check/check.controller';
import { CheckService } from '../check/check.service';
import { ClockingController } from '../clocking/clocking.controller';
import { ClockingService } from '../clocking/clocking.service';
import { DispatchController } from '../dispatch/dispatch.controller';
import { DispatchService } from '../dispatch/dispatch.service';
import { FaultController } from '../fault/fault.controller';
import { FaultService } from '../fault/fault.service';
import { FilesConsumer } from '../files/files.consumer';
import { VisitConsumer } from '../visit/visit.consumer';
import { VisitService } from '../visit/visit.service';
import { JobController } from './job.controller';

/** The card and all that is written on it. */
@Module({
  controllers: [JobController, DispatchController, ClockingController, BlockController, FaultController, CheckController, BoardController, VisitConsumer, PartsConsumer, FilesConsumer],
  providers: [VisitService, PartsService, DispatchService, ClockingService, BlockService, FaultService, CheckService],
})
export class JobModule {}
