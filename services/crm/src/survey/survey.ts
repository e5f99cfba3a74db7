import type { Answer } from '@aftersales/contracts/crm/survey';
import { demand } from '@aftersales/contracts/kernel/refused';
import type { Department } from '@aftersales/contracts/kernel/values';
import type { Role } from '@aftersales/contracts/roles';

/** By language tag: what the agent reads out. */
export type Text = Readonly<Record<string, string>>;

export interface Question {
  readonly question: string;
  readonly factor: string;
  /** Who answers for it when the customer is dissatisfied (CRM-10). */
  readonly department: Department;
  /** In thousandths; a questionnaire's weights are 1,000 together. */
  readonly weight: number;
  readonly text: Text;
}

export interface GivenAnswer {
  readonly question: string;
  readonly level: number;
}

export type SurveyState = 'excluded' | 'locked' | 'answered';

/** locked → answered is the follow-up's sheet; what was answered is corrected, never edited. */
export const moves: readonly { readonly move: 'correct'; readonly from: SurveyState; readonly roles: readonly Role[] }[] = [{ move: 'correct', from: 'answered', roles: ['crm-supervisor'] }];

export const allowed = (state: SurveyState, roles: readonly string[]) => moves.filter((one) => one.from === state && one.roles.some((role) => roles.includes(role))).map(({ move }) => move);

/** CRM-16: a version is whole and weighs 1,000. @throws Refused */
export function checkQuestions(questions: readonly Question[]): void {
  const twice = questions.find(({ question }, i) => questions.findIndex((other) => other.question === question) !== i);
  demand(!twice, 'questionnaire.question-twice', `The question ${twice?.question} stands there twice.`);
  const sum = questions.reduce((all, { weight }) => all + weight, 0);
  demand(sum === 1000, 'questionnaire.weights', `The weights are ${sum} together; they must be 1,000.`);
}

/**
 * What the customer said, with factor and weight as the questionnaire's version has them – never as a client sends them. Questions left out are not in the list.
 * @throws Refused
 */
export function answersTo(questions: readonly Question[], given: readonly GivenAnswer[]): Answer[] {
  for (const { question } of given) {
    demand(questions.some((one) => one.question === question), 'survey.unknown-question', `This questionnaire does not ask ${question}.`);
    demand(given.filter((one) => one.question === question).length === 1, 'survey.question-twice', `${question} is answered twice.`);
  }
  return questions.flatMap(({ question, factor, weight }) => {
    const answer = given.find((one) => one.question === question);
    return answer ? [{ question, factor, level: answer.level, weight }] : [];
  });
}

export interface Grievance {
  readonly department: Department;
  readonly cause: string;
}

/** CRM-10: dissatisfied from a level on. The worst answer, and among equals the heaviest, says whose it is; null is satisfied. */
export function grievanceIn(questions: readonly Question[], answers: readonly Answer[], fromLevel: number): Grievance | null {
  const [worst] = answers.filter(({ level }) => level >= fromLevel).toSorted((a, b) => b.level - a.level || b.weight - a.weight);
  const asked = worst && questions.find(({ question }) => question === worst.question);
  return asked ? { department: asked.department, cause: asked.question } : null;
}
