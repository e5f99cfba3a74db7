import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import { LinesDeclined, VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { FaultFound, JobUnblocked } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { labour, part, photo, TestFloor, type Visit } from '../testing/test-floor';

describe('found faults', () => {
  let floor: TestFloor;
  let visit: Visit;

  beforeAll(async () => void (floor = await TestFloor.manned()));
  beforeEach(async () => void (visit = await floor.newDay()));
  afterAll(() => floor?.stop());

  it('WRK-7 a find with evidence is confirmed by a second person and asked; with consent the job goes on with the new lines', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    await floor.work(visit, line.lineId);
    const faultId = await floor.find(visit);
    expect(await floor.service.said(FaultFound)).toHaveLength(0);
    const both = await floor.person();
    expect(await floor.move(visit, 'confirm-fault', floor.technician, { faultId })).toMatchObject({ status: 403 });
    await floor.org.person(both, [{ role: 'technician', storeId: floor.a.storeId }, { role: 'workshop-manager', storeId: floor.a.storeId }]);
    const own = await floor.find(visit, both);
    expect(await floor.move(visit, 'confirm-fault', both, { faultId: own })).toMatchObject({ status: 409, body: { code: 'workshop.second-person' } });
    await floor.does(visit, 'reject-fault', floor.manager, { faultId: own, reason: 'wear-in-limits' });
    const { version } = await floor.card(visit);
    const twice = await Promise.all([1, 2].map(() => floor.move(visit, 'confirm-fault', floor.manager, { faultId }, { ifMatch: version })));
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 412]);
    const [found] = await floor.service.said(FaultFound);
    expect(found!.data).toMatchObject({ faultId, vehicleId: visit.vehicleId, faultCode: 'C1201', foundBy: floor.technician, confirmedBy: floor.manager, evidenceIds: [expect.any(String)] });
    expect(await floor.card(visit)).toMatchObject({ blocks: [{ reason: 'consent', lineIds: [], until: null }] });
    expect(await floor.move(visit, 'pass-check', floor.technician, { check: 'own' })).toMatchObject({ status: 409, body: { code: 'workshop.blocked' } });
    const pads = labour({ skill: 'brakes', faultId, faultCode: 'C1201' });
    await floor.authorise(visit, [line, pads], { version: 2 });
    const card = await floor.card(visit);
    expect(card).toMatchObject({ state: 'working', faults: expect.arrayContaining([expect.objectContaining({ id: faultId, state: 'authorised' })]) });
    expect(card.blocks[0].until).not.toBeNull();
    await floor.work(visit, pads.lineId);
    await floor.threeChecks(visit);
  });

  it('WRK-7 declined: the job goes on without; heard twice, and after a consent to another line of the same find, nothing more happens', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    await floor.work(visit, line.lineId);
    const faultId = await floor.find(visit);
    await floor.does(visit, 'confirm-fault', floor.manager, { faultId });
    const declined = { ...visit, version: 2, lines: [{ ...labour({ faultId }), reason: 'too-dear' }], declinedAt: new Date(0).toISOString() };
    await floor.twice(LinesDeclined, declined);
    expect((await floor.card(visit)).faults.at(-1)).toMatchObject({ state: 'declined' });
    expect((await floor.saidOf(visit, JobUnblocked))).toHaveLength(1);
    expect((await floor.card(visit)).operations).toHaveLength(1);
    await floor.threeChecks(visit);
    expect(await floor.card(visit)).toMatchObject({ state: 'final-checked' });
  });

  describe('a find of two lines, one or both refused by a payer or dropped by the desk', () => {
    const line = labour();
    const declined = (lines: EstimateLine[], about = floor.about()) => floor.service.hear(LinesDeclined, { ...visit, version: 2, lines: lines.map((one) => ({ ...one, reason: 'no-goodwill' })), declinedAt: new Date(0).toISOString() }, about);
    const agreed = (lines: EstimateLine[], about = floor.about()) => floor.service.hear(VisitAuthorised, floor.authorised(visit, [line, ...lines], { version: 2 }), about);
    type Order = (hands: EstimateLine, pads: EstimateLine) => Promise<unknown>;

    it.each<[string, Order, 'declined' | 'authorised']>([
      ['one no after the other', async (hands, pads) => { await declined([hands]); await declined([pads]); }, 'declined'],
      ['a no, then a yes', async (hands, pads) => { await declined([hands]); await agreed([pads]); }, 'authorised'],
      ['a yes, then a no', async (hands, pads) => { await agreed([pads]); await declined([hands]); }, 'authorised'],
      ['a no, then late an older yes without the find', async (hands, pads) => { const before = floor.about(); await declined([hands, pads]); await agreed([], before); }, 'declined'],
      ['a yes, then late an older no', async (hands, pads) => { const before = floor.about(); await agreed([pads]); await declined([hands], before); }, 'authorised'],
      ['both at once', (hands, pads) => Promise.all([declined([hands]), agreed([pads])]), 'authorised'],
    ])('WRK-7 %s: the job does not wait for an answer any more, and can be finished', async (_, hear, ends) => {
      await floor.authorise(visit, [line]);
      await floor.work(visit, line.lineId);
      const faultId = await floor.find(visit);
      await floor.does(visit, 'confirm-fault', floor.manager, { faultId });
      await hear(labour({ faultId, faultCode: 'C1201', payer: 'goodwill' }), part({ faultId, faultCode: 'C1201' }));
      const card = await floor.card(visit);
      expect(card.faults).toMatchObject([{ state: ends }]);
      expect(card.blocks).toMatchObject([{ reason: 'consent', until: expect.any(String) }]);
      await floor.finish(visit);
    });
  });

  it('WRK-7 without evidence, or with evidence of another job, nothing is reported', async () => {
    await floor.authorise(visit, [labour()]);
    const body = { faultCode: 'C1', safety: false, operations: [{ operationCode: 'X', skill: 'brakes', bayType: 'lift', flatHours: 100 }], evidenceIds: [uuidv7()] };
    expect(await floor.move(visit, 'report-fault', floor.technician, { ...body, evidenceIds: [] })).toMatchObject({ status: 422 });
    expect(await floor.move(visit, 'report-fault', floor.technician, body)).toMatchObject({ status: 409, body: { code: 'workshop.evidence' } });
    const { id } = await floor.card(visit);
    const [one, two] = await Promise.all([floor.keep(visit), floor.keep(visit)]);
    expect(two.body.id).toBe(one.body.id);
    expect((await floor.service.http(`GET ${floor.path(`jobs/${id}/evidence/${one.body.id}`)}`, { as: floor.a.staff['claims-clerk'] })).body).toMatchObject({ content: photo, takenBy: floor.technician });
  });
});
