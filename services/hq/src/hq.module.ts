import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { OrganisationModule } from './organisation/organisation.module';

@Module({ imports: [DirectoryModule.for('hq'), OrganisationModule] })
export class HqModule {}
