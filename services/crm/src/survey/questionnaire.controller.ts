import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Code, Department, Language } from '@aftersales/contracts/kernel/values';
import { demand } from '@aftersales/contracts/kernel/refused';
import { insertRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { v7 as uuidv7 } from 'uuid';
import { checkQuestions } from './survey';
import type { QuestionnaireRow } from './survey.row';

const Text = z.record(Language, z.string().trim().min(1).max(500)).refine((text) => Object.keys(text).length <= 20, 'at most 20 languages');
const Question = z.strictObject({ question: Code, factor: Code, department: Department, weight: z.int().min(0).max(1000), text: Text });
const Line = z.strictObject({ step: Code, text: Text });
const Published = z.strictObject({ questions: z.array(Question).min(1).max(50), script: z.array(Line).min(1).max(20) });
const View = z.object({ questionnaire: Code, questionnaireVersion: z.int(), questions: z.array(Question), script: z.array(Line), publishedAt: z.iso.datetime() });
const All = z.object({ items: z.array(View) });

/** CRM-16: versions of the group's questionnaires. What is locked keeps the version it was locked with. */
@Controller('questionnaires')
export class QuestionnaireController {
  @Query('GET ', { summary: 'Every version, newest first', roles: ['hq-admin', 'hq-analyst', 'crm-supervisor', 'crm-agent'], answer: All })
  async all(tx: Tx) {
    return { items: (await tx.query<QuestionnaireRow>(`select * from questionnaire order by code, questionnaire_version desc limit 200`)).map(viewOf) };
  }

  @Command('POST :code/versions', { summary: 'Publish the next version of a questionnaire', roles: ['hq-admin'], body: Published, answer: View })
  async publish(tx: Tx, { params, body, person }: Call<z.output<typeof Published>>) {
    checkQuestions(body.questions);
    const code = params['code']!;
    // One after the other: two at once would both be the same next version.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`questionnaire ${code}`]);
    const last = await tx.one<{ questionnaireVersion: number }>(`select questionnaire_version from questionnaire where code = $1 order by questionnaire_version desc limit 1`, [code]);
    demand(last, 'questionnaire.unknown', 'There is no questionnaire of that name.');
    return viewOf(await insertRow<QuestionnaireRow>(tx, 'questionnaire', {
      id: uuidv7(), version: 1, code, questionnaireVersion: last.questionnaireVersion + 1, ...body, publishedAt: tx.now, publishedBy: person.id,
    }));
  }
}

const viewOf = ({ code, questionnaireVersion, questions, script, publishedAt }: QuestionnaireRow) => ({ questionnaire: code, questionnaireVersion, questions, script, publishedAt });
