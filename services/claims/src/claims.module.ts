import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { ClaimDraft } from './claim/claim-draft.service';
import { ClaimNews } from './claim/claim-news.service';
import { ClaimConsumer } from './claim/claim.consumer';
import { ClaimController } from './claim/claim.controller';
import { ClaimService } from './claim/claim.service';
import { CoverageConsumer } from './coverage/coverage.consumer';
import { CoverageController } from './coverage/coverage.controller';
import { CoverageService } from './coverage/coverage.service';
import { MakerController } from './maker/maker.controller';
import { MakerSender } from './maker/maker.sender';
import { RepairConsumer } from './repair/repair.consumer';
import { RepairController } from './repair/repair.controller';
import { RepairService } from './repair/repair.service';
import { StandingConsumer } from './standing/standing.consumer';
import { StandingController } from './standing/standing.controller';
import { StandingService } from './standing/standing.service';

/** A fact about a visit changes its repair; the car's standing and the claim follow it. What is said to the maker, and by it, has a folder of its own. */
@Module({
  imports: [DirectoryModule.for('claims')],
  controllers: [RepairConsumer, RepairController, StandingConsumer, StandingController, CoverageConsumer, CoverageController, ClaimConsumer, ClaimController, MakerController],
  providers: [RepairService, StandingService, CoverageService, ClaimDraft, ClaimService, ClaimNews, MakerSender],
})
export class ClaimsModule {}
