import { customerPage, escape, type CallStore } from '@aftersales/platform/http/customer-page';
import type { LinkField, LinkPage, PageLanguage } from './link';

const closedTexts: Readonly<Record<PageLanguage, { heading: string; paragraphs: readonly string[]; call: string }>> = {
  'zh-TW': { heading: '此連結已無法使用', paragraphs: ['它可能已經回覆過、已過期，或預約有了變動。', '請直接與門市聯絡，我們很樂意協助您。'], call: '門市電話：' },
  'zh-CN': { heading: '此链接已无法使用', paragraphs: ['它可能已经回复过、已过期，或预约有了变动。', '请直接与门店联系，我们很乐意为您服务。'], call: '门店电话：' },
  en: { heading: 'This link can no longer be used', paragraphs: ['It may have been answered already, have expired, or something changed meanwhile.', 'Please call us: we are glad to help.'], call: 'Call us:' },
};

/** The same page for used, expired, cancelled and unknown links: who tries tokens learns nothing. */
export const closedPage = (language: PageLanguage, stores: readonly CallStore[]): string =>
  renderPage({ heading: closedTexts[language].heading, paragraphs: closedTexts[language].paragraphs }, language, stores);

export const renderPage = ({ heading, paragraphs, form }: LinkPage, language: PageLanguage, stores: readonly CallStore[]): string =>
  customerPage({
    language, heading, stores, call: closedTexts[language].call,
    body: `${paragraphs.map((text) => `<p>${escape(text)}</p>`).join('\n')}
${form ? `<form method="post" autocomplete="off">${form.fields.map(field).join('\n')}${form.buttons.map(({ name, value, label }) => `<button name="${escape(name)}" value="${escape(value)}">${escape(label)}</button>`).join('\n')}</form>` : ''}`,
  });

function field(of: LinkField): string {
  if (of.kind === 'text') return `<label>${escape(of.label)}<input type="text" name="${escape(of.name)}" maxlength="${of.maxLength}"></label>`;
  const options = of.options.map(({ value, label }) => `<label><input type="radio" name="${escape(of.name)}" value="${escape(value)}" required> ${escape(label)}</label>`);
  return `<fieldset><legend>${escape(of.legend)}</legend>${options.join('')}</fieldset>`;
}
