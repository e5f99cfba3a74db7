import { Controller } from '@nestjs/common';
import { z } from 'zod';
import type { Tx } from '@aftersales/platform/database/tx';
import { Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { SampleView, SurveyView } from './survey.answers';
import { sampleOf, surveyOf } from './survey.queries';

const readers = ['crm-agent', 'crm-supervisor', 'service-manager', 'store-manager', 'hq-analyst'];
const Day = z.strictObject({ day: z.iso.date() });

@Controller('stores/:storeId')
export class SurveyController {
  @Query('GET samples', { summary: 'The locked list of a store-day, and whether it is whole', roles: readers, query: Day, answer: SampleView })
  sample(tx: Tx, { storeId, query }: Call<undefined, z.output<typeof Day>>) {
    return sampleOf(tx, storeId, query.day);
  }

  @Query('GET surveys/:surveyId', { summary: 'A survey with its answers', roles: readers, answer: SurveyView })
  one(tx: Tx, { params, person }: Call) {
    return surveyOf(tx, params['surveyId']!, person);
  }
}
