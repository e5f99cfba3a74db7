import { Controller } from '@nestjs/common';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { callers } from '../follow-up/follow-up';
import { FollowUpView } from '../follow-up/follow-up.answers';
import { followUp } from '../follow-up/follow-up.queries';
import { SurveyLinks } from './survey-link.service';

@Controller('stores/:storeId/follow-ups')
export class SurveyLinkController {
  constructor(private readonly links: SurveyLinks) {}

  @Command('POST :followUpId/send-link', { summary: 'Send the survey by link instead of asking it', roles: callers, ifMatch: true, answer: FollowUpView })
  async send(tx: Tx, { params, version, person }: Call) {
    const { id } = await this.links.send(tx, params['followUpId']!, version, person.id);
    return followUp(tx, id, person);
  }
}
