import type { Store } from '@aftersales/directory/directory';
import type { MessageLanguage } from '../message/templates';
import type { Question } from '../survey/survey';
import { fieldOf, levels, longestRemarks, type Given } from './survey-link';
import { words } from './words';

/** Whom to call. */
export type CallStore = Pick<Store, 'name' | 'phone'>;

/** A questionnaire put to a customer, in his language. */
export interface Asked {
  readonly questions: readonly Question[];
  readonly store: CallStore & Pick<Store, 'locale'>;
  readonly day: string;
  readonly language: MessageLanguage;
}

/** The questionnaire as a form; `again` is what was sent without any answer. */
export function formPage({ questions, store, day, language }: Asked, again?: Given): string {
  const { heading, intro, hint, remarks, send } = words[language];
  return page(language, [store], heading, `<p>${escape(`${store.name} · ${day}`)}</p><p>${escape(intro)}</p>${again ? `<p role="alert"><strong>${escape(hint)}</strong></p>` : ''}
<form method="post" autocomplete="off">
${questions.map((question) => choice(question, language, store.locale)).join('\n')}
<label>${escape(remarks)}<textarea name="remarks" rows="4" maxlength="${longestRemarks}">${escape(again?.remarks ?? '')}</textarea></label>
<button>${escape(send)}</button></form>`);
}

export function thanksPage({ store, language }: Asked, dissatisfied: boolean): string {
  const { thanks, kept, sorry } = words[language];
  return page(language, [store], thanks, `<p>${escape(dissatisfied ? sorry : kept)}</p>`);
}

/** The same page for used, expired and unknown links: who tries tokens learns nothing. */
export const closedPage = (language: MessageLanguage, stores: readonly CallStore[]): string => page(language, stores, words[language].closed, `<p>${escape(words[language].whyClosed)}</p>`);

/** Whose language it is, is not known here. */
export const waitPage = (): string => page('zh-TW', [], words['zh-TW'].wait, `<p>${escape(words['zh-CN'].wait)}</p><p>${escape(words.en.wait)}</p>`);

/** A version may not be written in the customer's language: then in the store's, else as it is. */
function choice({ question, text }: Question, language: MessageLanguage, locale: string): string {
  const legend = text[language] ?? text[locale] ?? Object.values(text)[0]!;
  const options = levels.map((level) => `<label><input type="radio" name="${escape(fieldOf(question))}" value="${level}"> ${escape(words[language].levels[level - 1]!)}</label>`);
  return `<fieldset><legend>${escape(legend)}</legend>${options.join('')}</fieldset>`;
}

/** HTML that an old phone shows: no script, no picture, nothing fetched. */
function page(language: MessageLanguage, stores: readonly CallStore[], heading: string, body: string): string {
  const call = ({ name, phone }: CallStore) => `<p>${escape(name)} · ${escape(words[language].call)} <a href="tel:${escape(phone.replace(/[^+\d]/g, ''))}">${escape(phone)}</a></p>`;
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${escape(heading)}</title>
<style>body{font:1.1rem/1.6 sans-serif;max-width:34rem;margin:0 auto;padding:1rem}fieldset{margin:0 0 1rem;border:1px solid #888}label{display:block;padding:.4rem 0}textarea{width:100%;font:inherit;box-sizing:border-box}button{display:block;width:100%;margin:.6rem 0;padding:.8rem;font:inherit}footer{margin-top:2rem;border-top:1px solid #888}</style></head>
<body><main><h1>${escape(heading)}</h1>
${body}
</main><footer>${stores.map(call).join('\n')}</footer></body></html>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!);
