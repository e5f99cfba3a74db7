import { StandingChanged, StandingWarned } from '@aftersales/contracts/claims/standing';
import { FilesMerged } from '@aftersales/contracts/crm/files';
import { VehicleChanged } from '@aftersales/contracts/crm/vehicle';
import { PartChanged } from '@aftersales/contracts/parts/part';
import { EtaChanged, EtaSlipped, PartsPicked, PartsShort } from '@aftersales/contracts/parts/reservation';
import { PromiseMoved } from '@aftersales/contracts/reception/visit';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsWorld, day, hour, labour, part, type TestVisit } from '../testing/claims-world';

describe('where a car stands', () => {
  let world: ClaimsWorld;
  beforeAll(async () => (world = await ClaimsWorld.start()));
  afterAll(() => world?.stop());

  const saidOf = async (vehicleId: string) => (await world.service.said(StandingChanged)).filter(({ data }) => data.vehicleId === vehicleId).map(({ data }) => data);
  const standingOf = async (vehicleId: string) => (await saidOf(vehicleId)).at(-1)!;
  const warnedOf = async (vehicleId: string, limit?: string) => (await world.service.said(StandingWarned)).map(({ data }) => data).filter((data) => data.vehicleId === vehicleId && (!limit || data.limit === limit));
  const look = async (vehicleId: string, store = world.org.a, role: 'advisor' | 'technician' = 'advisor') => world.service.http(`GET /stores/${store.storeId}/vehicles/${vehicleId}/standing`, { as: store.staff[role] });
  /** A repair agreed `ago` days before now and completed after `days` of it. */
  const repaired = async (vehicleId: string, ago: number, days: number, { lines = [labour('B1234')], storeId = world.org.a.storeId, mileage = 12_000 } = {}): Promise<TestVisit> => {
    const now = (await world.service.now()).getTime();
    const visit = world.visit(vehicleId, lines, { storeId, mileage });
    // In this order: an agreement of long ago that is heard today without its end is a repair of many days.
    await world.completed(visit, { at: new Date(now - (ago - days) * day) });
    await world.authorised(visit, { at: new Date(now - ago * day) });
    return visit;
  };
  const holder = ({ visitId }: TestVisit) => ({ holderKind: 'visit' as const, holderId: visitId, round: 1 });
  const need = (visit: TestVisit) => ({ lineId: visit.lines.at(-1)!.lineId, partNumber: 'P-1', quantity: 1000 });
  const inDays = async (days: number) => new Date((await world.service.now()).getTime() + days * day).toISOString();

  it('CLM-1 a car’s file gives it its rule pack and periods, once for each change; an older file changes nothing', async () => {
    const vehicleId = await world.car({ version: 2, saleDate: '2026-02-01' });
    expect(await saidOf(vehicleId)).toMatchObject([{ version: expect.any(Number), rulePack: 'CN-2022', threeGuarantees: true, repairCover: { until: '2029-02-01', untilKm: 60_000 }, threeGuaranteePeriod: { until: '2028-02-01', untilKm: 50_000 }, daysInRepair: 0, warnings: [] }]);
    const file = { vehicleId, vin: null, brand: 'nova', model: null, market: 'CN', use: 'household' as const, saleDate: '2021-02-01', customerId: null, contactId: null, complete: true };
    await world.service.hear(VehicleChanged, { ...file, version: 1 });
    expect(await saidOf(vehicleId)).toHaveLength(1);
    const again = { ...file, version: 3 };
    await world.service.hear(VehicleChanged, again, { id: 'twice', at: new Date(0) });
    await world.service.hear(VehicleChanged, again, { id: 'twice', at: new Date(0) });
    expect((await saidOf(vehicleId)).map(({ rulePack }) => rulePack)).toEqual(['CN-2022', 'CN-2013']);
    expect((await look(vehicleId, world.org.b)).body).toMatchObject({ vehicleId, rulePack: 'CN-2013', daysInRepairLimit: 35 });
    expect((await look(vehicleId, world.org.a, 'technician')).status).toBe(403);
    expect((await look(uuidv7())).status).toBe(404);
  });

  it('CLM-1 market or sale date unknown: no pack, and it is said so', async () => {
    expect(await standingOf(await world.car({ saleDate: null }))).toMatchObject({ rulePack: null, threeGuarantees: false, repairCover: { until: null, untilKm: null }, daysInRepairLimit: null });
    expect(await standingOf(await world.car({ market: 'TW', saleDate: '2026-02-01' }))).toMatchObject({ rulePack: 'TW-2021', threeGuarantees: false, repairCover: { until: '2027-02-01', untilKm: 20_000 } });
  });

  it('CLM-1 CLM-2 repairs of all stores count, from the agreement to the completion, and a resale changes nothing', async () => {
    const vehicleId = await world.car();
    await repaired(vehicleId, 50, 3);
    await repaired(vehicleId, 40, 0.5, { storeId: world.org.b.storeId });
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 4, sameFault: [{ of: 'B1234', count: 2, limit: 4 }] });
    const before = await saidOf(vehicleId);
    await world.car({ vehicleId, version: 2, customerId: uuidv7(), saleDate: (await look(vehicleId)).body.saleDate });
    expect(await saidOf(vehicleId)).toEqual(before);
    expect((await look(vehicleId, world.org.b)).body.repairs).toMatchObject([{ days: 3, counts: true, storeId: world.org.a.storeId }, { days: 1, counts: true, storeId: world.org.b.storeId }]);
  });

  it('CLM-2 the car of a business has no three guarantees; when it turns out to be a household’s its whole history counts', async () => {
    const vehicleId = await world.car({ use: 'commercial' });
    await repaired(vehicleId, 50, 25);
    expect(await standingOf(vehicleId)).toMatchObject({ threeGuarantees: false, daysInRepair: 0 });
    expect(await warnedOf(vehicleId)).toEqual([]);
    await world.car({ vehicleId, version: 2, use: 'household' });
    expect(await standingOf(vehicleId)).toMatchObject({ threeGuarantees: true, daysInRepair: 25, warnings: ['days-in-repair'] });
    expect(await warnedOf(vehicleId)).toMatchObject([{ limit: 'days-in-repair', value: 25, threshold: 30 }]);
  });

  it('CLM-2 the repair was heard before the file, and the completion before the agreement', async () => {
    const vehicleId = uuidv7();
    const now = (await world.service.now()).getTime();
    const visit = world.visit(vehicleId, [labour('B1234')]);
    await world.completed(visit, { at: new Date(now - 10 * day) });
    await world.authorised(visit, { at: new Date(now - 12 * day) });
    expect((await standingOf(vehicleId)).rulePack).toBeNull();
    await world.car({ vehicleId });
    expect(await standingOf(vehicleId)).toMatchObject({ rulePack: 'CN-2022', daysInRepair: 2 });
  });

  it('CLM-2 customer-paid work is no repair of a quality fault; a line added later begins with its own agreement', async () => {
    const vehicleId = await world.car();
    const now = (await world.service.now()).getTime();
    const visit = world.visit(vehicleId, [labour('MNT', { payer: 'customer' }), labour('B1234')]);
    await world.authorised(visit, { at: new Date(now - 9 * day), lines: visit.lines.slice(0, 1) });
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 0 });
    await world.authorised(visit, { at: new Date(now - 2 * day + hour), version: 2 });
    await world.completed(visit);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 2, sameFault: [{ of: 'B1234', count: 1 }] });
  });

  it('CLM-2 facts heard twice, and two at once from two stores, count once each', async () => {
    const vehicleId = await world.car();
    const now = (await world.service.now()).getTime();
    const visits = [world.org.a, world.org.b].flatMap(({ storeId }) => [world.visit(vehicleId, [labour('B1234')], { storeId }), world.visit(vehicleId, [labour('C5')], { storeId })]);
    await Promise.all(visits.flatMap((visit, i) => {
      const agreed = { id: uuidv7(), at: new Date(now - (20 + i) * day) };
      const done = { id: uuidv7(), at: new Date(now - (18 + i) * day) };
      return [world.authorised(visit, agreed), world.authorised(visit, agreed), world.completed(visit, { ...done, photos: 0 }), world.completed(visit, { ...done, photos: 0 })];
    }));
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 8, sameFault: [{ of: 'B1234', count: 2 }, { of: 'C5', count: 2 }] });
  });

  it('CLM-2 CLM-3 a part is short, its ETA slips: day 27 of 30 when the part arrives, warned once for each step nearer', async () => {
    const vehicleId = await world.car();
    await repaired(vehicleId, 60, 20);
    const visit = world.visit(vehicleId, [labour('C5'), part('C5', 'P-1')], { storeId: world.org.b.storeId });
    await world.authorised(visit, { promisedIn: 3 * day - hour });
    expect(await warnedOf(vehicleId)).toEqual([]); // 23 of 30
    const told = { storeId: visit.storeId };
    await world.service.hear(PartsShort, { ...holder(visit), lines: [{ ...need(visit), missing: 1000, eta: null }] }, told);
    const slipped = { ...holder(visit), cause: 'supplier', lines: [{ lineId: need(visit).lineId, partNumber: 'P-1', before: null, eta: await inDays(6.5) }] };
    for (let i = 0; i < 2; i++) await world.service.hear(EtaSlipped, slipped, { ...told, id: `slip-${vehicleId}`, at: new Date(0) });
    expect(await warnedOf(vehicleId)).toMatchObject([{ limit: 'days-in-repair', visitId: visit.visitId, rulePack: 'CN-2022', value: 21, forecast: 27, threshold: 30, forecastAt: slipped.lines[0]!.eta }]);
    expect((await standingOf(vehicleId)).warnings).toEqual(['days-in-repair']);
    expect((await world.service.said(StandingWarned)).find(({ data }) => data.vehicleId === vehicleId)!.storeId).toBe(world.org.b.storeId);
    await world.service.hear(EtaChanged, { ...holder(visit), lines: [{ ...slipped.lines[0]!, eta: await inDays(1) }] }, told);
    expect((await standingOf(vehicleId)).warnings).toEqual([]);
    expect(await warnedOf(vehicleId)).toHaveLength(1);
    await world.service.hear(PartsPicked, { ...holder(visit), lines: [need(visit)], pickedAt: await inDays(0) }, told);
    await world.completed(visit);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 21, warnings: [] });
  });

  it('CLM-2 CLM-3 the promise moves and the forecast with it', async () => {
    const vehicleId = await world.car();
    await repaired(vehicleId, 60, 20);
    const visit = world.visit(vehicleId, [labour('C5')]);
    await world.authorised(visit, { promisedIn: day });
    const moved = { visitId: visit.visitId, vehicleId, customerId: visit.visitId, promisedAt: await inDays(7.5), before: await inDays(1), cause: 'sublet', toldAt: await inDays(0), how: 'phone' as const };
    await world.service.hear(PromiseMoved, moved, { storeId: visit.storeId });
    expect(await warnedOf(vehicleId)).toMatchObject([{ limit: 'days-in-repair', value: 21, forecast: 28, forecastAt: moved.promisedAt }]);
  });

  it('CLM-3 the share of a limit that is warned of is a policy', async () => {
    const vehicleId = await world.car();
    await repaired(vehicleId, 60, 14);
    expect(await warnedOf(vehicleId)).toEqual([]);
    await world.org.policy('standing.warn', { percentOfLimit: 50 });
    await repaired(vehicleId, 30, 1, { lines: [labour('D7')] });
    expect(await warnedOf(vehicleId)).toMatchObject([{ limit: 'days-in-repair', value: 15 }]);
    await world.org.policy('standing.warn', { percentOfLimit: 80 });
    expect(await warnedOf(vehicleId)).toHaveLength(1);
  });

  it('CLM-2 CLM-3 a running repair counts a day more each 24 hours; a loaner is due from day 6; completed, nothing rings', async () => {
    const vehicleId = await world.car();
    const visit = world.visit(vehicleId, [labour('B1234')]);
    await world.authorised(visit, { promisedIn: 20 * day });
    await world.service.jump(day - hour);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 1 });
    await world.service.jump(2 * hour);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 2 });
    await world.service.jump(4 * day - 2 * hour);
    expect(await warnedOf(vehicleId, 'loaner-day-6')).toEqual([]);
    await world.service.jump(2 * hour);
    expect(await warnedOf(vehicleId, 'loaner-day-6')).toMatchObject([{ visitId: visit.visitId, value: 6, threshold: 6 }]);
    await world.service.jump(3 * day); // also after an outage: told once
    expect(await warnedOf(vehicleId, 'loaner-day-6')).toHaveLength(1);
    await world.completed(visit);
    expect(await world.service.rows(`select kind from timer where subject = $1`, [visit.visitId])).toEqual([]);
    const before = await saidOf(vehicleId);
    await world.service.jump(5 * day);
    expect(await saidOf(vehicleId)).toEqual(before);
  });

  it('CLM-2 the maker’s line is taken out of the agreement: no quality fault, no day, nothing rings', async () => {
    const vehicleId = await world.car();
    const visit = world.visit(vehicleId, [labour('B1234')]);
    await world.authorised(visit);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 1 });
    await world.authorised(visit, { version: 2, lines: [{ ...visit.lines[0]!, payer: 'customer' }] });
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 0 });
    expect(await world.service.rows(`select kind from timer where subject = $1`, [visit.visitId])).toEqual([]);
  });

  it('CLM-2 day 6 falls into an outage that outlives the repair: nothing is owed, and it says so', async () => {
    const vehicleId = await world.car();
    const now = (await world.service.now()).getTime();
    const visit = world.visit(vehicleId, [labour('B1234')]);
    await world.authorised(visit, { at: new Date(now - 5 * day + hour) });
    await world.completed(visit, { at: new Date(now) });
    await world.service.jump(2 * hour);
    expect(await warnedOf(vehicleId, 'loaner-day-6')).toEqual([]);
  });

  it('CLM-2 replaced assemblies count, also when the catalogue tells later; the second one is warned of when it is agreed', async () => {
    const vehicleId = await world.car();
    const number = `ENG-${uuidv7()}`;
    await repaired(vehicleId, 60, 1, { lines: [part('E1', number)] });
    expect((await standingOf(vehicleId)).assemblies).toEqual([]);
    const entry = { partNumber: number, version: 2, title: { en: 'Engine' }, unit: 'piece', listPrices: [], kind: 'genuine' as const, supersededBy: null, returnableCore: false, assembly: 'engine', active: true };
    await world.service.hear(PartChanged, entry);
    await world.service.hear(PartChanged, { ...entry, version: 1, assembly: null });
    expect((await standingOf(vehicleId)).assemblies).toEqual([{ of: 'engine', count: 1, limit: 2 }]);
    await world.authorised(world.visit(vehicleId, [part('E1', number)]));
    expect((await warnedOf(vehicleId, 'assembly')).at(-1)).toMatchObject({ of: 'engine', value: 1, forecast: 2, threshold: 2 });
  });

  it('CLM-2 a safety fault that comes again is a failed safety repair; early rights are told at the agreement', async () => {
    const vehicleId = await world.car({ soldDaysAgo: 20 });
    const lines = [labour('BRK', { safety: true })];
    await repaired(vehicleId, 10, 1, { lines, mileage: 900 });
    expect(await warnedOf(vehicleId, 'early-rights')).toMatchObject([{ of: 'safety', value: 10, threshold: 60 }]);
    await repaired(vehicleId, 5, 1, { lines: [labour('STEER', { safety: true })], mileage: 950 });
    expect(await standingOf(vehicleId)).toMatchObject({ failedSafetyRepairs: [{ of: 'safety', count: 1, limit: 2 }] });
    await world.authorised(world.visit(vehicleId, lines, { mileage: 990 }));
    expect((await warnedOf(vehicleId, 'safety')).map(({ value }) => value)).toEqual([1, 2]);
  });

  it('CLM-2 time that the pack leaves out: by the claims clerk of the store that had the car, inside the repair', async () => {
    const vehicleId = await world.car();
    const visit = await repaired(vehicleId, 10, 4);
    const now = (await world.service.now()).getTime();
    const body = { reason: 'custom-part-transport', from: new Date(now - 9 * day).toISOString(), to: new Date(now - 7 * day).toISOString() };
    const [row] = await world.service.rows('select version from repair where id = $1', [visit.visitId]);
    const exclude = (more: object, { store = world.org.a, role = 'claims-clerk' as 'claims-clerk' | 'advisor', ifMatch = row!['version'], key = undefined as string | undefined } = {}) =>
      world.service.http(`POST /stores/${store.storeId}/repairs/${visit.visitId}/exclude`, { as: store.staff[role], body: { ...body, ...more }, ifMatch, ...(key && { key }) });
    expect(await exclude({ reason: 'waiting-for-parts' })).toMatchObject({ status: 409, body: { code: 'standing.exclusion-of-the-pack' } });
    expect(await exclude({ from: new Date(now - 11 * day).toISOString() })).toMatchObject({ status: 409, body: { code: 'standing.exclusion-inside-repair' } });
    expect((await exclude({}, { role: 'advisor' })).status).toBe(403);
    expect((await exclude({}, { store: world.org.b })).status).toBe(404);
    expect((await exclude({}, { ifMatch: 99 })).status).toBe(412);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 4 });
    const [one, two] = await Promise.all([exclude({}, { key: visit.visitId }), exclude({}, { key: visit.visitId })]);
    expect([one.status, two.status, one.body.excluded.length]).toEqual([200, 200, 1]);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 2 });
  });

  it.each([['before', true], ['after', false]])('CLM-1 two files are one car: one history, told %s the repairs of the other', async (_when, mergedFirst) => {
    const [kept, gone] = [await world.car(), uuidv7()];
    await repaired(kept, 50, 2);
    const merge = () => world.service.hear(FilesMerged, { of: 'vehicle', fromId: gone, toId: kept, mergedAt: new Date(0).toISOString() });
    if (mergedFirst) await merge();
    await repaired(gone, 40, 3);
    if (!mergedFirst) await merge();
    await repaired(gone, 30, 1); // still says the old id
    expect(await standingOf(kept)).toMatchObject({ daysInRepair: 6, sameFault: [{ count: 3 }] });
    expect((await look(gone)).body).toMatchObject({ vehicleId: kept, daysInRepair: 6 });
    expect(await world.service.rows('select 1 from claim where vehicle_id = $1', [kept])).toHaveLength(3);
    expect(await world.service.rows('select 1 from claim where vehicle_id = $1', [gone])).toEqual([]);
  });
});
