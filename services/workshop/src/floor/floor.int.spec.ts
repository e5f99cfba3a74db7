import { BaysChanged, CapacityChanged } from '@aftersales/contracts/workshop/capacity';
import { SlotHeld, SlotLost } from '@aftersales/contracts/workshop/slot';
import { hours } from '@aftersales/directory/testing/organisation';
import { v7 as uuidv7 } from 'uuid';
import { operation, TestFloor, zone } from '../testing/test-floor';

const day = 86_400_000;

describe('bays and technicians', () => {
  let floor: TestFloor;
  beforeEach(async () => {
    floor = await TestFloor.start();
  });
  afterEach(() => floor?.stop());

  const post = (path: string, as: string, body?: object, ifMatch?: number, key?: string) => floor.service.http(`POST ${floor.path(path)}`, { as, body, ifMatch, key });
  const capacity = async () => floor.expect(200, await floor.service.http(`GET ${floor.path('capacity?days=13')}`, { as: floor.manager }));
  const lost = async () => (await floor.service.said(SlotLost)).map(({ data }) => data);
  const away = async (from: string, to: string, n = 1) => ({ from: (await floor.at(from, n)).toISOString(), to: (await floor.at(to, n)).toISOString(), reason: 'planned' });

  it('WRK-1 bays and technicians are set up by the workshop manager, once a key; what they can do is published', async () => {
    const body = { name: 'Lift 1', bayType: 'lift', equipment: ['four-post'] };
    const key = uuidv7();
    const twice = await Promise.all([1, 2].map(() => post('bays', floor.manager, body, undefined, key)));
    expect(twice.map(({ status, body: { id } }) => [status, id])).toEqual([[201, twice[0]!.body.id], [201, twice[0]!.body.id]]);
    expect(await post('bays', floor.manager, body)).toMatchObject({ status: 409, body: { code: 'workshop.bay-name-taken' } });
    expect(await post('bays', floor.technician, { ...body, name: 'x' })).toMatchObject({ status: 403 });
    await floor.technicianOnFloor({ shift: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [], ...Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat'].map((name) => [name, [{ from: '08:30', to: '12:00' }]])) } });
    const said = (await floor.service.said(CapacityChanged)).map(({ data }) => data);
    expect(said.length).toBeGreaterThanOrEqual(10);
    expect(new Set(said.map(({ plannedHours, walkInHours, freeHours }) => `${plannedHours} ${walkInHours} ${freeHours}`))).toEqual(new Set(['3500 700 2800']));
    expect((await floor.service.said(BaysChanged)).some(({ data }) => data.bays === 1 && data.bayType === 'lift')).toBe(true);
  });

  it('WRK-1 a stale version, another store, a stranger and a double are refused', async () => {
    const bay = await floor.bay();
    expect(await post(`bays/${bay.id}/change`, floor.manager, { inUse: false }, 99)).toMatchObject({ status: 412 });
    expect(await post(`bays/${bay.id}/change`, floor.manager, { inUse: false })).toMatchObject({ status: 428 });
    const b = floor.org.b;
    expect(await floor.service.http(`POST ${floor.path(`bays/${bay.id}/change`, b)}`, { as: b.staff['workshop-manager'], body: { inUse: false }, ifMatch: 1 })).toMatchObject({ status: 404 });
    expect(await post('technicians', floor.manager, { staffId: floor.a.staff.advisor, grade: 3, skills: [{ skill: 'maintenance', percent: 100 }] })).toMatchObject({ status: 409, body: { code: 'workshop.not-a-technician' } });
    await floor.technicianOnFloor();
    expect(await post('technicians', floor.manager, { staffId: floor.technician, grade: 3, skills: [{ skill: 'x', percent: 1 }] })).toMatchObject({ status: 409, body: { code: 'workshop.technician-known' } });
    for (const skills of [[{ skill: 'a', percent: 60 }, { skill: 'b', percent: 41 }], [{ skill: 'a', percent: 1 }, { skill: 'a', percent: 1 }], []]) {
      expect(await post('technicians', floor.manager, { staffId: uuidv7(), grade: 3, skills })).toMatchObject({ status: 422 });
    }
  });

  it('WRK-1 at once: of two changes at one version one wins', async () => {
    const bay = await floor.bay();
    const both = await Promise.all([1, 2].map((n) => post(`bays/${bay.id}/change`, floor.manager, { name: `N${n}` }, bay.version)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('WRK-2 a bay goes down: its cars move to another bay of the type, and only who finds none is lost, with other slots', async () => {
    const first = await floor.bay({ name: 'A' });
    await floor.technicianOnFloor();
    const startsAt = (await floor.at('09:00')).toISOString();
    const [one, two] = [await floor.ask({ startsAt }), await floor.ask({ startsAt: (await floor.at('11:00')).toISOString() })];
    await floor.book(one);
    await floor.book(two);
    const second = await floor.bay({ name: 'B' });
    await floor.book(await floor.ask({ startsAt })); // sits in B at nine
    const down = floor.expect(200, await post(`bays/${first.id}/down`, floor.manager, await away('08:30', '18:00'), first.version));
    expect(await lost()).toMatchObject([{ appointmentId: one.appointmentId, round: 1, cause: 'bay-down', slot: { startsAt } }]);
    expect((await lost())[0]!.alternatives.length).toBeGreaterThan(0);
    const taken = (await capacity()).bays.flatMap(({ taken: all }: { taken: { bayId: string; startsAt: string }[] }) => all).filter(({ bayId }: { bayId: string }) => bayId === second.id);
    expect(taken.map((span: { startsAt: string }) => span.startsAt)).toEqual([startsAt, (await floor.at('11:00')).toISOString()]);
    const up = floor.expect(200, await post(`bays/${first.id}/outages/${down.outages[0].id}/end`, floor.manager, undefined, down.version));
    expect(up.outages).toEqual([]);
    await floor.ask({ ...one, appointmentId: uuidv7() });
    expect((await floor.service.said(SlotHeld)).at(-1)!.data.bayId).toBe(first.id);
  });

  it('WRK-2 a technician is absent: who booked last is lost, once, and only as many as the hours ask for; what nobody booked goes first', async () => {
    for (let i = 0; i < 6; i++) await floor.bay();
    const technician = await floor.technicianOnFloor();
    const startsAt = (await floor.at('13:30')).toISOString();
    const asked = [];
    for (let i = 0; i < 5; i++) {
      asked.push(await floor.ask({ startsAt }));
      if (i > 0) await floor.book(asked[i]!);
      await floor.service.jump(1000);
    }
    const absent = floor.expect(200, await post(`technicians/${technician.id}/absent`, floor.manager, await away('13:30', '18:00'), technician.version));
    // 3.5 hours are left of 8: the walk-in share is used before a customer is disappointed
    expect(new Set((await lost()).map(({ appointmentId }) => appointmentId))).toEqual(new Set([asked[0]!.appointmentId, asked[4]!.appointmentId]));
    expect((await lost()).every(({ cause }) => cause === 'technician-absent')).toBe(true);
    const today = (await capacity()).hours.find(({ date }: { date: string }) => date === startsAt.slice(0, 10));
    expect(today).toMatchObject({ plannedHours: 3500, heldHours: 3000, freeHours: 0 });
    expect(await post(`technicians/${technician.id}/absent`, floor.manager, { from: '2020-01-01T00:00:00.000Z', to: '2020-01-02T00:00:00.000Z', reason: 'late' }, absent.version)).toMatchObject({ status: 409, body: { code: 'workshop.over-already' } });
    await floor.book(asked[0]!); // the fact crossed ours: nothing fits any more, said again with what is free
    expect(await lost()).toHaveLength(3);
  });

  it('REC-7 the only one with the skill is absent all day: what is free instead is told as the floor is after that, for each who is lost', async () => {
    await floor.bay();
    const technician = await floor.technicianOnFloor();
    const asked = [await floor.ask({ startsAt: (await floor.at('09:00')).toISOString() }), await floor.ask({ startsAt: (await floor.at('14:00')).toISOString() })];
    for (const one of asked) await floor.book(one);
    floor.expect(200, await post(`technicians/${technician.id}/absent`, floor.manager, await away('08:30', '18:00'), technician.version));
    const told = await lost();
    expect(told).toHaveLength(2);
    const day = asked[0]!.startsAt.slice(0, 10);
    for (const { alternatives } of told) {
      expect(alternatives).toHaveLength(3);
      expect(alternatives.filter(({ startsAt }) => startsAt.startsWith(day))).toEqual([]);
    }
    // Free in truth: also what another one lost.
    const [first] = told[0]!.alternatives;
    await floor.ask({ startsAt: first!.startsAt });
    expect((await floor.service.said(SlotHeld)).at(-1)!.data.slot).toEqual(first);
  });

  it('WRK-2 a car that is here already keeps its slot', async () => {
    const bay = await floor.bay();
    await floor.technicianOnFloor();
    const asked = await floor.ask({ startsAt: (await floor.at('09:00')).toISOString() });
    await floor.book(asked);
    await floor.arrive(floor.newVisit(), asked.appointmentId);
    floor.expect(200, await post(`bays/${bay.id}/down`, floor.manager, await away('08:30', '18:00'), bay.version));
    expect(await lost()).toHaveLength(0);
  });

  it('WRK-2 holds made while the floor changes are either kept by it or told as lost: nothing is overbooked', async () => {
    const bays = [await floor.bay(), await floor.bay()];
    const technician = await floor.technicianOnFloor();
    const startsAt = [];
    for (const time of ['08:30', '09:30', '10:30', '13:30', '14:30', '15:30']) startsAt.push((await floor.at(time)).toISOString());
    await Promise.all([
      ...startsAt.flatMap((at) => [floor.ask({ startsAt: at }), floor.ask({ startsAt: at })]),
      post(`bays/${bays[0]!.id}/down`, floor.manager, await away('08:30', '18:00'), bays[0]!.version),
      post(`technicians/${technician.id}/absent`, floor.manager, await away('08:30', '12:00'), technician.version),
    ]);
    const { hours: rows, bays: types } = await capacity();
    const date = startsAt[0]!.slice(0, 10);
    const row = rows.find((one: { date: string }) => one.date === date);
    const held = (await floor.service.said(SlotHeld)).length - (await lost()).length;
    expect(row.heldHours).toBe(held * 1000);
    expect(row.heldHours).toBeLessThanOrEqual(row.plannedHours);
    const spans = types.find((one: { date: string }) => one.date === date).taken.filter(({ bayId }: { bayId: string }) => bayId === bays[0]!.id);
    expect(spans).toHaveLength(1); // it is down, and nobody is seated in it
  });

  it('WRK-2 a hold that is just being made when its technician goes is known to the plan, and lost', async () => {
    await floor.bay();
    const technician = await floor.technicianOnFloor();
    const startsAt = (await floor.at('09:00')).toISOString();
    const waiting = async (sessions: number) => {
      for (let i = 0; i < 2_000; i++) if (Number((await floor.service.rows(`select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))[0]!['n']) >= sessions) return;
      throw new Error('nobody waits');
    };
    let held!: Promise<unknown>;
    let gone!: Promise<unknown>;
    await floor.service.transaction([floor.a.storeId], async (tx) => {
      await tx.query(`select 1 from capacity for update`); // somebody else is at the days
      held = floor.ask({ startsAt });
      await waiting(1);
      gone = post(`technicians/${technician.id}/absent`, floor.manager, await away('08:30', '18:00'), technician.version);
      await waiting(2);
    });
    await Promise.all([held, gone]);
    expect(await floor.service.said(SlotHeld)).toHaveLength(1);
    expect(await lost()).toMatchObject([{ cause: 'technician-absent', slot: { startsAt } }]);
  });

  it('WRK-2 random wishes, bookings and releases at once: every row adds up and no bay is taken twice', async () => {
    await floor.bay();
    await floor.bay();
    await floor.technicianOnFloor({ skills: ['maintenance', 'brakes'] });
    const times = ['08:30', '09:00', '10:30', '13:30', '15:00', '16:30'];
    for (let round = 0; round < 4; round++) {
      const asked = await Promise.all(Array.from({ length: 12 }, async (_, i) => floor.request({ startsAt: (await floor.at(times[(i * 7 + round) % times.length]!, 1 + (i % 2))).toISOString(), operations: [operation({ flatHours: 500 + 700 * (i % 4) })] })));
      await Promise.all(asked.map((one) => floor.ask(one)));
      await Promise.all(asked.map((one, i) => (i % 3 === 0 ? floor.release(one) : i % 3 === 1 ? floor.book(one) : floor.ask({ ...one, round: 2 }))));
    }
    const wrong = await floor.service.rows(
      `select c.date, c.skill, c.held_hours, coalesce(sum(t.hours), 0) as taken from capacity c left join hours_take t using (store_id, date, skill)
       group by c.id having c.held_hours <> coalesce(sum(t.hours), 0) or c.held_hours > c.planned_hours - c.walk_in_hours`);
    expect(wrong).toEqual([]);
    expect(await floor.service.rows(`select 1 from bay_take a join bay_take b on a.bay_id = b.bay_id and a.hold_id < b.hold_id and a.starts_at < b.ends_at and b.starts_at < a.ends_at`)).toEqual([]);
    expect(await floor.service.rows(`select 1 from hours_take t join slot_hold h on h.id = t.hold_id where h.state not in ('held', 'firm')`)).toEqual([]);
  });

  it('WRK-2 the plan goes on a day every midnight, also after an outage of days, and follows new hours of the workshop', async () => {
    await floor.bay();
    await floor.technicianOnFloor();
    const last = async () => (await capacity()).hours.at(-1).date;
    const before = await last();
    await floor.service.jump(5 * day);
    expect(await last() > before).toBe(true);
    const asked = await floor.ask({ startsAt: (await floor.at('15:00')).toISOString() });
    await floor.book(asked);
    await floor.org.calendar(floor.a.storeId, 'workshop', hours([{ from: '08:30', to: '12:00' }], zone));
    await floor.service.fireDue();
    expect((await capacity()).hours.every(({ plannedHours }: { plannedHours: number }) => plannedHours === 3500)).toBe(true);
    expect(await lost()).toMatchObject([{ appointmentId: asked.appointmentId, cause: 'hours-changed' }]);
  });
});
