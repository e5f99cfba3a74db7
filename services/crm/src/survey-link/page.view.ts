import type { Store } from '@aftersales/directory/directory';
import { customerPage, escape, type CallStore } from '@aftersales/platform/http/customer-page';
import type { MessageLanguage } from '../message/templates';
import type { Question } from '../survey/survey';
import { fieldOf, levels, longestRemarks, type Given } from './survey-link';
import { words } from './words';

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

/** A version may not be written in the customer's language: then in the store's, else as it is. */
function choice({ question, text }: Question, language: MessageLanguage, locale: string): string {
  const legend = text[language] ?? text[locale] ?? Object.values(text)[0]!;
  const options = levels.map((level) => `<label><input type="radio" name="${escape(fieldOf(question))}" value="${level}"> ${escape(words[language].levels[level - 1]!)}</label>`);
  return `<fieldset><legend>${escape(legend)}</legend>${options.join('')}</fieldset>`;
}

const page = (language: MessageLanguage, stores: readonly CallStore[], heading: string, body: string): string => customerPage({ language, heading, body, stores, call: words[language].call });
