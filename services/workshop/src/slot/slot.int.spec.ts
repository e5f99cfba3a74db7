import { AlternativesOffered, AppointmentMoved, AppointmentRequested } from '@aftersales/contracts/reception/appointment';
import { BaysChanged, CapacityChanged } from '@aftersales/contracts/workshop/capacity';
import { SlotHeld, SlotLost, SlotRefused } from '@aftersales/contracts/workshop/slot';
import { VisitDelivered, VisitLeft } from '@aftersales/contracts/reception/visit';
import { v7 as uuidv7 } from 'uuid';
import { TestFloor } from '../testing/test-floor';

const minute = 60_000;

describe('slots', () => {
  let floor: TestFloor;
  let bay: { id: string; version: number };

  beforeAll(async () => {
    floor = await TestFloor.start();
  });
  beforeEach(async () => {
    bay = await floor.corner();
    for (const contract of [SlotHeld, SlotRefused, SlotLost]) before.set(contract.type, (await floor.service.said(contract)).length);
  });
  afterAll(() => floor?.stop());

  // What was said since the test began.
  const before = new Map<string, number>();
  const held = async () => (await floor.service.said(SlotHeld)).slice(before.get(SlotHeld.type));
  const refused = async () => (await floor.service.said(SlotRefused)).slice(before.get(SlotRefused.type));
  const lost = async () => (await floor.service.said(SlotLost)).slice(before.get(SlotLost.type));
  const hoursOf = async (n = 1) => {
    const { hours } = floor.expect(200, await floor.service.http(`GET ${floor.path('capacity?days=13')}`, { as: floor.manager }));
    const date = (await floor.at('12:00', n)).toISOString().slice(0, 10);
    return hours.find((row: { date: string; skill: string }) => row.date === date && row.skill === floor.skill);
  };

  it('WRK-2 a wish is held: bay and hours together, until the policy says, and the desk sees what is left', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    const asked = await floor.ask({ startsAt });
    const [said] = await held();
    const expected = (await floor.at('10:00')).toISOString();
    expect(said!.data).toMatchObject({ appointmentId: asked.appointmentId, round: 1, slot: { startsAt, endsAt: expected }, bayId: bay.id });
    expect(said!.version).toBe(1);
    expect(await hoursOf()).toMatchObject({ plannedHours: 8000, heldHours: 1000, walkInHours: 1600, freeHours: 5400 });
    expect((await floor.service.said(CapacityChanged)).at(-1)!.data).toMatchObject({ skill: floor.skill, plannedHours: 8000, heldHours: 1000, walkInHours: 1600, freeHours: 5400 });
    expect((await floor.service.said(BaysChanged)).at(-1)!.data).toMatchObject({ bayType: floor.bayType, bays: 1, taken: [{ startsAt, endsAt: expected }] });
  });

  it('WRK-2 the same bay at the same time is refused with other slots, and what is offered can be had', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    await floor.ask({ startsAt });
    const second = await floor.ask({ startsAt: (await floor.at('09:30')).toISOString() });
    const [no] = await refused();
    expect(no!.data).toMatchObject({ appointmentId: second.appointmentId, round: 1, reason: 'no-bay' });
    expect(no!.data.alternatives).toHaveLength(3);
    expect(no!.data.alternatives[0]!.startsAt).toBe((await floor.at('10:00')).toISOString());
    await floor.ask({ appointmentId: second.appointmentId, round: 2, startsAt: no!.data.alternatives[0]!.startsAt });
    expect((await held()).at(-1)!.data).toMatchObject({ appointmentId: second.appointmentId, round: 2, slot: no!.data.alternatives[0] });
  });

  it('WRK-2 half-open: the next car comes when the one before leaves', async () => {
    await floor.ask({ startsAt: (await floor.at('09:00')).toISOString() });
    await floor.ask({ startsAt: (await floor.at('10:00')).toISOString() });
    expect(await refused()).toHaveLength(0);
  });

  it('WRK-2 50 concurrent requests of one slot: one winner, nothing overbooked', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    await Promise.all(Array.from({ length: 50 }, () => floor.ask({ startsAt })));
    expect(await held()).toHaveLength(1);
    expect(await refused()).toHaveLength(49);
    expect(await hoursOf()).toMatchObject({ heldHours: 1000 });
    const { bays } = floor.expect(200, await floor.service.http(`GET ${floor.path('capacity?days=13')}`, { as: floor.manager }));
    expect(bays.filter((row: { bayType: string }) => row.bayType === floor.bayType).flatMap((row: { taken: unknown[] }) => row.taken)).toHaveLength(1);
  });

  it('WRK-2 concurrent requests of the hours of one day, with bays enough, stop at the walk-in share', async () => {
    for (let i = 0; i < 9; i++) await floor.bay();
    const startsAt = (await floor.at('09:00')).toISOString();
    await Promise.all(Array.from({ length: 10 }, () => floor.ask({ startsAt })));
    expect(await held()).toHaveLength(6); // 8 hours, 1.6 kept: 6 of 1 h fit
    expect((await refused()).every(({ data }) => data.reason === 'no-hours')).toBe(true);
    expect(await hoursOf()).toMatchObject({ heldHours: 6000, freeHours: 400 });
  });

  it('WRK-2 rework may use the share kept for walk-ins and rework', async () => {
    const startsAt = (await floor.at('08:30')).toISOString();
    await floor.ask({ startsAt, operations: [floor.operation({ flatHours: 6400 })] });
    await floor.ask({ startsAt: (await floor.at('16:30')).toISOString() });
    expect((await refused()).map(({ data }) => data.reason)).toEqual(['no-hours']);
    await floor.ask({ startsAt: (await floor.at('16:30')).toISOString(), kind: 'rework' });
    expect(await held()).toHaveLength(2);
  });

  it('WRK-2 the walk-in share is a policy: the next hold follows it, the running one stays', async () => {
    const startsAt = (await floor.at('08:30')).toISOString();
    await floor.ask({ startsAt, operations: [floor.operation({ flatHours: 6400 })] });
    await floor.org.policy('capacity.walk-in-share', { percent: 50 });
    await floor.service.fireDue();
    expect(await hoursOf()).toMatchObject({ heldHours: 6400, walkInHours: 4000, freeHours: 0 });
    expect(await lost()).toHaveLength(0);
    await floor.org.policy('capacity.walk-in-share', { percent: 0 });
    await floor.ask({ startsAt: (await floor.at('16:30')).toISOString(), operations: [floor.operation({ flatHours: 1500 })] });
    expect(await held()).toHaveLength(2);
    await floor.org.policy('capacity.walk-in-share', { percent: 20 });
  });

  it('WRK-2 past, closed, and further ahead than is planned: each is refused with its reason; the horizon is a policy', async () => {
    await floor.ask({ startsAt: new Date((await floor.service.now()).getTime() - 1).toISOString() });
    await floor.ask({ startsAt: (await floor.at('12:30')).toISOString() });
    await floor.ask({ startsAt: (await floor.at('09:00', 15)).toISOString() });
    expect((await refused()).map(({ data }) => data.reason)).toEqual(['past', 'closed', 'too-far-ahead']);
    await floor.org.policy('capacity.planned-ahead', { calendarDays: 25 });
    await floor.service.fireDue();
    await floor.ask({ startsAt: (await floor.at('09:00', 15)).toISOString() });
    expect(await held()).toHaveLength(1);
    await floor.org.policy('capacity.planned-ahead', { calendarDays: 12 });
  });

  it('WRK-2 no bay of the type, nobody with the skill: refused; operations of two bay types hold both or none', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    await floor.ask({ startsAt, operations: [floor.operation({ bayType: 'paint' })] });
    await floor.ask({ startsAt, operations: [floor.operation({ skill: 'body' })] });
    await floor.ask({ startsAt, operations: [floor.operation(), floor.operation({ bayType: 'paint' })] });
    expect((await refused()).map(({ data }) => data.reason)).toEqual(['no-bay', 'no-hours', 'no-bay']);
    expect(await hoursOf()).toMatchObject({ heldHours: 0 });
    await floor.bay({ bayType: 'paint' });
    await floor.ask({ startsAt, operations: [floor.operation(), floor.operation({ bayType: 'paint' })] });
    expect((await held()).at(-1)!.data.slot.endsAt).toBe((await floor.at('11:00')).toISOString());
  });

  it('WRK-2 an appointment without operations is held too, and takes nothing', async () => {
    await floor.ask({ startsAt: (await floor.at('09:00')).toISOString(), operations: [] });
    expect((await held())[0]!.data.bayId).toBeNull();
    expect(await hoursOf()).toMatchObject({ heldHours: 0 });
  });

  it('WRK-2 an unbooked hold expires by its timer and is free again; a booked one does not', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    await floor.ask({ startsAt });
    await floor.service.jump(9 * minute);
    await floor.ask({ startsAt });
    expect(await refused()).toHaveLength(1);
    await floor.service.jump(minute);
    const asked = await floor.ask({ startsAt });
    expect(await held()).toHaveLength(2);
    await floor.book(asked);
    await floor.service.jump(60 * minute);
    await floor.ask({ startsAt });
    expect(await refused()).toHaveLength(2);
  });

  it('WRK-2 the life of a hold is a policy: the next follows it, the running one keeps its own', async () => {
    await floor.ask({ startsAt: (await floor.at('09:00')).toISOString() });
    await floor.org.policy('slot.hold', { wallMinutes: 30 });
    await floor.ask({ startsAt: (await floor.at('11:00')).toISOString() });
    const [first, second] = await held();
    const life = ({ at, data }: typeof first & object) => Date.parse(data.expiresAt) - at.getTime();
    expect([life(first!), life(second!)]).toEqual([10 * minute, 30 * minute]);
    await floor.org.policy('slot.hold', { wallMinutes: 10 });
  });

  it('WRK-2 how many alternatives a refusal names, and how far it looks, is a policy', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    await floor.ask({ startsAt });
    await floor.org.policy('slot.alternatives', { atMost: 1, calendarDaysAhead: 1 });
    await floor.ask({ startsAt });
    expect((await refused())[0]!.data.alternatives).toHaveLength(1);
    await floor.org.policy('slot.alternatives', { atMost: 3, calendarDaysAhead: 7 });
  });

  it('WRK-2 booked after it expired: held again, else lost with other slots', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    const first = await floor.ask({ startsAt });
    await floor.service.jump(11 * minute);
    await floor.book(first);
    expect(await hoursOf()).toMatchObject({ heldHours: 1000 });
    expect(await lost()).toHaveLength(0);
    const second = await floor.ask({ startsAt: (await floor.at('14:00')).toISOString() });
    await floor.service.jump(11 * minute);
    await floor.book(await floor.ask({ startsAt: (await floor.at('14:30')).toISOString() }));
    await floor.book(second);
    const [gone] = await lost();
    expect(gone!.data).toMatchObject({ appointmentId: second.appointmentId, round: 1, cause: 'hold-expired' });
    expect(gone!.data.alternatives.length).toBeGreaterThan(0);
    expect(gone!.version).toBeGreaterThan((await held()).find(({ data }) => data.appointmentId === second.appointmentId)!.version);
  });

  it('WRK-2 released frees once, whatever comes twice or late; a later wish of that appointment is not held', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    const asked = await floor.ask({ startsAt });
    await floor.book(asked);
    await Promise.all([floor.release(asked), floor.release(asked), floor.release(asked)]);
    expect(await hoursOf()).toMatchObject({ heldHours: 0 });
    const other = await floor.ask({ startsAt });
    expect((await held()).at(-1)!.data.appointmentId).toBe(other.appointmentId);
    await floor.book(asked);
    await floor.ask({ ...asked, round: 2, startsAt: (await floor.at('14:00')).toISOString() });
    expect(await hoursOf()).toMatchObject({ heldHours: 1000 });
    expect(await held()).toHaveLength(2);
  });

  it('WRK-2 a car that has arrived and leaves again frees its slot and closes its card, also before the booking was heard', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    const leaves = async (appointmentId: string) => {
      const visit = floor.newVisit();
      await floor.arrive(visit, appointmentId);
      await floor.twice(VisitLeft, { visitId: visit.visitId, appointmentId, kind: 'maintenance', leftAt: (await floor.service.now()).toISOString() });
      expect(await floor.card(visit)).toMatchObject({ state: 'closed', allowed: [] });
    };
    const booked = await floor.ask({ startsAt });
    await floor.book(booked);
    await leaves(booked.appointmentId);
    expect(await hoursOf()).toMatchObject({ heldHours: 0 });
    const unheard = uuidv7();
    await leaves(unheard);
    await floor.ask({ startsAt, appointmentId: unheard });
    expect(await hoursOf()).toMatchObject({ heldHours: 0 });
  });

  describe('a car handed over', () => {
    const daysOf = async (from: number) => Promise.all([0, 1, 2].map(async (n) => (await hoursOf(from + n)).heldHours));
    const baysTaken = async () => {
      const { bays } = floor.expect(200, await floor.service.http(`GET ${floor.path('capacity?days=13')}`, { as: floor.manager }));
      return bays.filter((row: { bayType: string }) => row.bayType === floor.bayType).flatMap(({ taken }: { taken: { startsAt: string; endsAt: string }[] }) => taken.map(({ startsAt, endsAt }) => [startsAt, endsAt]));
    };
    /** Three days from 14:00 on, booked; the car is here, and an hour has passed. */
    const threeDays = async () => {
      await floor.org.policy('capacity.walk-in-share', { percent: 0 });
      const startsAt = (await floor.at('14:00')).toISOString();
      const asked = await floor.ask({ startsAt, operations: [floor.operation({ flatHours: 14_000 })] });
      await floor.book(asked);
      expect(await daysOf(1)).toEqual([4000, 8000, 2000]);
      await floor.service.jump(new Date(startsAt));
      const visit = floor.newVisit();
      await floor.arrive(visit, asked.appointmentId);
      await floor.service.jump(60 * minute);
      await floor.org.policy('capacity.walk-in-share', { percent: 20 });
      return { asked, visit, startsAt };
    };

    it('WRK-2 unworked, as everything was declined: all days of its slot are free, told twice and at once too; a booking heard late holds nothing', async () => {
      const { asked, visit } = await threeDays();
      await floor.twice(VisitDelivered, await floor.delivered(visit, { appointmentId: asked.appointmentId }));
      expect(await daysOf(0)).toEqual([0, 0, 0]);
      expect(await baysTaken()).toEqual([]);
      await floor.book({ ...asked, round: 2 });
      expect(await daysOf(0)).toEqual([0, 0, 0]);
      await floor.ask({ startsAt: (await floor.at('09:00')).toISOString() });
      expect(await refused()).toHaveLength(0);
    });

    it('WRK-2 worked on and done early: its bay is free from now on and hours from tomorrow on, today’s were worked; a wish under way is free', async () => {
      const { asked, visit, startsAt } = await threeDays();
      await floor.ask({ ...asked, round: 2, operations: [floor.operation()], startsAt: (await floor.at('09:00', 5)).toISOString() });
      const delivered = await floor.delivered(visit, { appointmentId: asked.appointmentId, technicianIds: [floor.technician], operationCodes: ['MNT-10K'] });
      await floor.twice(VisitDelivered, delivered);
      expect(await daysOf(0)).toEqual([4000, 0, 0]);
      const [[from, to]] = await baysTaken();
      expect([from, Date.parse(to) <= (await floor.service.now()).getTime()]).toEqual([startsAt, true]);
      expect(await hoursOf(5)).toMatchObject({ heldHours: 0 });
      await floor.release(asked);
      expect(await daysOf(0)).toEqual([4000, 0, 0]);
    });
  });

  it('WRK-2 the booked round is lost while another is held: that one still expires by its timer', async () => {
    const asked = await floor.ask({ startsAt: (await floor.at('09:00')).toISOString() });
    await floor.book(asked);
    await floor.ask({ ...asked, round: 2, startsAt: (await floor.at('09:00', 2)).toISOString() });
    const away = { from: (await floor.at('08:30')).toISOString(), to: (await floor.at('18:00')).toISOString(), reason: 'planned' };
    floor.expect(200, await floor.service.http(`POST ${floor.path(`bays/${bay.id}/down`)}`, { as: floor.manager, body: away, ifMatch: bay.version }));
    expect((await lost()).map(({ data: { round } }) => round)).toEqual([1]);
    expect(await hoursOf(2)).toMatchObject({ heldHours: 1000 });
    await floor.service.jump(10 * minute);
    expect(await hoursOf(2)).toMatchObject({ heldHours: 0 });
  });

  it('WRK-2 the same fact twice holds once, an older round changes nothing', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    const data = floor.request({ startsAt });
    await floor.twice(AppointmentRequested, data);
    await floor.ask(data);
    await floor.ask({ ...data, round: 3, startsAt: (await floor.at('14:00')).toISOString() });
    await floor.ask({ ...data, round: 2, startsAt: (await floor.at('16:00')).toISOString() });
    expect((await held()).map(({ data: { round } }) => round)).toEqual([1, 3]);
    expect(await hoursOf()).toMatchObject({ heldHours: 1000 });
  });

  it('WRK-2 moved: the new slot is held first, the old one stays until the new one is booked', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    const asked = await floor.ask({ startsAt });
    await floor.book(asked);
    const later = (await floor.at('14:00')).toISOString();
    const { replaces: _, ...wish } = asked;
    await floor.service.hear(AppointmentMoved, { ...wish, round: 2, startsAt: later, partsBy: later, from: { startsAt, endsAt: startsAt } }, floor.about());
    expect(await hoursOf()).toMatchObject({ heldHours: 2000 });
    await floor.book({ ...asked, round: 2, startsAt: later });
    expect(await hoursOf()).toMatchObject({ heldHours: 1000 });
    await floor.ask({ startsAt });
    expect(await refused()).toHaveLength(0);
  });

  it('WRK-2 alternatives offered frees that round alone; a booked one stays', async () => {
    const startsAt = (await floor.at('09:00')).toISOString();
    const asked = await floor.ask({ startsAt });
    const offered = (round: number) => floor.service.hear(AlternativesOffered, { appointmentId: asked.appointmentId, round, refusedBy: ['parts'], silent: [], alternatives: [] }, floor.about());
    await floor.book(asked);
    await floor.ask({ ...asked, round: 2, startsAt: (await floor.at('14:00')).toISOString() });
    await Promise.all([offered(2), offered(2)]);
    expect(await hoursOf()).toMatchObject({ heldHours: 1000 });
    await offered(1);
    expect(await hoursOf()).toMatchObject({ heldHours: 1000 });
  });

  it('WRK-2 work longer than a day takes the hours of each day it needs', async () => {
    await floor.org.policy('capacity.walk-in-share', { percent: 0 });
    await floor.ask({ startsAt: (await floor.at('14:00')).toISOString(), operations: [floor.operation({ flatHours: 10_000 })] });
    expect((await held())[0]!.data.slot.endsAt).toBe((await floor.at('16:00', 2)).toISOString());
    expect([await hoursOf(1), await hoursOf(2)].map(({ heldHours }) => heldHours)).toEqual([4000, 6000]);
    await floor.org.policy('capacity.walk-in-share', { percent: 20 });
  });
});
