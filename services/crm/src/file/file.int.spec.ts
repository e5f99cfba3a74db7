import { FilesMerged } from '@aftersales/contracts/crm/files';
import { VehicleChanged, VehicleRegistered } from '@aftersales/contracts/crm/vehicle';
import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { hours, TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { CrmModule } from '../crm.module';
import { crmSettings } from '../crm.settings';
import { nowhere } from '../testing/environment';
import { Told } from '../testing/told';

const day = 86_400_000;
const promise = promiseFacts('crm');

describe('file', () => {
  let service: TestService;
  let org: TestOrganisation;
  let advisor: string;

  beforeAll(async () => {
    service = await TestService.start({ name: 'crm', module: CrmModule, settings: crmSettings }, nowhere);
    org = await TestOrganisation.publish(service);
    advisor = org.a.staff.advisor;
  });
  afterAll(() => service?.stop());

  const told = (store = org.a) => new Told(service, store.storeId);
  const get = (path: string, as = advisor, store = org.a) => service.http(`GET /stores/${store.storeId}/${path}`, { as });
  const post = (path: string, body: object, more: object = {}) => service.http(`POST /stores/${org.a.storeId}/${path}`, { as: advisor, body, ...more });
  const promisesOf = async (subject: string) => (await get(`promises?subject=${subject}`)).body.promises;
  const merges = async (fromId: string) => (await service.said(FilesMerged)).filter(({ data }) => data.fromId === fromId);
  const statesOf = async (vehicleId: string) => [...(await service.said(VehicleRegistered)), ...(await service.said(VehicleChanged))].filter(({ data }) => data.vehicleId === vehicleId).sort((a, b) => a.version - b.version);

  describe('opens by itself', () => {
    it('CRM-1 an introduction becomes the file, once, however often it arrives', async () => {
      const car = told();
      const id = uuidv7();
      await Promise.all([car.introduced({}, {}, { id }), car.introduced({}, {}, { id })]);
      await car.introduced({}, {}, { version: 2 });
      expect((await get(`vehicles/${car.vehicleId}`)).body).toMatchObject({ vin: car.vin, plate: 'ABC-1234', customerId: car.customerId, complete: true, missing: [] });
      expect(await statesOf(car.vehicleId)).toMatchObject([{ version: 1, data: { complete: true, market: 'TW', use: 'household', saleDate: '2024-08-01' } }]);
      expect((await get(`vehicles/${car.vehicleId}/history`)).body.happenings.map(({ what }: { what: string }) => what)).toEqual(['introduced', 'introduced']);
      expect(await service.rows(`select * from dead_letter`)).toEqual([]);
    });

    it('CRM-1 a first visit of an unknown car opens the file; the introduction that comes after it fills it (either order gives the same file)', async () => {
      const [one, other] = [told(), told()];
      await one.opened();
      expect((await get(`vehicles/${one.vehicleId}`)).body).toMatchObject({ complete: false, missing: ['vin', 'plate', 'model', 'use', 'name', 'phone'], mileage: 20_000 });
      await one.introduced();
      await other.introduced();
      await other.opened();
      const view = async (car: Told) => {
        const { vehicleId, customerId, contactId, version, vin, firstVisitAt, mileageReadAt, ...rest } = (await get(`vehicles/${car.vehicleId}`)).body;
        return { ...rest, own: customerId === car.customerId && vin === car.vin };
      };
      expect(await view(one)).toEqual(await view(other));
      expect((await statesOf(one.vehicleId)).map(({ data }) => [data.version, data.complete])).toEqual([[1, false], [expect.any(Number), true]]);
    });

    it('CRM-1 a sealed part that can not be read any more still opens the file', async () => {
      const car = told();
      await service.hearBytes('reception.customer', car.vehicleId, JSON.stringify({
        specversion: '1.0', id: uuidv7(), source: '/aftersales/reception', type: 'reception.customer-introduced.v1', subject: car.vehicleId, time: new Date().toISOString(), datacontenttype: 'application/json', aggregateversion: 1,
        data: { customerId: car.customerId, vehicleId: car.vehicleId, storeId: car.storeId, appointmentId: null, visitId: null, vin: car.vin, brand: 'nova', model: null, market: 'TW', use: 'unknown', saleDate: null, mileage: null },
      }));
      expect((await get(`vehicles/${car.vehicleId}`)).body).toMatchObject({ vin: car.vin, missing: ['plate', 'model', 'use', 'name', 'phone'] });
    });
  });

  describe('is complete in time', () => {
    it('CRM-1 three working days from the first visit, kept when complete', async () => {
      const car = told();
      await car.opened({ openedAt: '2027-01-08T02:00:00.000Z' }); // Friday; Sunday is closed
      expect(await promisesOf(car.vehicleId)).toMatchObject([{ kind: 'file.complete', outcome: 'open', dueAt: '2027-01-12T10:00:00.000Z' }]);
      await car.introduced();
      expect(await promisesOf(car.vehicleId)).toMatchObject([{ outcome: 'kept' }]);
      expect((await promisesOf(car.vehicleId))[0].explanation.some(({ rule }: { rule: string }) => rule === 'closed-days')).toBe(true);
    });

    it('CRM-1 incomplete at the close of the third day is late and stays late; doubled and concurrent visits make one promise', async () => {
      const car = told();
      const at = { openedAt: (await service.now()).toISOString() };
      await Promise.all([car.opened(at), car.opened({ ...at, visitId: uuidv7() }), car.opened({ ...at, arrivedAt: at.openedAt }, { id: 'same' }), car.opened({ ...at, arrivedAt: at.openedAt }, { id: 'same' })]);
      const [open] = await promisesOf(car.vehicleId);
      await service.jump(new Date(Date.parse(open.dueAt) - 30_000));
      expect(await promisesOf(car.vehicleId)).toMatchObject([{ outcome: 'open' }]);
      await service.jump(30_000);
      expect(await promisesOf(car.vehicleId)).toMatchObject([{ outcome: 'late', cause: null }]);
      await car.introduced();
      expect(await promisesOf(car.vehicleId)).toMatchObject([{ outcome: 'late', doneAt: expect.any(String) }]);
    });

    it('TIM-4 found incomplete long after it was due, it is late because of the outage', async () => {
      const car = told();
      await car.opened();
      await service.jump(10 * day);
      expect(await promisesOf(car.vehicleId)).toMatchObject([{ outcome: 'late', cause: 'outage' }]);
    });

    it('CRM-1 the policy changes the next promise, not the running one', async () => {
      const [running, next] = [told(), told()];
      await running.opened();
      const [before] = await promisesOf(running.vehicleId);
      await org.policy('file.complete', { workingDays: 1 });
      await next.opened();
      expect(await promisesOf(running.vehicleId)).toMatchObject([{ dueAt: before.dueAt, policyVersion: before.policyVersion }]);
      const [after] = await promisesOf(next.vehicleId);
      expect(after.policyVersion).toBe(before.policyVersion + 1);
      expect(Date.parse(after.dueAt)).toBeLessThan(Date.parse(before.dueAt));
      await org.policy('file.complete', { workingDays: 3 });
      await org.calendar(org.b.storeId, 'service', hours([{ from: '08:30', to: '18:00' }]));
    });

    it('CRM-1 the desk completes it by hand, sees what is missing, and a name taken away makes it incomplete again', async () => {
      const car = told();
      await car.opened();
      expect((await get('vehicles/incomplete')).body.files).toEqual(expect.arrayContaining([expect.objectContaining({ vehicleId: car.vehicleId, dueAt: expect.any(String) })]));
      const { body: file, etag } = await get(`vehicles/${car.vehicleId}`);
      expect((await post(`vehicles/${car.vehicleId}/change`, { vin: car.vin, plate: 'XYZ-9', model: 'ES6', use: 'commercial' }, { ifMatch: etag })).body).toMatchObject({ missing: ['name', 'phone'], version: file.version + 1 });
      const { etag: person } = await get(`customers/${car.customerId}`);
      expect((await post(`customers/${car.customerId}/change-contact`, { name: '林美', phones: ['0912-345-678'] }, { ifMatch: person })).status).toBe(200);
      expect((await get(`vehicles/${car.vehicleId}`)).body).toMatchObject({ complete: true });
      expect(await promisesOf(car.vehicleId)).toMatchObject([{ outcome: 'kept' }]);
      await post(`customers/${car.customerId}/change-contact`, { phones: [] }, { ifMatch: (await get(`customers/${car.customerId}`)).etag });
      expect((await get(`vehicles/${car.vehicleId}`)).body).toMatchObject({ complete: false, missing: ['phone'] });
    });
  });

  describe('one car, one file', () => {
    it('CRM-1 a known VIN and a known number: both ids are merged into the known files, and both histories are kept', async () => {
      const [known, again] = [told(), told(org.b)];
      await known.introduced();
      await known.opened();
      await again.opened({ mileage: 21_000 });
      await again.introduced({ vin: known.vin }, { phones: [known.phone, '0955-000-111'], name: '王 小明', email: 'wang@example.org' });
      expect(await merges(again.vehicleId)).toMatchObject([{ data: { of: 'vehicle', toId: known.vehicleId } }]);
      expect(await merges(again.customerId)).toMatchObject([{ data: { of: 'customer', toId: known.customerId } }]);
      const file = (await get(`vehicles/${again.vehicleId}`)).body;
      expect(file).toMatchObject({ vehicleId: known.vehicleId, customerId: known.customerId, mileage: 21_000 });
      const { happenings } = (await get(`vehicles/${known.vehicleId}/history`, org.b.staff.advisor, org.b)).body;
      expect(happenings.filter(({ what }: { what: string }) => what === 'visit-opened').map(({ storeId }: { storeId: string }) => storeId).sort()).toEqual([org.a.storeId, org.b.storeId].sort());
      expect((await get(`customers/${again.customerId}`)).body).toMatchObject({ customerId: known.customerId, email: 'w•••@example.org', phones: [{}, {}] });
      // What still says the old ids goes to the kept file.
      await again.delivered({ mileage: 21_001 });
      expect((await get(`vehicles/${known.vehicleId}`)).body).toMatchObject({ mileage: 21_001 });
      const { promises } = (await get(`promises?subject=${again.vehicleId}`, org.b.staff.advisor, org.b)).body;
      expect(promises).toMatchObject([{ outcome: 'void', cause: 'merged' }]);
    });

    it('CRM-1 ids that never had a file of their own become aliases, also in the other order', async () => {
      const [known, again] = [told(), told()];
      await known.introduced();
      await again.introduced({ vin: known.vin }, { phones: [known.phone] });
      await again.opened();
      expect((await get(`vehicles/${again.vehicleId}`)).body.vehicleId).toBe(known.vehicleId);
      expect(await statesOf(again.vehicleId)).toEqual([]);
      expect([(await merges(again.vehicleId)).length, (await merges(again.customerId)).length]).toEqual([1, 1]);
    });

    it('CRM-1 two desks introduce the same car at once: one file', async () => {
      const cars = [told(), told(org.b), told(), told(org.b)];
      const { vin, phone } = cars[0]!;
      await Promise.all(cars.map((car) => car.introduced({ vin }, { phones: [phone] })));
      const kept = new Set(await Promise.all(cars.map(async (car) => (await get(`vehicles/${car.vehicleId}`)).body.vehicleId)));
      expect(kept.size).toBe(1);
      expect((await get(`vehicles?vin=${vin}`)).body.vehicles).toHaveLength(1);
      expect((await get(`customers?phone=${encodeURIComponent(phone)}`)).body.customers).toHaveLength(1);
      const people = Array.from({ length: 6 }, () => told());
      await Promise.all(people.map((person) => person.introduced({ vin: null }, { phones: [people[0]!.phone], plate: null })));
      expect((await get(`customers?phone=${encodeURIComponent(people[0]!.phone)}`)).body.customers).toHaveLength(1);
      expect(await service.rows(`select * from dead_letter`)).toEqual([]);
    });

    it('CRM-1 one number under two names stays two people; another owner of a known car is its contact', async () => {
      const [known, other] = [told(), told()];
      await known.introduced();
      await other.introduced({ vin: known.vin }, { phones: [known.phone], name: '王大明' });
      expect(await merges(other.customerId)).toEqual([]);
      expect((await get(`vehicles/${other.vehicleId}`)).body).toMatchObject({ vehicleId: known.vehicleId, customerId: known.customerId, contactId: other.customerId });
    });

    it('CRM-1 a car without VIN is known by its plate on the same customer’s file', async () => {
      const [known, again] = [told(), told()];
      await known.introduced({}, { plate: 'KLM-77' });
      await again.introduced({ vin: null }, { phones: [known.phone], plate: 'klm 77' });
      expect((await get(`vehicles/${again.vehicleId}`)).body.vehicleId).toBe(known.vehicleId);
      const stranger = told();
      await stranger.introduced({ vin: null }, { plate: 'KLM-77', name: '林美' });
      expect((await get(`vehicles/${stranger.vehicleId}`)).body.vehicleId).toBe(stranger.vehicleId);
      expect((await get('vehicles?plate=KLM77')).body.vehicles).toHaveLength(2);
    });

    it('CRM-1 a file takes over the promise of the one merged into it when that is still open, and none that was kept long ago', async () => {
      const merge = async (from: Told, into: Told) => {
        const { etag } = await get(`vehicles/${from.vehicleId}`);
        expect(await post(`vehicles/${from.vehicleId}/merge`, { intoId: into.vehicleId }, { as: org.a.staff['crm-supervisor'], ifMatch: etag })).toMatchObject({ status: 200 });
        return (await get(`vehicles/${into.vehicleId}`)).body;
      };
      const [early, early2, owed, owed2] = [told(), told(), told(), told()];
      for (const car of [early, early2, owed2]) await car.introduced({ vin: null }, { plate: car.vin.slice(0, 8) });
      await early.opened();
      const { firstVisitAt } = (await get(`vehicles/${early.vehicleId}`)).body;
      expect(await promisesOf(early.vehicleId)).toMatchObject([{ outcome: 'open' }]);
      await early.introduced({}, {}, { version: 2 });
      expect(await promisesOf(early.vehicleId)).toMatchObject([{ outcome: 'kept' }]);
      await service.jump(7 * day);
      expect(await merge(early, early2)).toMatchObject({ complete: true, firstVisitAt });
      expect(await promisesOf(early2.vehicleId)).toEqual([]);
      await owed.opened();
      await org.policy('file.complete', { workingDays: 1 });
      expect(await merge(owed, owed2)).toMatchObject({ complete: false });
      await org.policy('file.complete', { workingDays: 3 });
      const [{ dueAt, policyVersion, explanation, ...gone }] = await promisesOf(owed.vehicleId);
      expect(gone).toMatchObject({ outcome: 'void', cause: 'merged' });
      expect(await promisesOf(owed2.vehicleId)).toMatchObject([{ outcome: 'open', dueAt, policyVersion, explanation }]);
    });

    it('CRM-1 a supervisor merges by hand; two VINs, a merged file, itself, an old version and an advisor are refused', async () => {
      const supervisor = org.a.staff['crm-supervisor'];
      const [one, two, three] = [told(), told(), told()];
      for (const car of [one, two, three]) await car.introduced({ vin: car === three ? null : car.vin }, { plate: car.vin.slice(0, 8) });
      const merge = (from: string, intoId: string, more: object = { ifMatch: 1 }) => post(`vehicles/${from}/merge`, { intoId }, { as: supervisor, ...more });
      expect(await merge(one.vehicleId, two.vehicleId)).toMatchObject({ status: 409, body: { code: 'file.two-cars' } });
      expect(await merge(one.vehicleId, one.vehicleId)).toMatchObject({ status: 409, body: { code: 'file.merge-itself' } });
      expect(await merge(three.vehicleId, one.vehicleId, { ifMatch: 9 })).toMatchObject({ status: 412 });
      expect(await merge(three.vehicleId, one.vehicleId, { ifMatch: 1, as: advisor })).toMatchObject({ status: 403, body: { code: 'auth.role' } });
      const both = await Promise.all([merge(three.vehicleId, one.vehicleId), merge(three.vehicleId, two.vehicleId)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
      const untouched = both[0]!.status === 200 ? two : one; // the one that took it in is a version further
      expect(await merge(untouched.vehicleId, three.vehicleId)).toMatchObject({ status: 409, body: { code: 'file.merged' } });
    });

    it('CRM-1 opened by hand once per Idempotency-Key; a VIN that has a file is refused, also when two type it at once', async () => {
      const vin = told().vin;
      const open = (key?: string) => post('vehicles', { vin, brand: 'nova' }, { key });
      const answers = await Promise.all([open('k-1'), open('k-1'), open(), open()]);
      expect(answers.map(({ status }) => status).sort()).toEqual(expect.arrayContaining([201, 409]));
      expect((await get(`vehicles?vin=${vin}`)).body.vehicles).toHaveLength(1);
      const refused = answers.filter(({ status }) => status === 409);
      expect(refused.every(({ body }) => body.code === 'file.vin-known')).toBe(true);
      expect(await post('vehicles', { brand: 'nova', customerId: uuidv7() })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/customerId' }] } });
      // A day from which no cover can be counted: its fact would be a dead letter at claims (found by the fuzzer).
      for (const saleDate of ['9998-05-01', '0001-01-01']) expect(await post('vehicles', { brand: 'nova', saleDate })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/saleDate' }] } });
      expect(await service.http(`POST /stores/${org.a.storeId}/vehicles`, { as: org.a.staff.technician, body: { brand: 'nova' } })).toMatchObject({ status: 403 });
      expect(await service.http(`POST /stores/${org.b.storeId}/vehicles`, { as: advisor, body: { brand: 'nova' } })).toMatchObject({ status: 404 });
    });
  });

  it('CRM-1 the history is read page by page, and promises are said with the commit', async () => {
    const car = told();
    for (const version of [2, 3, 4]) await car.opened({ mileage: 20_000 + version }, { version });
    const first = (await get(`vehicles/${car.vehicleId}/history?limit=2`)).body;
    const rest = (await get(`vehicles/${car.vehicleId}/history?limit=2&cursor=${first.next}`)).body;
    expect([...first.happenings, ...rest.happenings].map(({ detail }: { detail: { mileage: number } }) => detail.mileage)).toEqual([20_004, 20_003, 20_002]);
    expect(rest.next).toBeNull();
    expect(await get(`vehicles/${car.vehicleId}/history?cursor=zzz`)).toMatchObject({ status: 400 });
    expect((await service.said(promise.opened)).filter(({ data }) => data.subject === car.vehicleId)).toHaveLength(1);
  });
});
