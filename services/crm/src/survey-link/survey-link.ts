import type { GivenAnswer, Question } from '../survey/survey';

/** What a customer sent with the form. */
export interface Given {
  readonly answers: readonly GivenAnswer[];
  readonly remarks: string | null;
}

export const levels = [1, 2, 3, 4, 5] as const;
export const longestRemarks = 2000;
/** A question's name in the form; `remarks` is no question's. */
export const fieldOf = (question: string): string => `level-${question}`;

/** Questions may be left out, as in a call. What our own page could not have sent is not there. */
export function givenIn(form: Readonly<Record<string, string>>, questions: readonly Question[]): Given {
  const answers = questions.flatMap(({ question }) => {
    const level = levels.find((one) => String(one) === form[fieldOf(question)]);
    return level ? [{ question, level }] : [];
  });
  const remarks = (form['remarks'] ?? '').replaceAll('\r\n', '\n').replaceAll('\0', '').trim().slice(0, longestRemarks);
  return { answers, remarks: remarks || null };
}
