import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { CapacityModule } from './capacity/capacity.module';
import { FloorModule } from './floor/floor.module';
import { JobModule } from './job/job.module';
import { SlotModule } from './slot/slot.module';

@Module({ imports: [DirectoryModule.for('workshop'), FloorModule, CapacityModule, SlotModule, JobModule] })
export class WorkshopModule {}
