import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { DeskTaskModule } from './desk-task/desk-task.module';
import { LinkModule } from './link/link.module';
import { ProjectionModule } from './projection/projection.module';

@Module({
  imports: [
    DirectoryModule.for('reception'),
    LinkModule,
    DeskTaskModule,
    ProjectionModule,
  ],
})
export class ReceptionModule {}
