import fc from 'fast-check';
import { linkMayGo, type FollowUpState } from '../follow-up/follow-up';
import { formPage, thanksPage, type Asked } from './page.view';
import { fieldOf, givenIn, longestRemarks } from './survey-link';

const question = (code: string, text: Record<string, string>) => ({ question: code, factor: 'quality', department: 'workshop' as const, weight: 500, text });
const questions = [question('welcome', { en: 'Welcome & advice?', 'zh-TW': '接待?' }), question('fixed-right', { 'zh-TW': '維修品質?' })];
const asked: Asked = { questions, store: { name: 'Store <A>', phone: '+886 2 5550 1001', locale: 'zh-TW' }, day: '2026-03-11', language: 'en' };

describe('survey link', () => {
  it('CRM-16 a form is a level from 1 to 5 for a question that is asked; nothing else that is sent is an answer', () => {
    expect(givenIn({ [fieldOf('welcome')]: '5', [fieldOf('fixed-right')]: '1', remarks: ' fine\r\nthanks ' }, questions)).toEqual({ answers: [{ question: 'welcome', level: 5 }, { question: 'fixed-right', level: 1 }], remarks: 'fine\nthanks' });
    expect(givenIn({ welcome: '5', [fieldOf('weather')]: '1', [fieldOf('welcome')]: '6', [fieldOf('fixed-right')]: '1.0' }, questions)).toEqual({ answers: [], remarks: null });
    fc.assert(fc.property(fc.dictionary(fc.oneof(fc.constantFrom(fieldOf('welcome'), fieldOf('fixed-right'), 'remarks'), fc.string()), fc.oneof(fc.constantFrom('0', '1', '5', '6', ''), fc.string())), (form) => {
      const { answers, remarks } = givenIn(form, questions);
      expect(answers.every(({ level }) => level >= 1 && level <= 5)).toBe(true);
      expect(remarks?.length ?? 1).toBeGreaterThan(0);
    }));
    expect(givenIn({ remarks: 'x'.repeat(9_000) }, questions).remarks).toHaveLength(longestRemarks);
  });

  it('CRM-16 the page asks in the customer’s language, else in the store’s, needs no script and escapes every word', () => {
    const page = formPage(asked);
    expect(page).toContain('Welcome &amp; advice?');
    expect(page).toContain('維修品質?');
    expect(page).toContain('Store &lt;A&gt;');
    expect(page).toContain('tel:+886255501001');
    expect(page.match(/type="radio"/g)).toHaveLength(10);
    expect(page).not.toMatch(/<script|<img|<link|checked/);
    expect(formPage(asked, { answers: [], remarks: '</textarea>' })).toContain('&lt;/textarea&gt;</textarea>');
    expect(thanksPage(asked, true)).toContain('very sorry');
    expect(thanksPage(asked, false)).not.toContain('sorry');
  });

  it('CRM-16 a link goes while somebody is to be called, or to who is never dialled, and never once all is answered', () => {
    const states: FollowUpState[] = ['waiting', 'open', 'reached', 'failed', 'closed'];
    expect(states.filter((state) => linkMayGo({ state, outcome: state === 'closed' ? 'satisfied' : null, unanswered: true }))).toEqual(['waiting', 'open', 'reached']);
    expect(linkMayGo({ state: 'closed', outcome: 'do-not-call', unanswered: true })).toBe(true);
    expect(states.some((state) => linkMayGo({ state, outcome: 'do-not-call', unanswered: false }))).toBe(false);
  });
});
