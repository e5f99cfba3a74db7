import { Module } from '@nestjs/common';
import { Issue } from './issue';
import { OldParts } from './old-parts';
import { RequisitionController } from './requisition.controller';
import { RequisitionService } from './requisition.service';

@Module({ controllers: [RequisitionController], providers: [RequisitionService, OldParts, Issue] })
export class RequisitionModule {}
