import { Injectable } from '@nestjs/common';
import { localDate, localTime } from '@aftersales/calendar/local-time';
import { storeOf } from '@aftersales/directory/directory';
import { findRow, lockRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { LinkClosed } from '@aftersales/platform/http/link-door';
import { DeskTasks } from '../desk-task/desk-task.service';
import type { Link, LinkPage, PageLanguage } from '../link/link';
import { Links, type LinkQuestion } from '../link/link.service';
import { isBooked, type Appointment, type Booked } from './appointment';
import { Confirmation } from './confirmation.service';
import { Releasing } from './releasing.service';

interface Words {
  readonly ask: (store: string, when: string) => LinkPage;
  readonly coming: (when: string) => LinkPage;
  readonly notComing: LinkPage;
  readonly otherTime: LinkPage;
}

const wishLength = 200;
const form = (wish: string, coming: string, notComing: string, otherTime: string): LinkPage['form'] => ({
  fields: [{ kind: 'text', name: 'wish', label: wish, maxLength: wishLength }],
  buttons: [{ name: 'answer', value: 'coming', label: coming }, { name: 'answer', value: 'not-coming', label: notComing }, { name: 'answer', value: 'other-time', label: otherTime }],
});

const words: Readonly<Record<PageLanguage, Words>> = {
  'zh-TW': {
    ask: (store, when) => ({ heading: `${when} 您會準時到店嗎？`, paragraphs: [`${store} 已為您預留工位、技師與零件。`], form: form('若需改期，您方便的時間（可不填）', '會準時到', '不來了', '想改時間') }),
    coming: (when) => ({ heading: '謝謝您的確認', paragraphs: [`我們 ${when} 見。`] }),
    notComing: { heading: '已為您取消', paragraphs: ['需要時請來電，我們隨時為您重新安排。'] },
    otherTime: { heading: '已收到', paragraphs: ['原時段已釋出，服務顧問會盡快與您聯絡，安排新的時間。'] },
  },
  'zh-CN': {
    ask: (store, when) => ({ heading: `${when} 您会准时到店吗？`, paragraphs: [`${store} 已为您预留工位、技师与备件。`], form: form('如需改期，您方便的时间（可不填）', '会准时到', '不来了', '想改时间') }),
    coming: (when) => ({ heading: '感谢您的确认', paragraphs: [`我们 ${when} 见。`] }),
    notComing: { heading: '已为您取消', paragraphs: ['需要时请来电，我们随时为您重新安排。'] },
    otherTime: { heading: '已收到', paragraphs: ['原时段已释放，服务顾问会尽快与您联系，安排新的时间。'] },
  },
  en: {
    ask: (store, when) => ({ heading: `Are you coming on ${when}?`, paragraphs: [`${store} keeps a bay, a technician and the parts for you.`], form: form('If another time suits you better: when? (optional)', 'I am coming', 'I am not coming', 'Another time, please') }),
    coming: (when) => ({ heading: 'Thank you', paragraphs: [`We expect you on ${when}.`] }),
    notComing: { heading: 'Your appointment is cancelled', paragraphs: ['Call us whenever you like: we will find you a new time.'] },
    otherTime: { heading: 'Thank you, we have got it', paragraphs: ['The old time is free again. Your advisor will call you soon about a new one.'] },
  },
};

/** REC-6, the customer's side: coming, not coming, another time. */
@Injectable()
export class ConfirmQuestion implements LinkQuestion {
  readonly question = 'confirm';

  constructor(links: Links, private readonly confirmation: Confirmation, private readonly releasing: Releasing, private readonly tasks: DeskTasks) {
    links.register(this);
  }

  async page(tx: Tx, link: Link): Promise<LinkPage> {
    const appointment = asked(link, await findRow<Appointment>(tx, 'appointment', link.subject));
    const { store, when } = await this.#told(tx, appointment);
    return words[link.language].ask(store, when);
  }

  async answer(tx: Tx, link: Link, { answer, wish = '' }: Readonly<Record<string, string>>): Promise<LinkPage> {
    const appointment = asked(link, await lockRow<Appointment>(tx, 'appointment', link.subject));
    const say = words[link.language];
    const { store, when } = await this.#told(tx, appointment);
    if (answer === 'coming') {
      await this.confirmation.coming(tx, appointment, 'link');
      return say.coming(when);
    }
    if (answer !== 'not-coming' && answer !== 'other-time') return say.ask(store, when);
    // Released first: it settles what was to be done about the old slot.
    await this.releasing.release(tx, appointment, 'declined', answer);
    await this.tasks.open(tx, { kind: 'rebook', subject: appointment.id, storeId: appointment.storeId, reason: answer, note: wish.slice(0, wishLength).trim() || null, dueAt: tx.now });
    return answer === 'not-coming' ? say.notComing : say.otherTime;
  }

  async #told(tx: Tx, { storeId, slotStartsAt }: Booked): Promise<{ store: string; when: string }> {
    const { name, zone } = await storeOf(tx, storeId);
    return { store: name, when: `${localDate(zone, slotStartsAt)} ${localTime(zone, slotStartsAt)}` };
  }
}

/** The question is about that round of that slot, only while it is not answered and the store can keep it: of trouble a person tells first (REC-7). */
function asked(link: Link, appointment: Appointment): Booked {
  if (!isBooked(appointment) || appointment.state !== 'booked' || appointment.trouble || appointment.bookedRound !== link.version) throw new LinkClosed();
  return appointment;
}
