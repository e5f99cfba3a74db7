import { CalendarChanged, type Calendar } from '@aftersales/contracts/hq/calendar';
import type { PolicyKind } from '@aftersales/contracts/hq/policies';
import { PolicyChanged } from '@aftersales/contracts/hq/policy';
import seed from '@aftersales/contracts/hq/seed-policies';
import { StaffChanged } from '@aftersales/contracts/hq/staff';
import { StoreChanged } from '@aftersales/contracts/hq/store';
import { Role } from '@aftersales/contracts/roles';
import { Staff } from '@aftersales/platform/auth/staff';
import type { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import type { DirectoryStaff } from '../directory-staff';

const day = (...intervals: [string, string][]) => intervals.map(([from, to]) => ({ from, to }));
const workday = day(['08:30', '12:00'], ['13:30', '18:00']);
const callday = day(['09:00', '11:30'], ['14:00', '19:00']);
export const hours = (open: Calendar['week']['mon'], zone = 'Asia/Taipei'): Calendar => ({ zone, week: { mon: open, tue: open, wed: open, thu: open, fri: open, sat: open, sun: [] }, days: {} });

export interface TestStore {
  readonly storeId: string;
  /** A person of the store for each role, by staff id. */
  readonly staff: Readonly<Record<Role, string>>;
}

/** A small organisation as hq would have published it, heard by the service under test: stores A and B (Taipei, Monday to Saturday), every policy of the seed, a person a role. */
export class TestOrganisation {
  readonly #versions = new Map<string, number>();
  readonly policyIds = new Map<string, string>();
  readonly hqAdmin = uuidv7();

  private constructor(private readonly service: TestService, readonly a: TestStore, readonly b: TestStore) {}

  static async publish(service: TestService): Promise<TestOrganisation> {
    const store = (): TestStore => ({ storeId: uuidv7(), staff: Object.fromEntries(Role.options.map((role) => [role, uuidv7()])) as Record<Role, string> });
    const made = new TestOrganisation(service, store(), store());
    for (const { kind, value, onOpen } of seed) await made.policy(kind, value, { onOpen, from: new Date('2020-01-01') });
    for (const [code, { storeId, staff }] of [['A-01', made.a], ['B-01', made.b]] as const) {
      await service.hear(StoreChanged, { storeId, version: 1, code, region: 'north', brands: ['nova'], market: 'TW', zone: 'Asia/Taipei', currency: 'TWD', locale: 'zh-TW', name: `Store ${code}`, phone: '+886255501001', address: 'Demo Road 1', closed: false });
      await made.calendar(storeId, 'service', hours(workday));
      await made.calendar(storeId, 'calls', hours(callday));
      for (const [role, staffId] of Object.entries(staff) as [Role, string][]) await made.person(staffId, [{ role, storeId }]);
    }
    await made.person(made.hqAdmin, [{ role: 'hq-admin', storeId: null }, { role: 'hq-analyst', storeId: null }]);
    return made;
  }

  #next(id: string): number {
    const version = (this.#versions.get(id) ?? 0) + 1;
    this.#versions.set(id, version);
    return version;
  }

  readonly #calendarIds = new Map<string, string>();
  async calendar(storeId: string, desk: 'service' | 'calls' | 'workshop' | 'parts', calendar: Calendar): Promise<void> {
    const name = `${storeId}/${desk}`;
    const calendarId = this.#calendarIds.get(name) ?? uuidv7();
    this.#calendarIds.set(name, calendarId);
    await this.service.hear(CalendarChanged, { calendarId, storeId, desk, version: this.#next(calendarId), calendar });
  }

  /** hq publishes the next version of a policy for the whole group, in force from now on. */
  async policy(kind: PolicyKind, value: Record<string, unknown>, { onOpen = 'keep' as 'keep' | 're-plan', from = undefined as Date | undefined } = {}): Promise<void> {
    const policyId = this.policyIds.get(kind) ?? uuidv7();
    this.policyIds.set(kind, policyId);
    await this.service.hear(PolicyChanged, { policyId, kind, scope: { level: 'group' }, version: this.#next(policyId), value, onOpen, from: (from ?? (await this.service.now())).toISOString() });
  }

  async person(staffId: string, posts: { role: Role; storeId: string | null }[]): Promise<void> {
    await this.service.hear(StaffChanged, { staffId, version: this.#next(staffId), posts: posts.map((post) => ({ ...post, from: '2020-01-01T00:00:00.000Z', to: null })) });
    (this.service.get(Staff) as unknown as DirectoryStaff).forget();
  }
}
