import { ClaimsWorld, day, labour, type TestVisit } from '../testing/claims-world';

describe('the pass rate', () => {
  let world: ClaimsWorld;
  beforeAll(async () => (world = await ClaimsWorld.start()));
  afterAll(() => world?.stop());

  it('CLM-4 a claim under appeal has not passed; it has once the maker pays every line', async () => {
    const today = (await world.service.now()).getTime();
    const on = (ms: number) => new Date(today + ms).toISOString().slice(0, 10);
    const rate = async () => (await world.service.http(`GET /stores/${world.org.a.storeId}/claims/pass-rate?from=${on(-2 * day)}&to=${on(2 * day)}`, { as: world.org.a.staff['claims-clerk'] })).body;
    const decided = async (state: string, rule: (visit: TestVisit) => object): Promise<TestVisit> => {
      const visit = await world.wholeVisit([labour('B1'), labour('C5')]);
      await world.maker.script([{ submission: 1, ...rule(visit) }]);
      await world.move(visit, 'check');
      await world.move(visit, 'submit');
      await world.claimIs(visit, state);
      return visit;
    };
    const whole = await decided('rejected', () => ({ decision: 'rejected', reason: 'wear' }));
    const partly = await decided('paid', ({ lines }) => ({ decision: 'partly-accepted', acceptedLines: [lines[0]!.lineId], reason: 'wear' }));
    const before = { decided: 2, passed: 0, passedAtOnce: 0, partly: 1, rejected: 1, percent: 0, targetPercent: 95 };
    expect(await rate()).toEqual(before);
    await world.maker.faults({ mode: 'reject', count: 2 });
    for (const visit of [whole, partly]) expect(await world.move(visit, 'appeal', { body: { reason: 'the part was faulty' } })).toMatchObject({ status: 200, body: { state: 'submitted' } });
    expect(await rate()).toEqual(before);
    await world.until(() => world.maker.hits(), (hits) => hits >= 2);
    await world.service.jump(15_000);
    for (const visit of [whole, partly]) await world.claimIs(visit, 'paid');
    expect(await rate()).toEqual({ ...before, passed: 2, partly: 0, rejected: 0, percent: 100 });
  });
});
