import { ClaimAccepted, ClaimPaid, ClaimRejected, ClaimReturned, ClaimSubmitted } from '@aftersales/contracts/claims/claim';
import seed from '@aftersales/contracts/hq/seed-policies';
import type { AnyContract } from '@aftersales/contracts/kernel/event';
import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsWorld, day, labour, part, type TestVisit } from '../testing/claims-world';

describe('a claim', () => {
  let world: ClaimsWorld;
  beforeAll(async () => (world = await ClaimsWorld.start()));
  afterAll(() => world?.stop());
  beforeEach(() => world.maker.script([]));

  const lines = () => [labour('B1234'), part('B1234', '69820-06170'), labour('MNT', { payer: 'customer' })];
  const submitted = async (visit: TestVisit) => {
    expect(await world.move(visit, 'check')).toMatchObject({ status: 200, body: { state: 'checked' } });
    expect(await world.move(visit, 'submit')).toMatchObject({ status: 200, body: { state: 'submitted' } });
  };
  const saidOf = async <C extends AnyContract>(visit: TestVisit, contract: C) => (await world.service.said(contract)).map(({ data }) => data).filter(({ visitId }) => visitId === visit.visitId);
  const promiseOf = async (visit: TestVisit) => (await world.service.rows('select p.*, c.id as claim_id from promise p join claim c on c.id = p.subject where c.visit_id = $1 order by p.started_at', [visit.visitId]))[0];
  const get = async (visit: TestVisit, as = world.org.a.staff['claims-clerk']) => (await world.service.http(`GET /stores/${visit.storeId}/claims/${(await world.claimOf(visit)).id}`, { as })).body;

  it('CLM-4 CLM-5 the journey: drafted, submitted, returned once, resubmitted, accepted, paid, archived', async () => {
    const visit = await world.wholeVisit(lines());
    const { number } = await world.claimOf(visit);
    await world.maker.script([{ claimNumber: number, submission: 1, decision: 'returned', reason: 'photo-unclear' }]);
    await submitted(visit);
    await world.claimIs(visit, 'returned');
    expect(await world.move(visit, 'evidence', { body: { photoIds: [visit.visitId], note: 'sharper photo' } })).toMatchObject({ status: 200, body: { state: 'returned', returnReason: 'photo-unclear' } });
    await submitted(visit);
    await world.claimIs(visit, 'paid');
    expect((await saidOf(visit, ClaimSubmitted)).map(({ submission, lines: sent }) => [submission, sent.length])).toEqual([[1, 2], [2, 2]]);
    expect(await saidOf(visit, ClaimReturned)).toMatchObject([{ submission: 1, reason: 'photo-unclear' }]);
    expect(await saidOf(visit, ClaimAccepted)).toMatchObject([{ submission: 2, amount: { amount: 110_000, currency: 'CNY' }, rejected: [] }]);
    expect(await saidOf(visit, ClaimPaid)).toMatchObject([{ amount: { amount: 110_000 }, paidInAll: { amount: 110_000 }, open: { amount: 0 } }]);
    expect(await world.move(visit, 'archive', { body: {} })).toMatchObject({ status: 200, body: { state: 'archived', allowed: [] } });
    expect((await world.maker.claims(number)).map(({ submission, lines: sent, evidence }) => [submission, sent.length, evidence.note])).toEqual([[1, 2, null], [2, 2, 'sharper photo']]);
  });

  it('CLM-4 the draft comes with the agreement and follows the repair; its amount is the settlement’s', async () => {
    const visit = world.visit(await world.car(), lines());
    const twice = { id: uuidv7(), at: await world.service.now() };
    await world.authorised(visit, twice);
    await world.authorised(visit, twice);
    expect(await get(visit)).toMatchObject({ state: 'draft', amount: { amount: 110_000 }, allowed: ['evidence', 'check'], evidence: { missing: expect.arrayContaining(['settlement', 'photos', 'job-completed']) } });
    await world.completed(visit);
    await world.oldParts(visit);
    await world.settled(visit, { lines: visit.lines.map((line) => ({ ...line, amount: { amount: 10_000, currency: 'CNY' } })) });
    expect(await get(visit)).toMatchObject({ state: 'draft', amount: { amount: 20_000, currency: 'CNY' }, evidence: { missing: [], photos: [expect.any(String)], customerSigned: true } });
    expect(await world.service.rows('select 1 from claim where visit_id = $1', [visit.visitId])).toHaveLength(1);
  });

  it('CLM-4 the facts in another order make the same claim', async () => {
    const visit = world.visit(await world.car(), lines());
    await world.oldParts(visit);
    await world.completed(visit);
    await world.settled(visit);
    expect(await world.claimOf(visit)).toBeUndefined();
    await world.authorised(visit);
    expect(await get(visit)).toMatchObject({ state: 'draft', amount: { amount: 110_000 }, submitBy: expect.any(String), evidence: { missing: [] } });
  });

  it('CLM-4 refused: incomplete evidence by name, a step left out, another role, another store, an old version', async () => {
    const visit = world.visit(await world.car(), lines());
    await world.authorised(visit);
    await world.completed(visit, { photos: 0 });
    await world.settled(visit, { customerSigned: false });
    const answer = await world.move(visit, 'check');
    expect(answer).toMatchObject({ status: 409, body: { code: 'claim.evidence-complete', title: expect.stringContaining(`customer-signature, photos, old-part-tag/${visit.lines[1]!.lineId}`) } });
    expect(await world.move(visit, 'submit')).toMatchObject({ status: 409, body: { code: 'claim.move', from: 'draft', allowed: ['evidence', 'check'] } });
    expect(await world.move(visit, 'check', { as: world.org.a.staff.advisor })).toMatchObject({ status: 403 });
    expect(await world.move({ ...visit, storeId: world.org.b.storeId }, 'check', { as: world.org.b.staff['claims-clerk'] })).toMatchObject({ status: 404 });
    expect(await world.move(visit, 'check', { ifMatch: 99 })).toMatchObject({ status: 412 });
    expect(await world.claimOf(visit)).toMatchObject({ state: 'draft' });
    expect(await saidOf(visit, ClaimSubmitted)).toEqual([]);
  });

  it('CLM-4 a part without an old part: only of the classes that the policy exempts', async () => {
    const visit = world.visit(await world.car(), lines());
    await world.authorised(visit);
    await world.completed(visit);
    await world.settled(visit);
    const exempt = () => world.move(visit, 'evidence', { body: { noOldPart: [{ lineId: visit.lines[1]!.lineId, class: 'first-fit' }] } });
    expect((await get(visit)).evidence.missing).toEqual([`old-part-tag/${visit.lines[1]!.lineId}`]);
    await world.org.policy('parts.old-part-exempt', { classes: ['fluid'] });
    expect(await exempt()).toMatchObject({ status: 409, body: { code: 'claim.old-part-class' } });
    await world.org.policy('parts.old-part-exempt', { classes: ['fluid', 'bulk', 'accessory', 'first-fit'] });
    expect(await exempt()).toMatchObject({ status: 200, body: { evidence: { missing: [] } } });
    expect(await world.move(visit, 'check')).toMatchObject({ status: 200, body: { state: 'checked' } });
    expect(await exempt()).toMatchObject({ status: 200, body: { state: 'draft' } }); // a new look
  });

  it('CLM-4 submitted twice with one key, and by two at once: one submission', async () => {
    const visit = await world.wholeVisit(lines());
    await world.move(visit, 'check');
    const { version } = await world.claimOf(visit);
    const answers = await Promise.all(['k1', 'k1', 'k2'].map((key) => world.move(visit, 'submit', { ifMatch: version, key: key + visit.visitId })));
    expect(answers.map(({ status }) => status).filter((status) => status !== 200).every((status) => status === 412)).toBe(true);
    await world.claimIs(visit, 'paid');
    expect(await saidOf(visit, ClaimSubmitted)).toHaveLength(1);
    expect(await world.maker.claims((await world.claimOf(visit)).number)).toMatchObject([{ submission: 1, duplicates: 0 }]);
  });

  it('CLM-4 accepted in part: the rejected line goes to the house by an approver of the policy, never to the customer', async () => {
    const visit = await world.wholeVisit(lines());
    const rejected = visit.lines[1]!.lineId;
    await world.maker.script([{ decision: 'partly-accepted', acceptedLines: [visit.lines[0]!.lineId], reason: 'price-too-high' }]);
    await submitted(visit);
    await world.claimIs(visit, 'paid');
    expect(await saidOf(visit, ClaimAccepted)).toMatchObject([{ accepted: [{ amount: { amount: 24_000 } }], rejected: [{ lineId: rejected, reason: 'price-too-high' }] }]);
    const place = (as: string, payer: string) => world.move(visit, 'place-lines', { as, body: { lines: [{ lineId: rejected, payer }] } });
    const { staff } = world.org.a;
    expect(await world.move(visit, 'archive', { body: {} })).toMatchObject({ status: 409, body: { code: 'claim.rejected-lines-placed' } });
    expect(await place(staff['store-manager'], 'customer')).toMatchObject({ status: 422 });
    expect(await place(staff['claims-clerk'], 'goodwill')).toMatchObject({ status: 403 });
    expect(await place(staff['technical-director'], 'goodwill')).toMatchObject({ status: 403, body: { code: 'claim.approver' } });
    expect(await place(staff['store-manager'], 'goodwill')).toMatchObject({ status: 200, body: { lines: expect.arrayContaining([expect.objectContaining({ lineId: rejected, placed: expect.objectContaining({ payer: 'goodwill', by: staff['store-manager'] }) })]) } });
    expect(await world.move(visit, 'archive', { body: {} })).toMatchObject({ status: 200, body: { state: 'archived' } });
  });

  it('CLM-4 who approves a line is a policy; who sent the claim can not approve, whatever posts they hold', async () => {
    const visit = await world.wholeVisit(lines());
    const both = uuidv7();
    await world.org.person(both, [{ role: 'claims-clerk', storeId: visit.storeId }, { role: 'technical-director', storeId: visit.storeId }]);
    await world.maker.script([{ decision: 'rejected', reason: 'misuse' }]);
    await world.move(visit, 'check', { as: both });
    await world.move(visit, 'submit', { as: both });
    await world.claimIs(visit, 'rejected');
    expect(await saidOf(visit, ClaimRejected)).toMatchObject([{ reason: 'misuse', lines: [{}, {}] }]);
    const [first, second] = visit.lines;
    const place = (as: string, payer: string, { lineId } = first!) => world.move(visit, 'place-lines', { as, body: { lines: [{ lineId, payer }] } });
    const { staff } = world.org.a;
    expect((await place(both, 'internal')).status).toBe(403);
    await world.org.policy('line.internal-approver', { approverRoles: ['technical-director'] });
    expect(await place(both, 'internal')).toMatchObject({ status: 409, body: { code: 'claim.two-people' } });
    expect(await place(staff['technical-director'], 'internal')).toMatchObject({ status: 200 });
    expect(await place(staff['technical-director'], 'goodwill', second)).toMatchObject({ status: 403, body: { code: 'claim.approver' } });
    await world.org.policy('line.goodwill-approver', { approverRoles: ['technical-director'] });
    expect(await place(staff['store-manager'], 'goodwill', second)).toMatchObject({ status: 403, body: { code: 'claim.approver' } });
    expect(await place(staff['technical-director'], 'goodwill', second)).toMatchObject({ status: 200 });
    for (const kind of ['line.internal-approver', 'line.goodwill-approver'] as const) await world.org.policy(kind, { approverRoles: ['service-manager', 'store-manager'] });
  });

  it('CLM-4 an appeal sends the rejected lines again, and both answers together pay the claim', async () => {
    const visit = await world.wholeVisit(lines());
    const [first, second] = visit.lines;
    await world.maker.script([{ submission: 1, decision: 'partly-accepted', acceptedLines: [first!.lineId], reason: 'no-proof' }]);
    await submitted(visit);
    await world.claimIs(visit, 'paid');
    expect(await world.move(visit, 'appeal', { body: { reason: 'the proof is in photo 2' } })).toMatchObject({ status: 200, body: { state: 'submitted', submission: 2 } });
    await world.claimIs(visit, 'paid');
    expect(await get(visit)).toMatchObject({ accepted: { amount: 110_000 }, paid: { amount: 110_000 } });
    expect((await saidOf(visit, ClaimSubmitted))[1]).toMatchObject({ submission: 2, lines: [{ lineId: second!.lineId }], amount: { amount: 86_000 } });
    expect((await saidOf(visit, ClaimPaid)).map(({ paidInAll, open }) => [paidInAll.amount, open.amount])).toEqual([[24_000, 0], [110_000, 0]]);
    expect((await world.maker.claims((await world.claimOf(visit)).number))[1].evidence.appeal).toBe('the proof is in photo 2');
  });

  it('CLM-4 paid short: closed with a reason, or paid in full later', async () => {
    await world.maker.script([{ decision: 'accepted', pay: 100_000 }]);
    const [short, later] = [await world.wholeVisit(lines()), await world.wholeVisit(lines())];
    for (const visit of [short, later]) {
      await submitted(visit);
      await world.claimIs(visit, 'paid-short');
    }
    expect(await world.move(short, 'archive', { body: {} })).toMatchObject({ status: 409, body: { code: 'claim.short-reason' } });
    expect(await world.move(short, 'archive', { body: { shortReason: 'agreed with the maker' } })).toMatchObject({ status: 200 });
    await world.maker.pay({ claimNumber: (await world.claimOf(later)).number });
    await world.claimIs(later, 'paid');
    expect((await saidOf(later, ClaimPaid)).map(({ open }) => open.amount)).toEqual([10_000, 0]);
  });

  it('CLM-4 consent to less makes the claim less, and nothing claimed voids its promise', async () => {
    const visit = world.visit(await world.car(), lines());
    await world.authorised(visit);
    await world.completed(visit);
    await world.authorised(visit, { version: 2, lines: visit.lines.slice(2) });
    expect(await world.claimOf(visit)).toMatchObject({ state: 'dropped' });
    expect(await promiseOf(visit)).toMatchObject({ outcome: 'void', cause: 'nothing to claim' });
  });

  it('CLM-4 the promise: submitted by the end of the policy’s last day, explained, kept by submitting', async () => {
    const visit = await world.wholeVisit(lines());
    const completedAt = new Date((await get(visit)).evidence.completedAt);
    const midnight = (Math.floor((completedAt.getTime() + 8 * 3600_000) / day) + 31) * day - 8 * 3600_000;
    expect(await promiseOf(visit)).toMatchObject({ kind: 'claim.submit-by', owner_role: 'claims-clerk', outcome: 'open', due_at: new Date(midnight), explanation: [{ rule: 'completed' }, { rule: 'calendar-days', days: 30 }] });
    await submitted(visit);
    expect(await promiseOf(visit)).toMatchObject({ outcome: 'kept' });
  });

  it('CLM-4 days to submit and what is evidence are policies: the next claim follows, the running one keeps its day', async () => {
    const running = await world.wholeVisit(lines());
    const before = await promiseOf(running);
    await world.org.policy('claim.submit-by', { calendarDays: 3 });
    await world.org.policy('claim.evidence', { photosAtLeast: 3, oldPartTag: true, customerSignature: true });
    const next = await world.wholeVisit(lines());
    expect((await promiseOf(next))!['due_at'].getTime()).toBe(before!['due_at'].getTime() - 27 * day);
    expect((await promiseOf(running))!['due_at']).toEqual(before!['due_at']);
    expect((await world.move(next, 'check')).body.title).toContain('photos');
    await world.org.policy('claim.evidence', { photosAtLeast: 1, oldPartTag: true, customerSignature: true });
    expect((await world.move(next, 'check')).status).toBe(200);
    await world.org.policy('claim.submit-by', { calendarDays: 30 });
  });

  it('CLM-4 TIM-4 not submitted in time is late, once, also after an outage; submitted after that it stays late', async () => {
    const { late } = promiseFacts('claims');
    const visit = await world.wholeVisit(lines());
    const { due_at: dueAt, claim_id: claimId } = (await promiseOf(visit))!;
    await world.service.jump(new Date(dueAt.getTime() - 30_000));
    expect(await promiseOf(visit)).toMatchObject({ outcome: 'open' });
    await world.service.jump(2 * 3600_000);
    expect(await promiseOf(visit)).toMatchObject({ outcome: 'late', cause: 'outage', done_at: null });
    await world.service.fireDue();
    expect((await world.service.said(late)).filter(({ data }) => data.subject === claimId)).toHaveLength(1);
    await submitted(visit);
    expect(await promiseOf(visit)).toMatchObject({ outcome: 'late', done_at: expect.any(Date) });
    await world.claimIs(visit, 'paid');
  });

  it('CLM-4 CLM-9 found by number, repair order, VIN and state, page by page; the pass rate counts what the maker accepted in whole', async () => {
    const [a, b] = [world.org.a, world.org.b];
    const one = await world.wholeVisit([labour('B1')], { storeId: b.storeId });
    const two = await world.wholeVisit([labour('B1')], { storeId: b.storeId });
    const as = b.staff['claims-clerk'];
    const list = async (query: string) => (await world.service.http(`GET /stores/${b.storeId}/claims?${query}`, { as })).body;
    const vin = (await get(one, as)).vin;
    for (const query of [`vin=${vin}`, `number=${(await world.claimOf(one)).number}`, `repairOrder=${one.repairOrder}`]) expect((await list(query)).claims.map((claim: { visitId: string }) => claim.visitId)).toEqual([one.visitId]);
    const page = await list('state=draft&limit=1');
    expect(page.claims.map((claim: { visitId: string }) => claim.visitId)).toEqual([two.visitId]);
    expect(await list(`state=draft&limit=1&cursor=${page.next}`)).toMatchObject({ claims: [{ visitId: one.visitId }], next: null });
    expect((await list('cursor=nonsense')).code).toBe('http.cursor');
    const today = (await world.service.now()).getTime();
    const days = `from=${new Date(today - 2 * day).toISOString().slice(0, 10)}&to=${new Date(today + 2 * day).toISOString().slice(0, 10)}`;
    const rate = async () => (await world.service.http(`GET /stores/${b.storeId}/claims/pass-rate?${days}`, { as })).body;
    expect(await rate()).toEqual({ decided: 0, passed: 0, passedAtOnce: 0, partly: 0, rejected: 0, percent: null, targetPercent: 95 });
    await world.maker.script([{ claimNumber: (await world.claimOf(two)).number, decision: 'rejected', reason: 'wear' }]);
    for (const [visit, state] of [[one, 'paid'], [two, 'rejected']] as const) {
      await world.move(visit, 'check', { as });
      await world.move(visit, 'submit', { as });
      await world.claimIs(visit, state);
    }
    expect(await rate()).toEqual({ decided: 2, passed: 1, passedAtOnce: 1, partly: 0, rejected: 1, percent: 50, targetPercent: 95 });
    const { value: quality } = seed.find(({ kind }) => kind === 'targets.quality')!;
    await world.org.policy('targets.quality', { ...quality, claimPassAtLeastPercent: 97 });
    expect(await rate()).toMatchObject({ percent: 50, targetPercent: 97 });
    await world.org.policy('targets.quality', quality);
    expect((await world.service.http(`GET /stores/${a.storeId}/claims?repairOrder=${one.repairOrder}`, { as: a.staff['claims-clerk'] })).body.claims).toEqual([]);
  });
});
