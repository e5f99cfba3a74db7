import type { LinkPage, PageLanguage } from '../link/link';
import type { Line } from '../visit/visit';

/** The code of a no that came by link; what the customer wrote beside it stays at the desk. */
export const why = 'by-link';
/** Of that: so many characters. */
export const noteLength = 300;

interface Words {
  readonly ask: string;
  readonly intro: string;
  readonly sum: (sum: string) => string;
  readonly ready: (at: string) => string;
  readonly yes: string;
  readonly no: string;
  readonly note: string;
  readonly send: string;
  readonly othersPay: string;
  readonly thanks: string;
  readonly received: string;
  readonly replaced: string;
  readonly newer: string;
  readonly safety: string;
}

const words: Readonly<Record<PageLanguage, Words>> = {
  'zh-TW': {
    ask: '請確認維修項目', intro: '請逐項選擇是否同意。未經您同意，我們不會施工。', sum: (sum) => `由您支付的金額（含稅）：${sum}`, ready: (at) => `預計完成：${at}`, yes: '同意', no: '不同意', note: '給門市的留言', send: '送出', othersPay: '不需由您付費', thanks: '謝謝您',
    received: '我們已收到您的答覆。', replaced: '這份報價已有新版本', newer: '新版本的項目如下，您的答覆未被記錄；請與門市聯絡。', safety: '涉及行車安全',
  },
  'zh-CN': {
    ask: '请确认维修项目', intro: '请逐项选择是否同意。未经您同意，我们不会施工。', sum: (sum) => `由您支付的金额（含税）：${sum}`, ready: (at) => `预计完成：${at}`, yes: '同意', no: '不同意', note: '给门店的留言', send: '提交', othersPay: '无需由您付费', thanks: '谢谢您',
    received: '我们已收到您的答复。', replaced: '这份报价已有新版本', newer: '新版本的项目如下，您的答复未被记录；请与门店联系。', safety: '涉及行车安全',
  },
  en: {
    ask: 'Please confirm the work', intro: 'Please choose for each line. Nothing is done without your yes.', sum: (sum) => `To be paid by you, taxes included: ${sum}`, ready: (at) => `Ready by ${at}`, yes: 'Yes', no: 'No', note: 'A word to the store', send: 'Send', othersPay: 'not paid by you', thanks: 'Thank you',
    received: 'We have your answer.', replaced: 'There is a newer version', newer: 'These are the lines of the newer version. Your answer was not taken: please call us.', safety: 'concerns safety',
  },
};

const money = (language: PageLanguage, amount: number, currency: string): string => {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};

function lineText(language: PageLanguage, line: Line): string {
  const said = line.title ?? line.operationCode ?? line.partNumber ?? line.kind;
  const price = line.payer === 'customer' ? money(language, line.amount.amount, line.amount.currency) : words[language].othersPay;
  return `${said} · ${price}${line.safety ? ` · ${words[language].safety}` : ''}`;
}

const total = (language: PageLanguage, lines: readonly Line[]): string => {
  const mine = lines.filter(({ payer }) => payer === 'customer');
  return words[language].sum(money(language, mine.reduce((sum, { amount }) => sum + amount.amount, 0), lines[0]?.amount.currency ?? 'TWD'));
};

export function askPage(language: PageLanguage, open: readonly Line[], promisedAt: Date, zone: string): LinkPage {
  const { ask, intro, ready, yes, no, note, send } = words[language];
  return {
    heading: ask,
    paragraphs: [intro, total(language, open), ready(new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(promisedAt))],
    form: {
      fields: [
        ...open.map((line) => ({ kind: 'choice' as const, name: line.lineId, legend: lineText(language, line), options: [{ value: 'yes', label: yes }, { value: 'no', label: no }] })),
        { kind: 'text', name: 'note', label: note, maxLength: noteLength },
      ],
      buttons: [{ name: 'send', value: 'send', label: send }],
    },
  };
}

export const replacedPage = (language: PageLanguage, lines: readonly Line[]): LinkPage =>
  ({ heading: words[language].replaced, paragraphs: [words[language].newer, ...lines.map((line) => lineText(language, line)), total(language, lines)] });

export const answeredPage = (language: PageLanguage): LinkPage => ({ heading: words[language].thanks, paragraphs: [words[language].received] });
