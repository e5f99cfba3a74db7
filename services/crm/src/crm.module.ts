import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { FileModule } from './file/file.module';
import { FollowUpModule } from './follow-up/follow-up.module';

@Module({ imports: [DirectoryModule.for('crm'), FileModule, FollowUpModule] })
export class CrmModule {}
