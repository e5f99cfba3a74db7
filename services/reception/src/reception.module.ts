import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';

@Module({ imports: [DirectoryModule.for('reception')] })
export class ReceptionModule {}
