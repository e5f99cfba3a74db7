import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { LinkModule } from './link/link.module';

@Module({
  imports: [
    DirectoryModule.for('reception'),
    LinkModule,
  ],
})
export class ReceptionModule {}
