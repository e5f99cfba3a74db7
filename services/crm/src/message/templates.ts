import type { Way } from './message';

export type MessageLanguage = 'zh-TW' | 'zh-CN' | 'en';
export type TemplateName = 'confirmation' | 'consent' | 'ready' | 'promise-moved' | 'apology' | 'reminder' | 'survey';

/** The store in whose name it goes, and what the message is about, already written for a person. */
export interface Values {
  readonly store: string;
  readonly phone: string;
  readonly [name: string]: string | null;
}

interface Template {
  /** Changed words are a new version: a row says which it went out with. */
  readonly version: number;
  readonly class: 'service' | 'marketing';
  /** In this order, as far as there is an address and consent. What runs out within hours goes to the phone; what can wait, as a letter. */
  readonly ways: readonly Way[];
  readonly words: Readonly<Record<MessageLanguage, readonly [subject: string, text: string]>>;
}

/** Where the link goes; it stands in no stored text. */
export const linkMark = '{link}';

// `{name}` is a value; a part in [square brackets] is left out when a value in it is null. No name of the customer: a message may be read by others.
export const templates: Readonly<Record<TemplateName, Template>> = {
  confirmation: {
    version: 1, class: 'service', ways: ['sms', 'email'],
    words: {
      'zh-TW': ['預約確認', '【{store}】您預約於 {at} 進廠。請點選連結告訴我們您是否前來：{link} 洽詢電話 {phone}'],
      'zh-CN': ['预约确认', '【{store}】您预约于 {at} 进厂。请点击链接告诉我们您是否前来：{link} 咨询电话 {phone}'],
      en: ['Your appointment', '{store}: you are booked for {at}. Please tell us whether you are coming: {link} Questions: {phone}'],
    },
  },
  consent: {
    version: 1, class: 'service', ways: ['sms', 'email'],
    words: {
      'zh-TW': ['請確認維修項目', '【{store}】您的愛車有維修項目與報價待您確認，請於 {until} 前點選連結回覆：{link} 洽詢電話 {phone}'],
      'zh-CN': ['请确认维修项目', '【{store}】您的爱车有维修项目与报价待您确认，请于 {until} 前点击链接回复：{link} 咨询电话 {phone}'],
      en: ['Please answer our estimate', '{store}: there is work on your car that needs your yes or no by {until}: {link} Questions: {phone}'],
    },
  },
  ready: {
    version: 1, class: 'service', ways: ['sms', 'email'],
    words: {
      'zh-TW': ['愛車已可取車', '【{store}】您的愛車已完工並檢查完畢，歡迎前來取車。洽詢電話 {phone}'],
      'zh-CN': ['爱车已可取车', '【{store}】您的爱车已完工并检查完毕，欢迎前来取车。咨询电话 {phone}'],
      en: ['Your car is ready', '{store}: your car is done and checked, ready to be picked up. Questions: {phone}'],
    },
  },
  'promise-moved': {
    version: 1, class: 'service', ways: ['sms', 'email'],
    words: {
      'zh-TW': ['完工時間調整', '【{store}】您的愛車預計完工時間調整為 {at}，造成不便深感抱歉。洽詢電話 {phone}'],
      'zh-CN': ['完工时间调整', '【{store}】您的爱车预计完工时间调整为 {at}，造成不便深感抱歉。咨询电话 {phone}'],
      en: ['Your car needs longer', '{store}: your car will now be ready at {at}. We are sorry for the inconvenience. Questions: {phone}'],
    },
  },
  apology: {
    version: 1, class: 'service', ways: ['sms', 'email'],
    words: {
      'zh-TW': ['預約變更致歉', '【{store}】非常抱歉，我們無法如期為您提供 {at} 的預約服務，將儘快與您聯絡安排新的時間。洽詢電話 {phone}'],
      'zh-CN': ['预约变更致歉', '【{store}】非常抱歉，我们无法如期为您提供 {at} 的预约服务，将尽快与您联系安排新的时间。咨询电话 {phone}'],
      en: ['We are sorry about your appointment', '{store}: we are very sorry that we can not keep your appointment of {at}. We will call you with other times. Questions: {phone}'],
    },
  },
  reminder: {
    version: 1, class: 'service', ways: ['email', 'sms'],
    words: {
      'zh-TW': ['定期保養提醒', '【{store}】您的愛車[ {plate}]建議於 {dueOn} 前[（或行駛達 {kilometres} 公里時）]進廠保養，歡迎來電預約：{phone}'],
      'zh-CN': ['定期保养提醒', '【{store}】您的爱车[ {plate}]建议于 {dueOn} 前[（或行驶达 {kilometres} 公里时）]进厂保养，欢迎来电预约：{phone}'],
      en: ['Your car’s next service', '{store}: the next service of your car[ {plate}] is due by {dueOn}[ or at {kilometres} km]. Book by phone: {phone}'],
    },
  },
  survey: {
    version: 1, class: 'service', ways: ['sms', 'email'],
    words: {
      'zh-TW': ['您對本次服務滿意嗎？', '【{store}】感謝您的光臨。請於 {until} 前點選連結，告訴我們您對愛車[ {plate}]本次服務的感受：{link} 洽詢電話 {phone}'],
      'zh-CN': ['您对本次服务满意吗？', '【{store}】感谢您的光临。请于 {until} 前点击链接，告诉我们您对爱车[ {plate}]本次服务的感受：{link} 咨询电话 {phone}'],
      en: ['How was our service?', '{store}: thank you for your visit. Please tell us by {until} how satisfied you are with our work on your car[ {plate}]: {link} Questions: {phone}'],
    },
  },
};

/** The words we have that are nearest to the customer's language, else to the store's. */
export function languageOf(customer: string | null, store: string): MessageLanguage {
  for (const wanted of [customer, store]) {
    if (wanted === null) continue;
    if (/^zh-(TW|HK|MO|Hant)/i.test(wanted)) return 'zh-TW';
    if (/^zh/i.test(wanted)) return 'zh-CN';
    if (/^en/i.test(wanted)) return 'en';
  }
  return 'en';
}

/** Subject and text; the link stays a mark in it. */
export function compose(name: TemplateName, language: MessageLanguage, values: Values): { subject: string; text: string } {
  const [subject, words] = templates[name].words[language];
  const fill = (part: string): string => part.replace(/\{(\w+)\}/g, (mark, key: string) => (mark === linkMark ? mark : (values[key] ?? '')));
  const text = words.replace(/\[([^\]]*)\]/g, (_, part: string) => ([...part.matchAll(/\{(\w+)\}/g)].some(([, key]) => (values[key!] ?? null) === null) ? '' : part));
  return { subject: fill(subject), text: fill(text) };
}
