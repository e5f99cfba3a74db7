import fc from 'fast-check';
import { isOver, next, waitSeconds, wayTo, type MessageEvent, type MessageState } from './message';
import { compose, languageOf, templates, type MessageLanguage, type TemplateName } from './templates';

const states: MessageState[] = ['queued', 'sending', 'sent', 'delivered', 'failed', 'not-sent'];
const events: MessageEvent[] = ['claimed', 'taken', 'refused', 'put-off', 'given-up', 'delivered', 'undelivered', 'unreachable', 'expired'];
const languages: MessageLanguage[] = ['zh-TW', 'zh-CN', 'en'];
const mobile = { number: '+886912345678', kind: 'mobile' as const };

describe('message', () => {
  it('CRM-24 whatever happens in whatever order and however often: what is over stays over, and nothing is claimed once the gateway has it', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...events), { maxLength: 40 }), (happening) => {
      let state: MessageState = 'queued';
      for (const event of happening) {
        const after = next(state, event);
        if (isOver(state)) expect(after).toBeNull();
        if (['sent', 'delivered', 'failed', 'not-sent'].includes(state) && event === 'claimed') expect(after).toBeNull();
        if (event === 'expired' && state !== 'queued') expect(after).toBeNull();
        state = after ?? state;
        if (event === 'delivered' && !['failed', 'not-sent'].includes(state)) expect(state).toBe('delivered');
      }
    }));
    expect(states.filter(isOver)).toEqual(['delivered', 'failed', 'not-sent']);
  });

  it('CRM-24 waits double from try to try, up to an hour', () => {
    expect([1, 2, 3, 4].map((attempts) => waitSeconds(30, attempts))).toEqual([30, 60, 120, 240]);
    fc.assert(fc.property(fc.integer({ min: 1, max: 4000 }), fc.nat(100), (first, attempts) => waitSeconds(first, attempts) <= 3600 && waitSeconds(first, attempts) <= waitSeconds(first, attempts + 1)));
  });

  it('CRM-2 the first way with an address and consent; without, why not', () => {
    const all = { phones: [mobile], email: 'mei@example.org' };
    expect(wayTo(all, ['sms', 'email'], () => true)).toEqual({ channel: 'sms', address: mobile.number });
    expect(wayTo(all, ['email', 'sms'], () => true)).toEqual({ channel: 'email', address: 'mei@example.org' });
    expect(wayTo(all, ['sms', 'email'], (way) => way === 'email')).toMatchObject({ channel: 'email' });
    expect(wayTo(all, ['sms', 'email'], () => false)).toEqual({ why: 'no-consent' });
    expect(wayTo({ phones: [{ ...mobile, kind: 'landline' }], email: null }, ['sms', 'email'], () => true)).toEqual({ why: 'no-channel' });
  });

  it('CRM-24 every template has words in every language, with the store’s name and phone, and nothing left unfilled', () => {
    const values = { store: 'Store A-01', phone: '+886255501001', at: '2026-03-10 09:30', until: '2026-03-10 12:00', dueOn: '2026-09-11', plate: 'ABC-1234', kilometres: '29850' };
    for (const name of Object.keys(templates) as TemplateName[]) {
      for (const language of languages) {
        const { subject, text } = compose(name, language, values);
        expect(text).toContain('Store A-01');
        expect(text).toContain('+886255501001');
        expect(subject).not.toBe('');
        expect(text.replace('{link}', '')).not.toMatch(/[{}[\]]|null|undefined/);
        expect(text.includes('{link}')).toBe(['confirmation', 'consent', 'survey'].includes(name));
      }
    }
  });

  it('CRM-24 what is not known is left out with the words around it', () => {
    const { text } = compose('reminder', 'en', { store: 'S', phone: '1', dueOn: '2026-09-11', plate: null, kilometres: null });
    expect(text).toBe('S: the next service of your car is due by 2026-09-11. Book by phone: 1');
  });

  it('CRM-24 the customer’s language, else the store’s, else English', () => {
    expect([languageOf('zh-HK', 'en'), languageOf('zh', 'en'), languageOf('en-GB', 'zh-TW'), languageOf('fr', 'zh-TW'), languageOf(null, 'zh-CN'), languageOf('fr', 'de')]).toEqual(['zh-TW', 'zh-CN', 'en', 'zh-TW', 'zh-CN', 'en']);
  });
});
