import { OldPartHandedIn } from '@aftersales/contracts/parts/reservation';
import { VisitDelivered, VisitReady } from '@aftersales/contracts/reception/visit';
import { v7 as uuidv7 } from 'uuid';
import { hour, serviceLines, TestDesk } from './testing/desk';

const { labour, oil } = serviceLines;

describe('delivery', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.close());

  const done = { oldParts: 'none', valuablesReturned: true, nextServiceTold: true };
  const deliver = (visitId: string, body: object = {}, options: object = {}) => desk.post(`/${visitId}/deliver`, { ...done, ...body }, options);
  const delivered = async (visitId: string) => (await desk.service.said(VisitDelivered)).filter(({ data }) => data.visitId === visitId);
  const cashier = () => desk.org.a.staff.cashier;
  const settle = (visitId: string) => desk.ok(`/${visitId}/settle`, { signatureId: uuidv7() }, { as: cashier() });
  const ready = async (lines: readonly object[] = [labour, oil], sheet: object = {}) => {
    const visit = await desk.done(lines, sheet);
    await desk.ok(`/${visit.visitId}/pass`);
    return { ...visit, total: (await settle(visit.visitId)).shares[0].total as number };
  };
  const paid = async (lines?: readonly object[], sheet?: object) => {
    const visit = await ready(lines, sheet);
    await desk.ok(`/${visit.visitId}/payments`, { payer: 'customer', method: 'card', tendered: visit.total }, { as: cashier() });
    return visit;
  };
  const handedIn = (visitId: string, lineId: string, custody: 'customer' | 'claims', oldPartId = uuidv7()) =>
    desk.service.hear(OldPartHandedIn, { holderKind: 'visit', holderId: visitId, round: 1, oldPartId, lineId, partNumber: 'P', quantity: 1000, payer: 'customer', tag: 'T-1', custody, technicianId: uuidv7(), handedInAt: new Date(0).toISOString() }, { storeId: desk.storeId });

  it('REC-21 the washed car is checked by the advisor before it is ready; said once', async () => {
    const visit = await desk.authorised([labour]);
    expect((await desk.post(`/${visit.visitId}/pass`)).body.code).toBe('visit.state');
    await desk.completed(visit, visit.offer.lines);
    const ifMatch = await desk.version(`/${visit.visitId}`);
    const answers = await Promise.all([1, 2].map(() => desk.post(`/${visit.visitId}/pass`, undefined, { ifMatch })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await desk.service.said(VisitReady)).filter(({ data }) => data.visitId === visit.visitId)).toHaveLength(1);
    expect((await deliver(visit.visitId)).body.code).toBe('visit.not-settled');
  });

  it('REC-21 the customer’s share is paid first, to the last unit; others stay receivable', async () => {
    const visit = await ready([labour, serviceLines.regulator]);
    const pay = (tendered: number) => desk.ok(`/${visit.visitId}/payments`, { payer: 'customer', method: 'card', tendered }, { as: cashier() });
    await pay(visit.total - 1);
    expect((await deliver(visit.visitId)).body.code).toBe('visit.not-paid');
    await pay(1);
    expect((await deliver(visit.visitId)).status).toBe(200);
    expect((await desk.get(`/${visit.visitId}/settlement`, cashier())).body.shares).toMatchObject([{ payer: 'customer', owed: 0 }, { payer: 'warranty', owed: 120000 }]);
  });

  it('REC-21 or it is released by a named approver by policy, with a reason that stays at the desk', async () => {
    const { a } = desk.org;
    const { visitId, total } = await ready();
    const release = (as: string, body: object = { reason: 'Stammkunde, zahlt Freitag' }) => desk.post(`/${visitId}/release`, body, { as });
    expect((await release(a.staff.finance)).body.code).toBe('visit.release-approver');
    expect((await release(a.staff['service-manager'], {})).status).toBe(422);
    await desk.org.policy('visit.release-approver', { approverRoles: ['finance'] });
    expect((await release(a.staff['service-manager'])).body.code).toBe('visit.release-approver');
    expect((await release(a.staff.finance)).body).toMatchObject({ releasedBy: a.staff.finance, shares: [{ owed: total }] });
    expect((await release(a.staff.finance)).body.code).toBe('visit.released');
    await desk.org.policy('visit.release-approver', { approverRoles: ['service-manager', 'store-manager'] });
    expect((await deliver(visitId)).status).toBe(200);
    expect((await delivered(visitId))[0]!.envelope).not.toContain('Stammkunde');
    expect((await desk.ok(`/${visitId}/payments`, { payer: 'customer', method: 'transfer', tendered: total }, { as: cashier() })).amount).toBe(total);
  });

  it('REC-21 the workshop’s checks have passed; a job done without its last check goes nowhere', async () => {
    const visit = await desk.authorised([labour]);
    await desk.completed(visit, visit.offer.lines, { checks: ['own', 'team'] });
    await desk.ok(`/${visit.visitId}/pass`);
    const { shares } = await settle(visit.visitId);
    await desk.ok(`/${visit.visitId}/payments`, { payer: 'customer', method: 'card', tendered: shares[0].total }, { as: cashier() });
    expect((await deliver(visit.visitId)).body.code).toBe('visit.checks-open');
    await desk.completed(visit, visit.offer.lines, { version: 20 });
    expect((await deliver(visit.visitId)).status).toBe(200);
  });

  it('REC-21 old parts as agreed, valuables back, the next service told', async () => {
    const wants = await paid();
    await handedIn(wants.visitId, wants.offer.lines[1].lineId, 'customer');
    expect((await desk.get(`/${wants.visitId}`)).body.customersOldParts).toBe(1);
    expect((await deliver(wants.visitId)).body.code).toBe('visit.old-parts');
    expect((await deliver(wants.visitId, { oldParts: 'kept' })).body.code).toBe('visit.old-parts');
    expect((await deliver(wants.visitId, { oldParts: 'handed-over', valuablesReturned: false })).body.code).toBe('visit.valuables');
    expect((await deliver(wants.visitId, { oldParts: 'handed-over', nextServiceTold: false })).body.code).toBe('visit.next-service');
    expect((await deliver(wants.visitId, { oldParts: 'handed-over' })).status).toBe(200);
    const leaves = await paid([labour, oil], { oldParts: 'leave', valuables: [] });
    await handedIn(leaves.visitId, leaves.offer.lines[1].lineId, 'customer');
    await handedIn(leaves.visitId, leaves.offer.lines[1].lineId, 'claims');
    expect((await deliver(leaves.visitId, { oldParts: 'kept', valuablesReturned: false })).status).toBe(200);
  });

  it('REC-21 an old part for which the maker pays after all is the claims clerk’s: nobody hands it over', async () => {
    const { visitId, offer } = await paid();
    const oldPartId = uuidv7();
    for (const custody of ['customer', 'claims'] as const) await handedIn(visitId, offer.lines[1].lineId, custody, oldPartId);
    expect((await desk.get(`/${visitId}`)).body.customersOldParts).toBe(0);
  });

  it('REC-21 a refused safety repair needs a signed waiver, done work or none', async () => {
    const visit = await desk.opened();
    const offer = await desk.offered(visit.visitId, [{ ...labour, safety: true }]);
    await desk.signed(visit.visitId, offer, [offer.lines[0].lineId]);
    expect((await deliver(visit.visitId)).body.code).toBe('visit.waiver');
    const waiverSignatureId = uuidv7();
    expect((await deliver(visit.visitId, { waiverSignatureId })).body).toMatchObject({ state: 'delivered' });
    expect((await desk.get(`/${visit.visitId}`)).body.handover).toMatchObject({ waiverSignatureId });
    expect((await delivered(visit.visitId))[0]!.data).toMatchObject({ operationCodes: [], maintenanceDone: false, nextServiceOn: null, technicianIds: [] });
    const again = await desk.opened();
    const first = await desk.offered(again.visitId, [{ ...labour, safety: true }, oil]);
    await desk.signed(again.visitId, first, [first.lines[0].lineId]);
    const second = await desk.offered(again.visitId, first.lines.map(({ lineId }: { lineId: string }) => ({ keep: lineId })));
    await desk.signed(again.visitId, second);
    await desk.issue(again.visitId, second.lines);
    await desk.completed({ ...again, jobId: uuidv7(), technicianId: uuidv7(), inspectorId: uuidv7() }, second.lines);
    await desk.ok(`/${again.visitId}/pass`);
    const { shares } = await settle(again.visitId);
    await desk.ok(`/${again.visitId}/payments`, { payer: 'customer', method: 'card', tendered: shares[0].total }, { as: cashier() });
    expect((await deliver(again.visitId)).status).toBe(200);
  });

  it('REC-21 delivered once, with who worked on it and the next service of the policy', async () => {
    const visit = await paid();
    await desk.org.policy('maintenance.interval', { months: 3, kilometres: 5000 });
    const [key, ifMatch] = [uuidv7(), await desk.version(`/${visit.visitId}`)];
    const answers = await Promise.all([deliver(visit.visitId, {}, { key, ifMatch }), deliver(visit.visitId, {}, { key, ifMatch }), deliver(visit.visitId, {}, { ifMatch })]);
    // Two are one delivery told twice: they are first, or the third is.
    expect([[200, 200, 412], [412, 412, 200]]).toContainEqual(answers.map(({ status }) => status));
    await desk.org.policy('maintenance.interval', { months: 6, kilometres: 10000 });
    const facts = await delivered(visit.visitId);
    expect(facts).toHaveLength(1);
    expect(facts[0]!.data).toMatchObject({
      customerId: visit.customerId, contactId: visit.customerId, advisorId: desk.advisor, technicianIds: [visit.technicianId], inspectorIds: [visit.inspectorId], operationCodes: ['MNT-10K'], maintenanceDone: true,
      mileage: 19850, nextServiceAtKm: 24850, nextServiceOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    await desk.service.jump(48 * hour);
    expect(await desk.service.rows(`select kind from timer where subject = $1`, [visit.visitId])).toEqual([]);
    const other = await paid();
    expect((await deliver(other.visitId, { nextServiceOn: '9999-01-31' })).status).toBe(422);
    await deliver(other.visitId, { nextServiceOn: '2030-01-31', nextServiceAtKm: 99999 });
    expect((await delivered(other.visitId))[0]!.data).toMatchObject({ nextServiceOn: '2030-01-31', nextServiceAtKm: 99999 });
  });

  it('REC-21 another store, another post, an old version', async () => {
    const { visitId } = await paid();
    const { a, b } = desk.org;
    expect((await deliver(visitId, {}, { as: b.staff.advisor, storeId: b.storeId })).status).toBe(404);
    expect((await deliver(visitId, {}, { as: a.staff.cashier })).status).toBe(403);
    expect((await deliver(visitId, {}, { ifMatch: 1 })).status).toBe(412);
  });
});
