import { addDays, atLocal, localDate, weekday } from '@aftersales/calendar/local-time';
import { FollowUpPlanned } from '@aftersales/contracts/crm/follow-up';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { VisitDelivered } from '@aftersales/contracts/reception/visit';
import type { Role } from '@aftersales/contracts/roles';
import { TestOrganisation, type TestStore } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { CrmModule } from '../../crm.module';
import { crmSettings } from '../../crm.settings';
import { nowhere } from '../../testing/environment';
import { Told } from '../../testing/told';

const zone = 'Asia/Taipei';

/** The call desk of store A in tests: Monday to Saturday, 9:00–11:30 and 14:00–19:00. Days are counted from a Monday. */
export class CallDesk {
  #monday = '';

  private constructor(readonly service: TestService, readonly org: TestOrganisation) {}

  static async start(): Promise<CallDesk> {
    const service = await TestService.start({ name: 'crm', module: CrmModule, settings: crmSettings }, nowhere);
    const desk = new CallDesk(service, await TestOrganisation.publish(service));
    await desk.newWeek();
    return desk;
  }

  get store(): TestStore {
    return this.org.a;
  }

  /** Monday 11:00 of the week after this one; what was due until then has rung. */
  async newWeek(): Promise<void> {
    let day = localDate(zone, await this.service.now());
    do day = addDays(day, 1);
    while (weekday(day) !== 'mon');
    this.#monday = day;
    await this.jump(0, '11:00');
  }

  date(day: number): string {
    return addDays(this.#monday, day);
  }

  at(day: number, time: string): Date {
    return atLocal(zone, this.date(day), time);
  }

  jump(day: number, time: string): Promise<void> {
    return this.service.jump(this.at(day, time));
  }

  /** A car of a known person is handed over now. */
  async delivers(visit: Partial<DataOf<typeof VisitDelivered>> = {}, storeId = this.store.storeId): Promise<Told> {
    const told = new Told(this.service, storeId);
    await told.introduced();
    await told.delivered(visit);
    return told;
  }

  /** The follow-ups of a visit in the order they were planned. */
  async planned(visitId: string): Promise<DataOf<typeof FollowUpPlanned>[]> {
    return (await this.service.said(FollowUpPlanned)).map(({ data }) => data).filter((data) => data.visitId === visitId);
  }

  /** The newest follow-up of a visit, as the agent sees it. */
  async followUp(visitId: string) {
    const { followUpId } = (await this.planned(visitId)).at(-1)!;
    return (await this.get(`follow-ups/${followUpId}`)).body;
  }

  get(path: string, as: Role = 'crm-supervisor', { store = this.store, ofStore = this.store } = {}) {
    return this.service.http(`GET /stores/${ofStore.storeId}/${path}`, { as: store.staff[as] });
  }

  /** A move on the thing as it stands now, by somebody of the store. */
  async move(path: string, thing: { version: number }, body: object | undefined, as: Role = 'crm-agent', key?: string) {
    return this.service.http(`POST /stores/${this.store.storeId}/${path}`, { as: this.store.staff[as], body, ifMatch: thing.version, key });
  }

  async call(visitId: string, outcome: string, more: object = {}) {
    const followUp = await this.followUp(visitId);
    return this.move(`follow-ups/${followUp.followUpId}/attempt`, followUp, { outcome, ...more });
  }

  /** Reached, and every question answered with the same level but those named. */
  async talk(visitId: string, levels: Record<string, number> = {}, more: object = {}) {
    await this.call(visitId, 'reached');
    return this.handIn(visitId, levels, more);
  }

  async handIn(visitId: string, levels: Record<string, number> = {}, more: object = {}, key?: string) {
    const followUp = await this.followUp(visitId);
    const sheets = followUp.callSheet.visits.map((visit: { visitId: string; questions: { question: string }[] }) => ({
      visitId: visit.visitId, answers: visit.questions.map(({ question }) => ({ question, level: levels[question] ?? 1 })), recommend: 9,
    }));
    return this.move(`follow-ups/${followUp.followUpId}/sheets`, followUp, { sheets, ...more }, 'crm-agent', key);
  }
}
