import { LinesDeclined, CoverageAsked, EstimateOffered, PromiseMoved, VisitArrived, VisitAuthorised, VisitDelivered, VisitOpened, VisitReady, VisitSettled } from '@aftersales/contracts/reception/visit';
import { PaymentReceived } from '@aftersales/contracts/reception/payment';
import { ConsentAsked } from '@aftersales/contracts/reception/asked-by-link';
import { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import { FaultFound } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { goodSheet, serviceLines, TestDesk } from './testing/desk';

describe('a visit from the gate to the hand-over', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.close());

  it('REC-12 REC-13 REC-14 REC-16 REC-17 REC-18 REC-19 REC-20 REC-21 WRK-7 one car, every fact once and in order', async () => {
    const { service, org } = desk;
    const { visitId, vehicleId, vin, customerId } = await desk.arrived({ plate: 'abc-1234' });
    expect((await service.said(VisitLabelled))[0]!.data).toMatchObject({ visitId, plate: 'ABC1234' });
    await desk.ok(`/${visitId}/check-in`, { ...goodSheet, vin });
    expect(await desk.ok(`/${visitId}/open`, { readBack: true, signatureId: uuidv7() })).toMatchObject({ state: 'opened', repairOrder: expect.stringMatching(/^RO-A-01-\d{8}-0001$/), customerId });

    const draft = await desk.ok(`/${visitId}/estimates`, { lines: Object.values(serviceLines) });
    expect(draft).toMatchObject({ n: 1, state: 'coverage-asked' });
    expect((await desk.post(`/${visitId}/estimates/1/offer`, { promisedAt: await desk.inHours(5) })).body.code).toBe('estimate.coverage-open');
    await desk.decide(visitId, 1, draft.lines);
    const offer = await desk.ok(`/${visitId}/estimates/1/offer`, { promisedAt: await desk.inHours(5) });
    await desk.signed(visitId, offer);

    const faultId = uuidv7();
    const fault = { jobId: uuidv7(), visitId, vehicleId, faultId, faultCode: 'C1201', safety: true, operations: [{ operationCode: 'BRK-PAD-F', skill: 'brakes', bayType: 'lift', flatHours: 800 }], parts: [{ partNumber: '04465-06200', quantity: 1000 }], evidenceIds: [uuidv7()], foundBy: uuidv7(), confirmedBy: uuidv7(), foundAt: (await service.now()).toISOString() };
    await service.hear(FaultFound, fault, { storeId: desk.storeId });
    const second = (await desk.get(`/${visitId}/estimates/2`)).body;
    expect(second).toMatchObject({ state: 'draft', lines: [{ standing: 'consented' }, { standing: 'consented' }, { standing: 'consented' }, { standing: 'consented' }, { standing: 'open', faultId }, { standing: 'open', faultId, safety: true }] });
    const offer2 = await desk.ok(`/${visitId}/estimates/2/offer`, { promisedAt: await desk.inHours(6) });
    await desk.ok(`/${visitId}/estimates/2/link`);
    const [asked] = await service.said(ConsentAsked);
    const path = new URL(asked!.sealed!.link).pathname;
    const [labour, pads] = desk.answers(offer2);
    const page = await service.http(`GET ${path}`);
    expect(page.body).toContain(labour!.lineId);
    const form = new URLSearchParams({ [labour!.lineId]: 'yes', [pads!.lineId]: 'yes' }).toString();
    expect((await service.http(`POST ${path}`, { body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(200);
    const authorised = await service.said(VisitAuthorised);
    expect(authorised.map(({ data }) => [data.version, data.lines.length])).toEqual([[1, 4], [2, 6]]);

    await desk.ok(`/${visitId}/move-promise`, { promisedAt: await desk.inHours(7), cause: 'parts-late', how: 'phone', note: 'Herr Wu weiß Bescheid' });
    await desk.issue(visitId, offer2.lines);
    await desk.completed({ visitId, vehicleId, jobId: uuidv7(), technicianId: uuidv7(), inspectorId: uuidv7() }, offer2.lines);
    await desk.ok(`/${visitId}/pass`);
    const settled = await desk.ok(`/${visitId}/settle`, { signatureId: uuidv7() }, { as: org.a.staff.cashier });
    const [customer] = settled.shares;
    expect(settled.shares.map(({ payer }: { payer: string }) => payer)).toEqual(['customer', 'warranty']);
    expect((await desk.post(`/${visitId}/deliver`, { oldParts: 'none', valuablesReturned: true, nextServiceTold: true })).body.code).toBe('visit.not-paid');
    const paid = await desk.ok(`/${visitId}/payments`, { payer: 'customer', method: 'cash', tendered: customer.total + 500 }, { as: org.a.staff.cashier });
    expect(paid).toMatchObject({ amount: customer.total, change: 500 });
    const delivered = await desk.ok(`/${visitId}/deliver`, { oldParts: 'none', valuablesReturned: true, nextServiceTold: true });
    expect(delivered).toMatchObject({ state: 'delivered', allowed: [] });

    const facts = (await Promise.all([VisitArrived, VisitOpened, CoverageAsked, EstimateOffered, VisitAuthorised, LinesDeclined, PromiseMoved, VisitReady, VisitSettled, VisitDelivered].map((contract) => service.said(contract as typeof VisitArrived)))).flat();
    const versions = facts.map(({ version }) => version).sort((a, b) => a - b);
    expect(new Set(versions).size).toBe(versions.length);
    expect((await service.said(PaymentReceived))[0]!.data).toMatchObject({ visitId, method: 'cash', change: { amount: 500, currency: 'TWD' } });
    expect((await service.said(VisitDelivered))[0]!.data).toMatchObject({ visitId, maintenanceDone: true, nextServiceAtKm: 29850, operationCodes: ['MNT-10K', 'ELE-WIN-FL', 'BRK-PAD-F'] });
    expect((await desk.get(`/${visitId}`)).status).toBe(200);
    expect((await desk.get(`?open=false`)).body.visits).toHaveLength(1);
  });
});
