import { ClaimAccepted, ClaimPaid, ClaimReturned } from '@aftersales/contracts/claims/claim';
import type { AnyContract } from '@aftersales/contracts/kernel/event';
import { Settings } from '@aftersales/platform/config/config';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsWorld, day, labour, part, type TestVisit } from '../testing/claims-world';
import { signedHeaders } from './maker.signature';
import { MakerSender } from './maker.sender';

describe('the maker', () => {
  let world: ClaimsWorld;
  beforeAll(async () => (world = await ClaimsWorld.start()));
  afterAll(() => world?.stop());
  beforeEach(async () => {
    await world.maker.script([]);
    await world.maker.faults({ mode: 'none' });
  });

  const checked = async (): Promise<TestVisit> => {
    const visit = await world.wholeVisit([labour('B1'), part('B1', 'P-1')]);
    expect((await world.move(visit, 'check')).status).toBe(200);
    return visit;
  };
  const submitted = async (): Promise<TestVisit> => {
    const visit = await checked();
    expect((await world.move(visit, 'submit')).status).toBe(200);
    return visit;
  };
  const saidOf = async <C extends AnyContract>(visit: TestVisit, contract: C) => (await world.service.said(contract)).map(({ data }) => data).filter(({ visitId }) => visitId === visit.visitId);
  const requestsOf = async (visit: TestVisit) => world.service.rows('select r.* from maker_request r join claim c on c.id = r.subject where c.visit_id = $1 order by r.id', [visit.visitId]);
  const newsOf = async (visit: TestVisit, news: object) => {
    const { number } = await world.claimOf(visit);
    return JSON.stringify({ claimNumber: number, submission: 1, store: visit.storeId, at: new Date().toISOString(), ...news });
  };
  const call = (body: string, { id = uuidv7() as string, at = new Date(), secret = world.maker.secret, sign = body } = {}) =>
    world.service.http('POST /callbacks/maker', { body, headers: { 'content-type': 'application/json', ...signedHeaders(secret, id, sign, at) } });
  const accepted = { decision: 'accepted' };
  const paid = { decision: 'paid', amount: 110_000, currency: 'CNY', payment: 'MK-9-1' };

  describe('calls us', () => {
    let visit: TestVisit;
    beforeEach(async () => {
      await world.maker.script([{ decision: 'none' }]);
      visit = await submitted();
    });

    it('CLM-5 another secret, other bytes, an old or future signature, none at all: 401, and nothing changes', async () => {
      const body = await newsOf(visit, accepted);
      expect(await call(body, { secret: `whsec_${Buffer.alloc(32).toString('base64')}` })).toMatchObject({ status: 401, body: { code: 'auth.token' } });
      expect((await call(`${body} `, { sign: body })).status).toBe(401); // the same JSON, not the same bytes
      for (const ms of [-301_000, 301_000]) expect((await call(body, { at: new Date(Date.now() + ms) })).status).toBe(401);
      expect((await world.service.http('POST /callbacks/maker', { body, headers: { 'content-type': 'application/json' } })).status).toBe(401);
      expect(await world.claimOf(visit)).toMatchObject({ state: 'submitted' });
      expect((await call(body)).status).toBe(204);
      expect(await world.claimOf(visit)).toMatchObject({ state: 'accepted' });
    });

    it('CLM-5 the signature is judged by the real time, however far the demonstration’s clock is ahead', async () => {
      await world.service.jump(3 * day);
      expect((await call(await newsOf(visit, accepted))).status).toBe(204);
    });

    it('CLM-5 twice, also at once: one effect', async () => {
      const body = await newsOf(visit, accepted);
      const answers = await Promise.all([1, 2, 3].map(() => call(body, { id: `W_${visit.visitId}` })));
      expect([...answers, await call(body, { id: `W_${visit.visitId}` })].map(({ status }) => status)).toEqual([204, 204, 204, 204]);
      expect(await saidOf(visit, ClaimAccepted)).toHaveLength(1);
      expect(await world.service.rows('select 1 from maker_news where claim_id = (select id from claim where visit_id = $1)', [visit.visitId])).toHaveLength(1);
    });

    it('CLM-5 the payment overtakes its decision: it is kept, and said after it', async () => {
      expect((await call(await newsOf(visit, paid))).status).toBe(204);
      expect(await world.claimOf(visit)).toMatchObject({ state: 'submitted' });
      expect(await saidOf(visit, ClaimPaid)).toEqual([]);
      expect((await call(await newsOf(visit, accepted))).status).toBe(204);
      expect(await world.claimOf(visit)).toMatchObject({ state: 'paid' });
      expect(await saidOf(visit, ClaimPaid)).toMatchObject([{ payment: 'MK-9-1', open: { amount: 0 } }]);
      const order = await world.service.rows(`select envelope::jsonb->>'type' as type from outbox where key = $1 order by id`, [(await world.claimOf(visit)).id]);
      expect(order.map(({ type }) => type).slice(-2)).toEqual(['claims.claim-accepted.v1', 'claims.claim-paid.v1']);
    });

    it('CLM-5 what it said about submission 1 comes after submission 2: it changes nothing', async () => {
      await call(await newsOf(visit, { decision: 'returned', reason: 'photo-unclear' }));
      await world.move(visit, 'check');
      await world.move(visit, 'submit');
      expect((await call(await newsOf(visit, { decision: 'rejected', reason: 'late' }))).status).toBe(204);
      expect(await world.claimOf(visit)).toMatchObject({ state: 'submitted' });
      expect(await world.service.rows('select ignored from maker_news where store_id = $1 and ignored is not null and claim_id = (select id from claim where visit_id = $2)', [visit.storeId, visit.visitId])).toEqual([{ ignored: 'an older submission' }]);
    });

    it('CLM-5 of a claim nobody has 404, nonsense 422, another store’s claim 404: as problem+json, and nothing changes', async () => {
      expect(await call(JSON.stringify({ claimNumber: 'W-none', submission: 1, store: visit.storeId, decision: 'accepted' }))).toMatchObject({ status: 404, body: { code: 'http.not-found' } });
      expect(await call(await newsOf(visit, { decision: 'perhaps' }))).toMatchObject({ status: 422, body: { errors: [{ pointer: '/decision' }] } });
      expect((await call(await newsOf(visit, { ...accepted, store: world.org.b.storeId }))).status).toBe(404);
      expect((await call(await newsOf(visit, { ...accepted, store: 'x' }))).status).toBe(422);
      expect((await call('{"claimNumber":')).status).toBe(400);
      expect(await world.claimOf(visit)).toMatchObject({ state: 'submitted' });
    });

    it('CLM-5 a reason in a sentence does not travel: it has no code', async () => {
      await call(await newsOf(visit, { decision: 'returned', reason: 'Please add Mr. Chen’s photo' }));
      expect(await saidOf(visit, ClaimReturned)).toMatchObject([{ reason: 'no-reason' }]);
    });
  });

  describe('is called', () => {
    it('CLM-5 its calls overtake its answer: the claim is decided, and the answer changes nothing', async () => {
      await world.maker.faults({ mode: 'slow', ms: 1_500, count: 1 });
      const visit = await submitted();
      await world.claimIs(visit, 'paid');
      expect(await requestsOf(visit)).toMatchObject([{ state: 'waiting', attempts: 1 }]);
      await world.service.get(MakerSender).settled();
      expect(await requestsOf(visit)).toMatchObject([{ state: 'answered', attempts: 1, answer: { state: 'received' } }]);
      expect(await world.claimOf(visit)).toMatchObject({ state: 'paid' });
    });

    it.each([
      ['refuses for a while', { mode: 'reject', count: 2 }, 0],
      ['accepts and dies before it answers', { mode: 'fail-after-accept', count: 2 }, 2],
      ['accepts and answers 500', { mode: 'fail-after-accept', count: 2, status: 500 }, 2],
    ])('CLM-5 it %s: sent again with longer waits, one claim there, one effect here', async (_what, fault, duplicates) => {
      await world.maker.faults(fault);
      const visit = await submitted();
      const { number } = await world.claimOf(visit);
      for (const [attempt, wait] of [[1, 15_000], [2, 30_000]] as const) {
        await world.until(() => world.maker.hits(), (hits) => hits >= attempt);
        await world.service.get(MakerSender).settled();
        expect(await requestsOf(visit)).toMatchObject([{ state: 'waiting', attempts: attempt, last_error: expect.any(String) }]);
        await world.service.jump(wait - 5_000);
        expect(await world.maker.hits()).toBe(attempt); // not before its time
        await world.service.jump(5_000);
      }
      await world.until(() => requestsOf(visit), ([row]) => row!['state'] === 'answered');
      await world.claimIs(visit, 'paid');
      expect(await world.maker.claims(number)).toMatchObject([{ submission: 1, duplicates }]);
      expect(await saidOf(visit, ClaimPaid)).toHaveLength(1);
      expect(await world.service.rows(`select 1 from timer where kind = 'maker.send'`)).toEqual([]);
    });

    it('CLM-5 a sender dies between its commit and its call: the next ring makes up for it', async () => {
      await world.maker.faults({ mode: 'reject', count: 1 });
      const visit = await submitted();
      await world.until(async () => (await requestsOf(visit))[0]!, ({ last_error: error }) => error !== null);
      const dying = new MakerSender({ afterCommit: () => undefined } as never, world.service.get(Settings), {} as never, {} as never);
      const subject = (await requestsOf(visit))[0]!['id'];
      await world.service.transaction([visit.storeId], (tx) => dying.due(tx, { kind: 'maker.send', subject, storeId: visit.storeId, dueAt: tx.now }));
      expect(await requestsOf(visit)).toMatchObject([{ state: 'waiting', attempts: 2 }]);
      await world.service.jump(15_000);
      expect(await world.maker.claims((await world.claimOf(visit)).number)).toEqual([]);
      await world.service.jump(15_000);
      await world.claimIs(visit, 'paid');
      expect(await requestsOf(visit)).toMatchObject([{ state: 'answered', attempts: 3 }]);
    });

    it('CLM-5 two rings at once count one attempt, and one call goes out', async () => {
      await world.maker.faults({ mode: 'reject', count: 1 });
      const visit = await submitted();
      await world.until(async () => (await requestsOf(visit))[0]!, ({ last_error: error }) => error !== null);
      await world.service.rows(`insert into clock_shift (shift) values (interval '15 seconds') on conflict (only_row) do update set shift = clock_shift.shift + excluded.shift`);
      await Promise.all([1, 2, 3].map(() => world.service.fireDue()));
      await world.claimIs(visit, 'paid');
      expect(await requestsOf(visit)).toMatchObject([{ attempts: 2 }]);
      expect(await world.maker.claims((await world.claimOf(visit)).number)).toMatchObject([{ duplicates: 0 }]);
    });

    it('CLM-5 it will never take this submission: the claim is back on the clerk’s table, once', async () => {
      const visit = await checked();
      await world.service.rows(`update claim set number = number || '.x' where visit_id = $1`, [visit.visitId]); // a number that the maker does not take
      await world.move(visit, 'submit');
      await world.claimIs(visit, 'returned');
      await world.service.jump(day);
      expect(await saidOf(visit, ClaimReturned)).toMatchObject([{ submission: 1, reason: 'not-taken-by-maker' }]);
      expect(await requestsOf(visit)).toMatchObject([{ state: 'refused', attempts: 1, last_error: expect.stringContaining('422') }]);
    });
  });
});
