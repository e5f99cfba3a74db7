import { Module } from '@nestjs/common';
import { Issue } from './issue.service';
import { OldParts } from './old-parts.service';
import { RequisitionController } from './requisition.controller';
import { RequisitionService } from './requisition.service';

@Module({ controllers: [RequisitionController], providers: [RequisitionService, OldParts, Issue] })
export class RequisitionModule {}
