import type { MessageLanguage } from '../message/templates';

interface PageWords {
  readonly heading: string;
  readonly intro: string;
  /** From very satisfied to very dissatisfied. */
  readonly levels: readonly string[];
  readonly remarks: string;
  readonly send: string;
  readonly hint: string;
  readonly thanks: string;
  readonly kept: string;
  readonly sorry: string;
  readonly closed: string;
  readonly whyClosed: string;
  readonly call: string;
}

export const words: Readonly<Record<MessageLanguage, PageWords>> = {
  'zh-TW': {
    heading: '您對本次服務滿意嗎？', intro: '請就每一題選擇一項；不想回答的題目可以略過。', levels: ['非常滿意', '滿意', '普通', '不滿意', '非常不滿意'],
    remarks: '其他寶貴意見（可不填）', send: '送出', hint: '請至少回答一題。', thanks: '非常感謝您', kept: '我們已收到您的意見。',
    sorry: '未能讓您滿意，我們深感抱歉。您的意見已轉交負責部門處理。',
    closed: '此連結已無法使用', whyClosed: '它可能已經回覆過或已過期。請直接與門市聯絡，我們很樂意協助您。', call: '門市電話：',
  },
  'zh-CN': {
    heading: '您对本次服务满意吗？', intro: '请就每一题选择一项；不想回答的题目可以略过。', levels: ['非常满意', '满意', '一般', '不满意', '非常不满意'],
    remarks: '其他宝贵意见（可不填）', send: '提交', hint: '请至少回答一题。', thanks: '非常感谢您', kept: '我们已收到您的意见。',
    sorry: '未能让您满意，我们深感抱歉。您的意见已转交负责部门处理。',
    closed: '此链接已无法使用', whyClosed: '它可能已经回复过或已过期。请直接与门店联系，我们很乐意为您服务。', call: '门店电话：',
  },
  en: {
    heading: 'How satisfied are you with our service?', intro: 'Please choose one level per question. You may leave out what you do not want to answer.', levels: ['Very satisfied', 'Satisfied', 'Neutral', 'Dissatisfied', 'Very dissatisfied'],
    remarks: 'Is there anything else we should know? (optional)', send: 'Send', hint: 'Please answer at least one question.', thanks: 'Thank you very much', kept: 'We have received your answers.',
    sorry: 'We are very sorry that you are not satisfied. What you wrote is with the people responsible.',
    closed: 'This link can no longer be used', whyClosed: 'It may have been answered already or have expired. Please call us: we are glad to help.', call: 'Call us:',
  },
};
