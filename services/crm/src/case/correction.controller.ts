import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Code } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { SurveyView } from '../survey/survey.answers';
import { moves } from '../survey/survey';
import { surveyOf } from '../survey/survey.queries';
import { Surveys } from '../survey/survey.service';
import { Cases } from './case.service';

const Given = z.strictObject({
  answers: z.array(z.strictObject({ question: Code, level: z.int().min(1).max(5) })).min(1).max(50), recommend: z.int().min(0).max(10).nullable(),
  reason: Code, note: z.string().trim().min(1).max(2000).nullable().default(null),
});

/** It stands with the cases, not with the surveys: a corrected answer can be a dissatisfied one, and then it opens a case (CRM-10). */
@Controller('stores/:storeId/surveys')
export class CorrectionController {
  constructor(private readonly surveys: Surveys, private readonly cases: Cases) {}

  @Command('POST :surveyId/corrections', { summary: 'A new answer in place of a wrong one, with a reason', roles: moves[0]!.roles, ifMatch: true, body: Given, answer: SurveyView })
  async correct(tx: Tx, { params, version, body, person }: Call<z.output<typeof Given>>) {
    const { survey, grievance } = await this.surveys.correct(tx, params['surveyId']!, version, body, person.id);
    if (grievance) await this.cases.open(tx, survey, survey.followUpId, { ...grievance, words: body.note });
    return surveyOf(tx, survey.id, person);
  }
}
