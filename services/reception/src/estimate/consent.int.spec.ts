import { FilesMerged } from '@aftersales/contracts/crm/files';
import { VehicleRegistered } from '@aftersales/contracts/crm/vehicle';
import { LinesDeclined, VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { v7 as uuidv7 } from 'uuid';
import { serviceLines, TestDesk, type Offer } from '../visit/testing/desk';

const { labour, oil, regulator } = serviceLines;

describe('consent', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.close());

  const facts = async (visitId: string) => ({
    authorised: (await desk.service.said(VisitAuthorised)).filter(({ data }) => data.visitId === visitId).map(({ data }) => [data.version, data.lines.map(({ operationCode, partNumber }) => operationCode ?? partNumber)]),
    declined: (await desk.service.said(LinesDeclined)).filter(({ data }) => data.visitId === visitId).map(({ data }) => [data.version, data.lines.map(({ operationCode, partNumber, reason }) => `${operationCode ?? partNumber}: ${reason}`)]),
  });
  const answer = (visitId: string, offer: Offer, body: object = {}, options: object = {}) =>
    desk.post(`/${visitId}/estimates/${offer.n}/answer`, { how: 'signed', shownHash: offer.shownHash, signatureId: uuidv7(), answers: desk.answers(offer), ...body }, options);
  const offered = async (lines: readonly object[]) => {
    const car = await desk.opened();
    return { ...car, offer: await desk.offered(car.visitId, lines) };
  };

  it('REC-17 yes and no line by line: what was agreed to starts, what was declined keeps its reason', async () => {
    const { visitId, offer } = await offered([labour, oil]);
    const answers = [{ lineId: offer.lines[0].lineId, yes: true }, { lineId: offer.lines[1].lineId, yes: false, reason: 'brings-own', note: 'Er kauft selbst' }];
    expect((await answer(visitId, offer, { answers: answers.slice(0, 1) })).body.code).toBe('estimate.answer-each');
    expect((await answer(visitId, offer, { answers: [answers[0], { lineId: answers[1]!.lineId, yes: false }] })).body.code).toBe('estimate.why-not');
    expect((await answer(visitId, offer, { signatureId: null })).body.code).toBe('estimate.signature');
    expect((await answer(visitId, offer, { shownHash: 'a'.repeat(64) })).body.code).toBe('estimate.other-text');
    expect((await answer(visitId, offer, { answers })).body).toMatchObject({ state: 'answered', lines: [{ standing: 'consented' }, { standing: 'declined' }] });
    expect(await facts(visitId)).toEqual({ authorised: [[1, ['MNT-10K']]], declined: [[1, ['08880-83478: brings-own']]] });
    expect((await desk.get(`/${visitId}`)).body).toMatchObject({ state: 'in-work', authorisedLineIds: [offer.lines[0].lineId] });
    const [kept] = await desk.service.rows(`select * from consent where visit_id = $1 and not yes`, [visitId]);
    expect(kept).toMatchObject({ how: 'signed', staff_id: desk.advisor, shown_hash: offer.shownHash, reason: 'brings-own', note: 'Er kauft selbst' });
  });

  it('REC-17 told twice or by two at once, an answer counts once', async () => {
    const { visitId, offer } = await offered([labour]);
    const [key, ifMatch] = [uuidv7(), await desk.version(`/${visitId}`)];
    const body = { signatureId: uuidv7() };
    const answers = await Promise.all([answer(visitId, offer, body, { key, ifMatch }), answer(visitId, offer, body, { key, ifMatch }), answer(visitId, offer, body, { ifMatch })]);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    expect((await facts(visitId)).authorised).toHaveLength(1);
    expect((await answer(visitId, offer, { answers: [{ lineId: offer.lines[0].lineId, yes: false, reason: 'changed-mind' }] })).body.code).toBe('estimate.not-offered');
  });

  it('REC-17 an answer to an older version is refused, and names the newer one', async () => {
    const { visitId, offer } = await offered([labour]);
    await desk.ok(`/${visitId}/estimates`, { lines: [{ keep: offer.lines[0].lineId }, oil] });
    const second = await desk.ok(`/${visitId}/estimates/2/offer`, { promisedAt: await desk.inHours(5) });
    const refused = await answer(visitId, offer);
    expect(refused).toMatchObject({ status: 409, body: { code: 'estimate.superseded', title: expect.stringContaining('version 2') } });
    expect((await answer(visitId, second)).status).toBe(200);
    expect(await facts(visitId)).toEqual({ authorised: [[2, ['MNT-10K', '08880-83478']]], declined: [] });
  });

  it('REC-17 by phone there is a witness of this store, who neither calls nor priced', async () => {
    const { visitId, offer } = await offered([labour]);
    const { a, b } = desk.org;
    const call = (witnessId: string | null, as = desk.advisor) => answer(visitId, offer, { how: 'phone', signatureId: null, witnessId }, { as });
    for (const [witness, as] of [[null, undefined], [desk.advisor, undefined], [desk.advisor, a.staff['service-manager']], [b.staff.cashier, undefined], [a.staff['service-manager'], a.staff['service-manager']], [a.staff.technician, undefined]] as const)
      expect((await call(witness, as)).body.code).toBe('estimate.witness');
    expect((await call(a.staff.cashier)).status).toBe(200);
    expect((await desk.service.rows(`select how, witness_id from consent where visit_id = $1`, [visitId]))[0]).toMatchObject({ how: 'phone', witness_id: a.staff.cashier });
  });

  it('REC-17 goodwill and internal need the customer and a named approver by policy who did not price it, in either order', async () => {
    const { a } = desk.org;
    const goodwill = { ...labour, payer: 'goodwill' };
    const { visitId, offer } = await offered([goodwill, { ...oil, payer: 'internal' }]);
    const approve = (payer: string, lineIds: string[], as: string, more: object = {}) => desk.post(`/${visitId}/estimates/1/approve`, { payer, lineIds, yes: true, ...more }, { as });
    const [one, two] = offer.lines.map(({ lineId }: { lineId: string }) => lineId);
    expect((await approve('goodwill', [one], desk.advisor)).body.code).toBe('estimate.approver');
    expect((await approve('goodwill', [two], a.staff['service-manager'])).body.code).toBe('estimate.not-open');
    await answer(visitId, offer);
    expect((await facts(visitId)).authorised).toEqual([]);
    expect((await approve('goodwill', [one], a.staff['service-manager'])).body.lines[0].standing).toBe('consented');
    expect((await approve('goodwill', [one], a.staff['service-manager'])).body.code).toBe('estimate.answered');
    await desk.org.policy('line.internal-approver', { approverRoles: ['store-manager'] });
    expect((await approve('internal', [two], a.staff['service-manager'])).body.code).toBe('estimate.approver');
    expect((await approve('internal', [two], a.staff['store-manager'], { yes: false })).body.code).toBe('estimate.why-not');
    expect((await approve('internal', [two], a.staff['store-manager'])).status).toBe(200);
    await desk.org.policy('line.goodwill-approver', { approverRoles: ['finance'] });
    expect((await facts(visitId)).authorised).toEqual([[1, ['MNT-10K']], [1, ['MNT-10K', '08880-83478']]]);
    const next = await offered([goodwill]);
    expect((await desk.post(`/${next.visitId}/estimates/1/approve`, { payer: 'goodwill', lineIds: [next.offer.lines[0].lineId], yes: true }, { as: a.staff['service-manager'] })).body.code).toBe('estimate.approver');
    for (const kind of ['line.internal-approver', 'line.goodwill-approver'] as const) await desk.org.policy(kind, { approverRoles: ['service-manager', 'store-manager'] });
  });

  it('WRK-7 REC-17 what its payer refuses is said as declined, once, whoever says no first: the workshop goes on without', async () => {
    const { visitId, offer } = await offered([{ ...labour, payer: 'goodwill' }, { ...oil, payer: 'goodwill' }]);
    const [one, two] = offer.lines.map(({ lineId }: { lineId: string }) => lineId);
    const refuse = (lineId: string) => desk.post(`/${visitId}/estimates/1/approve`, { payer: 'goodwill', lineIds: [lineId], yes: false, reason: 'no-goodwill' }, { as: desk.org.a.staff['service-manager'] });
    expect((await refuse(one)).body.lines[0].standing).toBe('refused-by-payer');
    expect((await refuse(one)).body.code).toBe('estimate.answered');
    expect((await facts(visitId)).declined).toEqual([[1, ['MNT-10K: no-goodwill']]]);
    await desk.signed(visitId, offer, [one, two]);
    await refuse(two);
    expect(await facts(visitId)).toEqual({ authorised: [], declined: [[1, ['MNT-10K: no-goodwill']], [1, ['08880-83478: too-expensive']]] });
    const versions = (await desk.service.said(LinesDeclined)).filter(({ data }) => data.visitId === visitId).map(({ version }) => version);
    expect(new Set(versions).size).toBe(2);
  });

  it('REC-17 who priced a line for the house does not approve it', async () => {
    const manager = desk.org.a.staff['service-manager'];
    const { visitId } = await desk.opened();
    const { lines } = await desk.ok(`/${visitId}/estimates`, { lines: [{ ...labour, payer: 'goodwill' }] }, { as: manager });
    expect((await desk.post(`/${visitId}/estimates/1/approve`, { payer: 'goodwill', lineIds: [lines[0].lineId], yes: true }, { as: manager })).body.code).toBe('estimate.approver');
  });

  it('REC-17 the insurer’s yes has its number; a warranty line has the maker’s decision and the customer’s yes', async () => {
    const { visitId, offer } = await offered([regulator, { ...labour, payer: 'insurer' }]);
    const approve = (more: object) => desk.post(`/${visitId}/estimates/1/approve`, { payer: 'insurer', lineIds: [offer.lines[1].lineId], yes: true, ...more }, { as: desk.org.a.staff['claims-clerk'] });
    expect((await facts(visitId)).authorised).toEqual([]);
    await answer(visitId, offer);
    expect((await facts(visitId)).authorised).toEqual([[1, ['ELE-WIN-FL']]]);
    expect((await approve({})).body.code).toBe('estimate.approval');
    expect((await approve({ approval: 'INS-4711' })).status).toBe(200);
    expect((await facts(visitId)).authorised.at(-1)).toEqual([1, ['ELE-WIN-FL', 'MNT-10K']]);
  });

  it('REC-17 what was agreed to stays at its old form until the new one is agreed to; a declined line asked again begins anew', async () => {
    const { visitId, offer } = await offered([labour, oil]);
    await desk.signed(visitId, offer, [offer.lines[1].lineId]);
    const [one, two] = offer.lines.map(({ lineId }: { lineId: string }) => lineId);
    expect((await desk.post(`/${visitId}/estimates`, { lines: [{ keep: two }] })).body.code).toBe('estimate.line-consented');
    const longer = await desk.offered(visitId, [{ ...labour, lineId: one, flatHours: 2000 }, { keep: two }]);
    expect(longer.lines.map(({ since, standing }: Offer['lines'][number]) => [since, standing])).toEqual([[2, 'open'], [2, 'open']]);
    await desk.signed(visitId, longer, [one]);
    const last = (await desk.service.said(VisitAuthorised)).filter(({ data }) => data.visitId === visitId).at(-1)!.data;
    expect(last.lines.map(({ lineId, flatHours, quantity }) => [lineId, flatHours ?? quantity])).toEqual([[one, 1200], [two, 4300]]);
  });

  it('REC-17 work declined is offered again at the next visit, in any store', async () => {
    const { visitId, vehicleId, offer } = await offered([labour]);
    await desk.signed(visitId, offer, [offer.lines[0].lineId]);
    const [declined] = (await desk.service.said(LinesDeclined)).filter(({ data }) => data.visitId === visitId);
    await desk.service.hear(LinesDeclined, declined!.data, { storeId: desk.storeId, id: declined!.id });
    const { b } = desk.org;
    const there = (await desk.post('', { how: 'gate', vehicleId }, { as: b.staff.advisor, storeId: b.storeId })).body;
    expect((await desk.get(`/${there.visitId}`, b.staff.advisor, b.storeId)).body.declinedBefore).toMatchObject([{ operationCode: 'MNT-10K', reason: 'too-expensive' }]);
  });

  it('REC-17 REC-2 work declined under a file that was merged is offered under the one that stays, until it is done', async () => {
    const { visitId, vehicleId, offer } = await offered([labour]);
    await desk.signed(visitId, offer, [offer.lines[0].lineId]);
    const [declined] = (await desk.service.said(LinesDeclined)).filter(({ data }) => data.visitId === visitId);
    await desk.service.hear(LinesDeclined, declined!.data, { storeId: desk.storeId, id: declined!.id });
    const [between, kept] = [uuidv7(), uuidv7()];
    const customerId = uuidv7();
    for (const [fromId, toId] of [[vehicleId, between], [between, kept]] as const) await desk.service.hear(FilesMerged, { of: 'vehicle', fromId, toId, mergedAt: new Date(0).toISOString() });
    await desk.service.hear(VehicleRegistered, { vehicleId: kept, version: 1, vin: null, brand: 'nova', model: null, market: 'TW', use: 'household', saleDate: null, customerId, contactId: null, complete: true });
    const { b } = desk.org;
    const preview = async () => (await desk.service.http(`GET /stores/${b.storeId}/appointments/preview?date=2026-12-01&kind=maintenance&vehicleId=${kept}`, { as: b.staff.advisor })).body.declined;
    expect(await preview()).toMatchObject([{ visitId, line: { operationCode: 'MNT-10K', reason: 'too-expensive' } }]);
    const there = (await desk.post('', { how: 'gate', vehicleId: kept }, { as: b.staff.advisor, storeId: b.storeId })).body;
    const before = async () => (await desk.get(`/${there.visitId}`, b.staff.advisor, b.storeId)).body.declinedBefore;
    expect(await before()).toMatchObject([{ operationCode: 'MNT-10K' }]);
    const taken = (await desk.service.said(VisitAuthorised))[0]!.data;
    await desk.service.hear(VisitAuthorised, { ...taken, visitId: there.visitId, vehicleId: kept, lines: [{ ...taken.lines[0]!, lineId: uuidv7(), operationCode: 'MNT-10K' }], authorisedAt: (await desk.service.now()).toISOString() }, { storeId: b.storeId });
    expect([await before(), await preview()]).toEqual([[], []]);
  });

  it('REC-17 another store, another post, an old version', async () => {
    const { visitId, offer } = await offered([labour]);
    const { a, b } = desk.org;
    expect((await answer(visitId, offer, {}, { as: b.staff.advisor, storeId: b.storeId })).status).toBe(404);
    expect((await answer(visitId, offer, {}, { as: a.staff.cashier })).status).toBe(403);
    expect((await answer(visitId, offer, {}, { ifMatch: 1 })).status).toBe(412);
  });
});
