import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { AppointmentModule } from './appointment/appointment.module';
import { DeskTaskModule } from './desk-task/desk-task.module';
import { LinkModule } from './link/link.module';
import { EstimateModule } from './estimate/estimate.module';
import { ProjectionModule } from './projection/projection.module';
import { SettlementModule } from './settlement/settlement.module';
import { VisitModule } from './visit/visit.module';

@Module({
  imports: [
    DirectoryModule.for('reception'),
    LinkModule,
    DeskTaskModule,
    ProjectionModule,
    AppointmentModule,
    VisitModule,
    EstimateModule,
    SettlementModule,
  ],
})
export class ReceptionModule {}
