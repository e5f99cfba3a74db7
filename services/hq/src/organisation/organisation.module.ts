import { Module } from '@nestjs/common';
import { FirstStart } from './first-start.service';
import { OrganisationController } from './organisation.controller';
import { OrganisationService } from './organisation.service';

@Module({ controllers: [OrganisationController], providers: [OrganisationService, FirstStart] })
export class OrganisationModule {}
