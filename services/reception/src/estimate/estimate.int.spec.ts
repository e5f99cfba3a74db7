import { PartChanged } from '@aftersales/contracts/parts/part';
import { CoverageAsked, EstimateOffered, LinesDeclined, VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { FaultFound } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { hour, minute, serviceLines, TestDesk, type Offer } from '../visit/testing/desk';

const { labour, oil, regulator, motor } = serviceLines;

describe('the estimate', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.close());

  const draft = (visitId: string, lines: readonly object[], as?: string) => desk.post(`/${visitId}/estimates`, { lines }, { as });
  const asked = async (visitId: string) => (await desk.service.said(CoverageAsked)).filter(({ data }) => data.visitId === visitId).map(({ data }) => [data.version, data.lines.map(({ operationCode, partNumber }) => operationCode ?? partNumber)]);

  it('REC-16 labour, parts and consumables, priced from the list, rounded half up, with payer and tax by line', async () => {
    const { visitId } = await desk.opened();
    const { body, status } = await draft(visitId, [labour, { ...oil, quantity: 4301 }, { kind: 'consumable', payer: 'customer', quantity: 1000, unitPrice: 5000, title: 'Cleaning' }, { kind: 'part', payer: 'customer', partNumber: 'OWN', quantity: 1000, customersOwn: true }]);
    expect(status).toBe(201);
    expect(body).toMatchObject({ n: 1, state: 'draft', allowed: ['offer', 'answer', 'link', 'approve'].filter((move) => move === 'offer' || move === 'approve') });
    expect(body.lines.map(({ amount, tax }: Offer['lines'][number]) => [amount.amount, tax])).toEqual([[144000, 6857], [193545, 9216], [5000, 238], [0, 0]]);
    expect(body.shares).toEqual([{ payer: 'customer', amount: { amount: 342545, currency: 'TWD' } }]);
    expect(body.tax).toBe(6857 + 9216 + 238);
    for (const wrong of [{ ...labour, flatHours: 0 }, { ...labour, quantity: 1000 }, { ...oil, payer: 'nobody' }, { ...oil, unitPrice: 0.5 }]) expect((await draft(visitId, [wrong])).status).toBe(422);
    expect((await draft(visitId, [{ kind: 'part', payer: 'customer', partNumber: 'UNKNOWN', quantity: 1000 }])).body.code).toBe('estimate.unpriced');
    expect((await draft(visitId, [{ keep: uuidv7() }])).status).toBe(422);
  });

  it('REC-16 how far below the list somebody goes depends on the post', async () => {
    const { visitId } = await desk.opened();
    const cheaper = [{ ...oil, unitPrice: 42750 }]; // 5 %
    expect((await draft(visitId, cheaper)).body.code).toBe('estimate.price-authority');
    expect((await draft(visitId, cheaper, desk.org.a.staff['front-desk-supervisor'])).status).toBe(201);
    expect((await draft(visitId, [{ ...oil, unitPrice: 42749 }], desk.org.a.staff['front-desk-supervisor'])).body.code).toBe('estimate.price-authority');
    await desk.org.policy('price.authority', { discountPercentByRole: { advisor: 5 } });
    expect((await draft(visitId, cheaper)).status).toBe(201);
    expect((await draft(visitId, cheaper, desk.org.a.staff['front-desk-supervisor'])).body.code).toBe('estimate.price-authority');
    await desk.org.policy('price.authority', { discountPercentByRole: { advisor: 0, 'front-desk-supervisor': 5, 'service-manager': 10, 'store-manager': 20 } });
  });

  it('REC-16 labour rate and tax follow the policy with the next line; what stands keeps its own', async () => {
    const { visitId } = await desk.opened();
    const first = await desk.ok(`/${visitId}/estimates`, { lines: [labour] });
    await desk.org.policy('estimate.labour-rate', { perFlatHour: [{ minorUnits: 130000, currency: 'TWD' }] });
    await desk.org.policy('estimate.tax', { included: [{ basisPoints: 1000, currency: 'TWD' }] });
    const second = await desk.ok(`/${visitId}/estimates`, { lines: [{ keep: first.lines[0].lineId }, labour] });
    expect(second.lines.map(({ amount, tax }: Offer['lines'][number]) => [amount.amount, tax])).toEqual([[144000, 6857], [156000, 14182]]);
    expect((await desk.get(`/${visitId}/estimates/1`)).body.lines).toEqual(first.lines);
    await desk.org.policy('estimate.labour-rate', { perFlatHour: [{ minorUnits: 120000, currency: 'TWD' }] });
    await desk.org.policy('estimate.tax', { included: [{ basisPoints: 500, currency: 'TWD' }] });
  });

  it('REC-16 the catalogue’s price is the newest, however its facts arrive', async () => {
    const part = { partNumber: 'SEAL-1', title: { en: 'Seal' }, unit: 'piece', kind: 'genuine' as const, supersededBy: null, returnableCore: false, assembly: null, active: true };
    await desk.service.hear(PartChanged, { ...part, version: 2, listPrices: [{ amount: 700, currency: 'TWD' }, { amount: 1, currency: 'CNY' }] });
    await desk.service.hear(PartChanged, { ...part, version: 1, listPrices: [{ amount: 600, currency: 'TWD' }] });
    const { visitId } = await desk.opened();
    expect((await draft(visitId, [{ kind: 'part', payer: 'customer', partNumber: 'SEAL-1', quantity: 1000 }])).body.lines[0].amount.amount).toBe(700);
  });

  it('REC-16 CLM-11 a version with warranty lines is shown only when claims has decided on each, told in parts, twice', async () => {
    const { visitId } = await desk.opened();
    const { lines } = await desk.ok(`/${visitId}/estimates`, { lines: [labour, regulator, motor] });
    expect(await asked(visitId)).toEqual([[1, ['ELE-WIN-FL', '69820-06170']]]);
    const offer = async (n: number) => desk.post(`/${visitId}/estimates/${n}/offer`, { promisedAt: await desk.inHours(4) });
    expect((await offer(1)).body.code).toBe('estimate.coverage-open');
    const id = uuidv7();
    for (let i = 0; i < 2; i++) await desk.decide(visitId, 1, [lines[1]], true, i ? {} : { id });
    expect((await offer(1)).body.code).toBe('estimate.coverage-open');
    await desk.decide(visitId, 1, [lines[2]], false);
    expect((await offer(1)).body.code).toBe('estimate.not-covered');
    const second = await desk.ok(`/${visitId}/estimates`, { lines: [{ keep: lines[0].lineId }, { keep: lines[1].lineId }, { ...motor, lineId: lines[2].lineId, payer: 'customer' }] });
    expect(second).toMatchObject({ n: 2, state: 'draft', lines: [{ since: 1 }, { since: 1 }, { since: 2, payer: 'customer' }] });
    expect(await asked(visitId)).toHaveLength(1);
    expect((await offer(2)).status).toBe(200);
    expect((await offer(1)).body.code).toBe('estimate.superseded');
  });

  it('REC-16 CLM-11 coverage holds its time: after that claims is asked again', async () => {
    const { visitId } = await desk.opened();
    const { lines } = await desk.ok(`/${visitId}/estimates`, { lines: [regulator] });
    await desk.decide(visitId, 1, lines, true, { days: 1 });
    await desk.service.jump(25 * hour);
    expect((await desk.post(`/${visitId}/estimates/1/offer`, { promisedAt: await desk.inHours(4) })).body.code).toBe('estimate.coverage-open');
    expect(await desk.ok(`/${visitId}/estimates`, { lines: [{ keep: lines[0].lineId }] })).toMatchObject({ n: 2, state: 'coverage-asked' });
    expect(await asked(visitId)).toHaveLength(2);
  });

  it('REC-16 the facts of an offer: shares, hash, promise, and an expiry that follows its policy', async () => {
    const { visitId, customerId } = await desk.opened();
    const promisedAt = await desk.inHours(4);
    await desk.offered(visitId, Object.values(serviceLines), promisedAt);
    const { data } = (await desk.service.said(EstimateOffered)).find((fact) => fact.data.visitId === visitId)!;
    expect(data).toMatchObject({ customerId, version: 1, promisedAt, shares: [{ payer: 'customer', amount: { amount: 337500 } }, { payer: 'warranty', amount: { amount: 550000 } }], shownHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(data.lines[0]).not.toHaveProperty('title');
    const other = await desk.opened();
    await desk.org.policy('estimate.expiry', { wallMinutes: 30 });
    await desk.offered(other.visitId, [labour]);
    await desk.service.jump(31 * minute);
    const stateOf = async (id: string) => (await desk.get(`/${id}/estimates/1`)).body.state;
    expect([await stateOf(visitId), await stateOf(other.visitId)]).toEqual(['offered', 'expired']);
    await desk.org.policy('estimate.expiry', { wallMinutes: 1440 });
    await desk.service.jump(24 * hour);
    expect(await stateOf(visitId)).toBe('expired');
    expect((await desk.post(`/${visitId}/estimates/1/answer`, { how: 'signed', shownHash: data.shownHash, signatureId: uuidv7(), answers: data.lines.map(({ lineId }) => ({ lineId, yes: true })) })).body.code).toBe('estimate.not-offered');
  });

  it('REC-16 two who draft at once make two versions; the same draft sent twice is one', async () => {
    const { visitId } = await desk.opened();
    const key = uuidv7();
    const made = await Promise.all([draft(visitId, [labour]), draft(visitId, [oil]), desk.post(`/${visitId}/estimates`, { lines: [labour] }, { key }), desk.post(`/${visitId}/estimates`, { lines: [labour] }, { key })]);
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect((await desk.get(`/${visitId}/estimates`)).body.estimates.map(({ n, state }: Offer) => `${n} ${state}`)).toEqual(['3 draft', '2 superseded', '1 superseded']);
  });

  const fault = async (visitId: string, vehicleId: string, changes: object = {}) => ({
    jobId: uuidv7(), visitId, vehicleId, faultId: uuidv7(), faultCode: 'C1201', safety: true, operations: [{ operationCode: 'BRK-PAD-F', skill: 'brakes', bayType: 'lift', flatHours: 800 }],
    parts: [{ partNumber: '04465-06200', quantity: 1000 }], evidenceIds: [uuidv7()], foundBy: uuidv7(), confirmedBy: uuidv7(), foundAt: (await desk.service.now()).toISOString(), ...changes,
  });

  it('WRK-7 a found fault becomes the next version, priced from the list, once; the work agreed to goes on unchanged', async () => {
    const { visitId, vehicleId, offer } = await desk.authorised([labour]);
    const found = await fault(visitId, vehicleId);
    const id = uuidv7();
    for (const again of [id, id, uuidv7()]) await desk.service.hear(FaultFound, found, { storeId: desk.storeId, id: again });
    const { estimates } = (await desk.get(`/${visitId}/estimates`)).body;
    expect(estimates.map(({ n }: Offer) => n)).toEqual([2, 1]);
    expect(estimates[0]).toMatchObject({ pricedBy: null, lines: [{ lineId: offer.lines[0].lineId, standing: 'consented' }, { operationCode: 'BRK-PAD-F', payer: 'customer', safety: true, faultId: found.faultId, amount: { amount: 96000 } }, { partNumber: '04465-06200', amount: { amount: 260000 } }] });
    expect((await desk.get(`/${visitId}`)).body).toMatchObject({ state: 'in-work', faults: [{ faultId: found.faultId, n: 2 }], authorisedLineIds: [offer.lines[0].lineId] });
    const next = await desk.ok(`/${visitId}/estimates/2/offer`, { promisedAt: await desk.inHours(6) });
    await desk.signed(visitId, next);
    expect((await desk.service.said(VisitAuthorised)).filter(({ data }) => data.visitId === visitId).map(({ data }) => data.lines.map(({ faultId }) => faultId ?? null))).toEqual([[null], [null, found.faultId, found.faultId]]);
  });

  it('WRK-7 a part without a price is priced by the desk; two faults at once are two versions', async () => {
    const { visitId, vehicleId, offer } = await desk.authorised([labour]);
    const unpriced = await fault(visitId, vehicleId, { parts: [{ partNumber: 'EXOTIC', quantity: 1000 }] });
    const more = await Promise.all([fault(visitId, vehicleId), fault(visitId, vehicleId)]);
    await desk.service.hear(FaultFound, unpriced, { storeId: desk.storeId });
    await Promise.all(more.map((one) => desk.service.hear(FaultFound, one, { storeId: desk.storeId })));
    const { body } = await desk.get(`/${visitId}`);
    expect(body.faults.map(({ n }: { n: number | null }) => n).sort()).toEqual([2, 3, null]);
    const lines = (await desk.get(`/${visitId}/estimates/3`)).body.lines;
    expect(lines).toHaveLength(5);
    const priced = await desk.ok(`/${visitId}/estimates`, { lines: [{ keep: offer.lines[0].lineId }, { kind: 'part', payer: 'customer', partNumber: 'EXOTIC', quantity: 1000, unitPrice: 99000, faultId: unpriced.faultId, faultCode: 'C1201' }] });
    expect(priced.n).toBe(4);
    await desk.service.hear(FaultFound, await fault(uuidv7(), vehicleId), { storeId: desk.storeId });
  });

  it('WRK-7 a find that stands in what is shown no more is declined for the workshop, once, whoever dropped it and why', async () => {
    const { visitId, vehicleId, offer } = await desk.authorised([labour]);
    const keep = { keep: offer.lines[0].lineId };
    const said = async () => (await desk.service.said(LinesDeclined)).filter(({ data }) => data.visitId === visitId).map(({ data, version }) => ({ version, n: data.version, lines: data.lines.map(({ faultId, reason }) => [faultId, reason]) }));
    const find = async () => {
      const found = await fault(visitId, vehicleId);
      await desk.service.hear(FaultFound, found, { storeId: desk.storeId });
      const { estimates: [newest] } = (await desk.get(`/${visitId}/estimates`)).body;
      return { faultId: found.faultId, n: newest.n as number, lines: newest.lines.slice(1) as { lineId: string; kind: string }[] };
    };
    // Never shown.
    const drafted = await find();
    await desk.offered(visitId, [keep]);
    expect(await said()).toEqual([{ version: expect.any(Number), n: 3, lines: [[drafted.faultId, 'dropped'], [drafted.faultId, 'dropped']] }]);
    const offered = (await desk.service.said(EstimateOffered)).filter(({ data }) => data.visitId === visitId).at(-1)!;
    expect(offered.version).toBe((await said())[0]!.version + 1);
    await desk.offered(visitId, [keep, oil]);
    expect(await said()).toHaveLength(1);
    // Shown, and never answered.
    const shown = await find();
    await desk.ok(`/${visitId}/estimates/${shown.n}/offer`, { promisedAt: await desk.inHours(6) });
    expect(await said()).toHaveLength(1);
    await desk.offered(visitId, [keep]);
    expect((await said()).slice(1)).toMatchObject([{ lines: [[shown.faultId, 'dropped'], [shown.faultId, 'dropped']] }]);
    // Not covered, so nobody was asked.
    const uncovered = await find();
    const asked = await desk.ok(`/${visitId}/estimates`, { lines: [keep, { ...regulator, lineId: uncovered.lines[0]!.lineId, faultId: uncovered.faultId }] });
    await desk.decide(visitId, asked.n, asked.lines, false);
    await desk.offered(visitId, [keep]);
    expect((await said()).slice(2)).toMatchObject([{ lines: expect.arrayContaining([[uncovered.faultId, 'dropped']]) }]);
    // Refused by the customer: that was said then.
    const refused = await find();
    const last = await desk.ok(`/${visitId}/estimates/${refused.n}/offer`, { promisedAt: await desk.inHours(6) });
    await desk.signed(visitId, last, refused.lines.map(({ lineId }) => lineId));
    await desk.offered(visitId, [keep]);
    expect((await said()).slice(3)).toMatchObject([{ n: refused.n, lines: [[refused.faultId, 'too-expensive'], [refused.faultId, 'too-expensive']] }]);
  });

  it('REC-16 another store, another post, an old version, no such version', async () => {
    const { visitId } = await desk.opened();
    await desk.ok(`/${visitId}/estimates`, { lines: [labour] });
    const { a, b } = desk.org;
    expect((await desk.post(`/${visitId}/estimates`, { lines: [labour] }, { as: b.staff.advisor, storeId: b.storeId })).status).toBe(404);
    expect((await desk.get(`/${visitId}/estimates/1`, b.staff.advisor, b.storeId)).status).toBe(404);
    expect((await draft(visitId, [labour], a.staff.technician)).status).toBe(403);
    expect((await desk.post(`/${visitId}/estimates/1/offer`, { promisedAt: await desk.inHours(1) }, { ifMatch: 1 })).status).toBe(412);
    for (const n of ['7', '0', 'x', '99999999999']) expect((await desk.get(`/${visitId}/estimates/${n}`)).status).toBe(404);
    expect((await desk.post(`/${visitId}/estimates/1/offer`, { promisedAt: await desk.inHours(-1) })).body.code).toBe('visit.promise-past');
  });
});
