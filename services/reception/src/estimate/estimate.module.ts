import { Module } from '@nestjs/common';
import { DeskTaskModule } from '../desk-task/desk-task.module';
import { LinkModule } from '../link/link.module';
import { ConsentLinkService } from '../visit-link/consent-link.service';
import { VisitModule } from '../visit/visit.module';
import { ConsentService } from './consent.service';
import { CoverageService } from './coverage.service';
import { EstimateConsumer } from './estimate.consumer';
import { EstimateController } from './estimate.controller';
import { EstimateService } from './estimate.service';
import { FaultService } from './fault.service';

@Module({
  imports: [LinkModule, DeskTaskModule, VisitModule],
  controllers: [EstimateController, EstimateConsumer],
  providers: [EstimateService, ConsentService, CoverageService, FaultService, ConsentLinkService],
})
export class EstimateModule {}
