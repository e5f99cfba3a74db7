import { Module } from '@nestjs/common';
import { LoseService } from '../slot/lose.service';
import { SlotModule } from '../slot/slot.module';
import { BayController } from './bay.controller';
import { FloorConsumer } from './floor.consumer';
import { FloorService } from './floor.service';
import { PlanService } from './plan.service';
import { TechnicianController } from './technician.controller';

@Module({ imports: [SlotModule], controllers: [BayController, TechnicianController, FloorConsumer], providers: [FloorService, PlanService, LoseService] })
export class FloorModule {}
