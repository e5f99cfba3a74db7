import fc from 'fast-check';
import { answersTo, checkQuestions, grievanceIn, type Question } from './survey';

const text = { en: '?' };
const questions: Question[] = [
  { question: 'welcome', factor: 'reception', department: 'desk', weight: 200, text },
  { question: 'fixed-right', factor: 'quality', department: 'workshop', weight: 500, text },
  { question: 'worth-it', factor: 'price', department: 'parts', weight: 300, text },
];
const given = fc.uniqueArray(fc.record({ question: fc.constantFrom('welcome', 'fixed-right', 'worth-it'), level: fc.integer({ min: 1, max: 5 }) }), { selector: ({ question }) => question });
const refusal = (code: string) => expect.objectContaining({ code });

describe('survey', () => {
  it('CRM-16 factor and weight come from the version, in its order; what was not asked for is not there', () => {
    expect(answersTo(questions, [{ question: 'worth-it', level: 5 }, { question: 'welcome', level: 1 }])).toEqual([
      { question: 'welcome', factor: 'reception', level: 1, weight: 200 },
      { question: 'worth-it', factor: 'price', level: 5, weight: 300 },
    ]);
    fc.assert(fc.property(given, (some) => expect(answersTo(questions, some)).toHaveLength(some.length)));
  });

  it('CRM-16 a question of another version and one answered twice are refused', () => {
    expect(() => answersTo(questions, [{ question: 'handed-over', level: 1 }])).toThrow(refusal('survey.unknown-question'));
    expect(() => answersTo(questions, [{ question: 'welcome', level: 1 }, { question: 'welcome', level: 5 }])).toThrow(refusal('survey.question-twice'));
  });

  it('CRM-16 the weights of a version are 1,000 together, its questions different', () => {
    expect(() => checkQuestions(questions)).not.toThrow();
    expect(() => checkQuestions(questions.slice(1))).toThrow(refusal('questionnaire.weights'));
    expect(() => checkQuestions([...questions, { ...questions[0]!, weight: 0 }])).toThrow(refusal('questionnaire.question-twice'));
  });

  it('CRM-10 a case goes to the department of the worst answer, the heavier one among equals; one level better is satisfied', () => {
    const levels = (...[welcome, fixed, worth]: number[]) => answersTo(questions, [{ question: 'welcome', level: welcome! }, { question: 'fixed-right', level: fixed! }, { question: 'worth-it', level: worth! }]);
    expect(grievanceIn(questions, levels(3, 3, 3), 4)).toBeNull();
    expect(grievanceIn(questions, levels(3, 3, 3), 3)).toEqual({ department: 'workshop', cause: 'fixed-right' });
    expect(grievanceIn(questions, levels(4, 4, 1), 4)).toEqual({ department: 'workshop', cause: 'fixed-right' });
    expect(grievanceIn(questions, levels(4, 4, 5), 4)).toEqual({ department: 'parts', cause: 'worth-it' });
    fc.assert(fc.property(given, fc.integer({ min: 2, max: 5 }), (some, from) => {
      const answers = answersTo(questions, some);
      expect(grievanceIn(questions, answers, from) === null).toBe(answers.every(({ level }) => level < from));
    }));
  });
});
