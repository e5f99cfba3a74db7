import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { CsiModule } from './csi/csi.module';
import { OrganisationModule } from './organisation/organisation.module';
import { PromiseModule } from './promise/promise.module';

@Module({ imports: [DirectoryModule.for('hq'), OrganisationModule, CsiModule, PromiseModule] })
export class HqModule {}
