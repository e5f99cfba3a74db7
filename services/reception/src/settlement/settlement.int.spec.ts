import { PartsReturned } from '@aftersales/contracts/parts/reservation';
import { PaymentReceived, PaymentRefunded } from '@aftersales/contracts/reception/payment';
import { VisitSettled } from '@aftersales/contracts/reception/visit';
import { v7 as uuidv7 } from 'uuid';
import { serviceLines, TestDesk } from '../visit/testing/desk';

const { labour, oil, regulator, motor } = serviceLines;

describe('settlement and payments', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.close());

  const cashier = () => desk.org.a.staff.cashier;
  const settle = (visitId: string, body: object = {}, options: object = {}) => desk.post(`/${visitId}/settle`, { signatureId: uuidv7(), ...body }, { as: cashier(), ...options });
  const pay = (visitId: string, body: object, options: object = {}) => desk.post(`/${visitId}/payments`, { payer: 'customer', method: 'card', ...body }, { as: cashier(), ...options });
  const settledFacts = async (visitId: string) => (await desk.service.said(VisitSettled)).filter(({ data }) => data.visitId === visitId);
  const settled = async (lines: readonly object[] = [labour]) => {
    const visit = await desk.done(lines);
    const { body } = await settle(visit.visitId);
    return { ...visit, total: body.shares[0].total as number };
  };
  const back = async (visitId: string, lines: { lineId: string; partNumber?: string; quantity?: number }[]) =>
    desk.service.hear(PartsReturned, { holderKind: 'visit', holderId: visitId, round: 1, requisitionId: uuidv7(), returnedAt: (await desk.service.now()).toISOString(), lines: lines.map(({ lineId, partNumber, quantity }) => ({ lineId, partNumber: partNumber!, quantity: quantity! })) }, { storeId: desk.storeId });

  it('REC-20 only what was agreed to and finished, split by payer, labour and parts apart, signed', async () => {
    const visit = await desk.authorised([labour, oil, regulator, motor]);
    const { visitId, offer } = visit;
    expect((await settle(visitId)).body.code).toBe('visit.state');
    await desk.issue(visitId, offer.lines.slice(0, 2));
    await desk.completed(visit, offer.lines, { undone: [offer.lines[2].lineId] });
    expect((await settle(visitId, { signatureId: undefined })).status).toBe(422);
    const { body } = await settle(visitId);
    expect(body.shares).toEqual([{ payer: 'customer', labour: 144000, parts: 193500, consumables: 0, tax: 6857 + 9214, total: 337500, owed: 337500 }]);
    expect(body.leftOut.map(({ lineId }: { lineId: string }) => lineId)).toEqual([offer.lines[2].lineId, offer.lines[3].lineId]);
    const [fact] = await settledFacts(visitId);
    expect(fact!.data).toMatchObject({ version: 1, customerSigned: true, shares: [{ payer: 'customer', amount: { amount: 337500, currency: 'TWD' } }], lines: [{ operationCode: 'MNT-10K' }, { partNumber: '08880-83478' }] });
    expect((await desk.get(`/${visitId}/settlement`, cashier())).body).toEqual(body);
  });

  it('REC-20 PRT-5 waits until issued less returned is what is billed, in whichever order the facts come', async () => {
    const visit = await desk.authorised([labour, oil]);
    const { visitId, offer } = visit;
    const [, part] = offer.lines;
    await back(visitId, [{ ...part, quantity: 300 }]);
    await desk.completed(visit, offer.lines);
    expect((await settle(visitId)).body.code).toBe('settlement.part-missing');
    await desk.issue(visitId, [{ ...part, quantity: 5000 }]);
    expect((await settle(visitId)).body.code).toBe('settlement.more-than-agreed');
    await back(visitId, [{ ...part, quantity: 400 }]);
    await back(uuidv7(), [{ ...part, quantity: 1 }]);
    expect((await settle(visitId)).body.lines[1]).toMatchObject({ quantity: 4300, amount: { amount: 193500 } });
  });

  it('REC-20 PRT-5 a part told twice counts once; less than agreed to is billed as less; one nobody agreed to stops it', async () => {
    const visit = await desk.authorised([labour, oil]);
    const { visitId, offer } = visit;
    const [, part] = offer.lines;
    await desk.issue(visitId, [{ ...part, quantity: 4100 }]);
    const stray = { lineId: uuidv7(), kind: 'part', partNumber: 'STRAY', quantity: 1000 };
    await desk.issue(visitId, [stray]);
    await desk.completed(visit, offer.lines);
    expect((await settle(visitId)).body.code).toBe('settlement.part-out');
    await back(visitId, [stray]);
    expect((await settle(visitId)).body.lines[1]).toMatchObject({ quantity: 4100, amount: { amount: 184500 } });
  });

  it('REC-20 a part that was not needed is left out with a reason; done work is not', async () => {
    const visit = await desk.authorised([labour, oil]);
    const { visitId, offer } = visit;
    await desk.completed(visit, offer.lines);
    expect((await settle(visitId, { leftOut: [{ lineId: offer.lines[0].lineId, reason: 'gift' }, { lineId: offer.lines[1].lineId, reason: 'not-needed' }] })).body.code).toBe('settlement.done');
    expect((await settle(visitId, { leftOut: [{ lineId: offer.lines[1].lineId, reason: 'not-needed' }] })).body).toMatchObject({ lines: [{ kind: 'labour' }], leftOut: [{ reason: 'not-needed' }] });
  });

  it('REC-20 settled once, however many ask; after that no line is added', async () => {
    const visit = await desk.done([labour]);
    const ifMatch = await desk.version(`/${visit.visitId}`);
    const answers = await Promise.all([settle(visit.visitId, {}, { ifMatch }), settle(visit.visitId, {}, { ifMatch })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await settledFacts(visit.visitId)).toHaveLength(1);
    expect((await settle(visit.visitId)).body.code).toBe('visit.state');
    expect((await desk.post(`/${visit.visitId}/estimates`, { lines: [oil] })).body.code).toBe('visit.state');
  });

  it('REC-20 cash gives change, cards are exact, all in minor units', async () => {
    const { visitId, total } = await settled();
    expect(total).toBe(144000);
    expect((await pay(visitId, { tendered: total + 1 })).body.code).toBe('payment.too-much');
    expect((await pay(visitId, { method: 'insurer', tendered: 1 })).body.code).toBe('payment.method');
    expect((await pay(visitId, { payer: 'warranty', tendered: 1 })).body.code).toBe('payment.nothing-owed');
    for (const tendered of [0, -1, 1.5]) expect((await pay(visitId, { tendered })).status).toBe(422);
    expect((await pay(visitId, { method: 'mobile', tendered: 44000, reference: 'LP-1' })).body).toMatchObject({ amount: 44000, change: 0 });
    expect((await pay(visitId, { method: 'cash', tendered: 200000 })).body).toMatchObject({ amount: 100000, change: 100000, cashierId: cashier() });
    expect((await pay(visitId, { tendered: 1 })).body.code).toBe('payment.nothing-owed');
    const facts = (await desk.service.said(PaymentReceived)).filter(({ data }) => data.visitId === visitId);
    expect(facts.map(({ data }) => [data.method, data.amount.amount, data.change.amount, data.amount.currency])).toEqual([['mobile', 44000, 0, 'TWD'], ['cash', 100000, 100000, 'TWD']]);
  });

  it('REC-20 a double submit takes the money once, with the same key or with two', async () => {
    const one = await settled();
    const key = uuidv7();
    const same = await Promise.all([1, 2, 3].map(() => pay(one.visitId, { tendered: one.total }, { key })));
    expect(same.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(same.map(({ body }) => body.paymentId)).size).toBe(1);
    expect((await pay(one.visitId, { tendered: one.total - 1 }, { key })).status).toBe(422);
    const two = await settled();
    const other = await Promise.all([1, 2, 3].map(() => pay(two.visitId, { tendered: two.total })));
    expect(other.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect((await desk.get(`/${two.visitId}/settlement`, cashier())).body.shares[0].owed).toBe(0);
  });

  it('REC-20 cash rounding follows its policy', async () => {
    const { visitId, total } = await settled([{ ...labour, flatHours: 1004 }]);
    expect(total).toBe(120480);
    await desk.org.policy('payment.cash-rounding', { toMinorUnits: 100 });
    expect((await pay(visitId, { method: 'cash', tendered: 121000 })).body).toMatchObject({ amount: 120500, change: 500, rounding: -20 });
    await desk.org.policy('payment.cash-rounding', { toMinorUnits: 1 });
    const exact = await settled([{ ...labour, flatHours: 1004 }]);
    expect((await pay(exact.visitId, { method: 'cash', tendered: 120480 })).body).toMatchObject({ amount: 120480, rounding: 0 });
  });

  it('REC-20 a refund has an approver by policy who did not take the money, and never exceeds it', async () => {
    const { a } = desk.org;
    const { visitId, total } = await settled();
    const { paymentId } = (await pay(visitId, { tendered: total })).body;
    const refund = (amount: number, as: string, options: object = {}) => desk.service.http(`POST /stores/${desk.storeId}/visits/${visitId}/payments/${paymentId}/refund`, { as, body: { amount, reason: 'Doppelt' }, ifMatch: 1, ...options });
    expect((await refund(1, cashier())).body.code).toBe('payment.refund-approver');
    expect((await refund(total + 1, a.staff.finance)).body.code).toBe('payment.refund-too-much');
    const done = await Promise.all([refund(1000, a.staff.finance), refund(1000, a.staff['store-manager'])]);
    expect(done.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await desk.get(`/${visitId}/settlement`, cashier())).body.shares[0].owed).toBe(1000);
    const facts = (await desk.service.said(PaymentRefunded)).filter(({ data }) => data.visitId === visitId);
    expect(facts.map(({ data }) => data.amount.amount)).toEqual([1000]);
    expect(facts[0]!.envelope).not.toContain('Doppelt');
    await desk.org.policy('payment.refund-approver', { approverRoles: ['store-manager'] });
    expect((await refund(1, a.staff.finance, { ifMatch: 2 })).body.code).toBe('payment.refund-approver');
    expect((await refund(1, a.staff['store-manager'], { ifMatch: 2 })).status).toBe(200);
    await desk.org.policy('payment.refund-approver', { approverRoles: ['finance', 'store-manager'] });
  });

  it('REC-20 another store, another post, an old version', async () => {
    const { visitId } = await desk.done([labour]);
    const { a, b } = desk.org;
    const there = { as: b.staff.cashier, storeId: b.storeId };
    expect((await settle(visitId, {}, there)).status).toBe(404);
    expect((await pay(visitId, { tendered: 1 }, there)).status).toBe(404);
    expect((await desk.get(`/${visitId}/settlement`, b.staff.cashier, b.storeId)).status).toBe(404);
    expect((await settle(visitId, {}, { as: a.staff.technician })).status).toBe(403);
    expect((await pay(visitId, { tendered: 1 }, { as: a.staff.advisor })).status).toBe(403);
    expect((await settle(visitId, {}, { ifMatch: 1 })).status).toBe(412);
    expect((await pay(visitId, { tendered: 1 })).body.code).toBe('visit.state');
  });
});
