import { CoverageDecided } from '@aftersales/contracts/claims/coverage';
import { v7 as uuidv7 } from 'uuid';
import { MakerSender } from '../maker/maker.sender';
import { ClaimsWorld, day, labour, part, type TestVisit } from '../testing/claims-world';

describe('coverage before consent', () => {
  let world: ClaimsWorld;
  beforeAll(async () => (world = await ClaimsWorld.start()));
  afterAll(() => world?.stop());

  const rowsOf = ({ visitId }: TestVisit) => world.service.rows('select id, version, state, pre_approval, valid_until, decision from coverage where visit_id = $1 order by estimate_version', [visitId]);
  const saidOf = async ({ visitId }: TestVisit) => (await world.service.said(CoverageDecided)).filter(({ data }) => data.visitId === visitId).map(({ data }) => data);
  const ask = async (lines = [labour('B1234')], storeId = world.org.a.storeId): Promise<TestVisit> => {
    const visit = world.visit(await world.car(), lines, { storeId });
    await world.coverageAsked(visit);
    return visit;
  };
  const move = async (visit: TestVisit, verb: string, as: string, body?: object, more: { ifMatch?: number; key?: string } = {}) => {
    const row = (await rowsOf(visit)).at(-1)!;
    return world.service.http(`POST /stores/${visit.storeId}/coverages/${row['id']}/${verb}`, { as, body, ifMatch: row['version'], ...more });
  };
  const clerk = () => world.org.a.staff['claims-clerk'];
  const director = () => world.org.a.staff['technical-director'];
  const yes = (visit: TestVisit) => ({ lines: visit.lines.map(({ lineId }) => ({ lineId, covered: true })) });
  const decide = async (visit: TestVisit) => {
    expect(await move(visit, 'assess', clerk(), yes(visit))).toMatchObject({ status: 200 });
    return move(visit, 'confirm', director());
  };

  it('CLM-11 clerk and technical director decide each line, and the desk hears it with its validity', async () => {
    const visit = await ask([labour('B1234'), part('B1234', 'P-1')]);
    const [first, second] = visit.lines;
    const list = await world.service.http(`GET /stores/${visit.storeId}/coverages?state=asked&visitId=${visit.visitId}`, { as: clerk() });
    expect(list.body.coverages).toMatchObject([{ state: 'asked', allowed: ['assess'], lines: [{ lineId: first!.lineId }, { lineId: second!.lineId }] }]);
    expect(await move(visit, 'assess', clerk(), { lines: [{ lineId: first!.lineId, covered: true }, { lineId: second!.lineId, covered: false, reason: 'wear-part' }] })).toMatchObject({ status: 200, body: { state: 'assessed' } });
    expect(await saidOf(visit)).toEqual([]);
    expect(await move(visit, 'confirm', director())).toMatchObject({ status: 200, body: { state: 'decided', allowed: [] } });
    expect(await saidOf(visit)).toMatchObject([{
      version: 1, decidedBy: [clerk(), director()],
      lines: [{ lineId: first!.lineId, covered: true, reason: null, preApproval: null }, { lineId: second!.lineId, covered: false, reason: 'wear-part' }],
    }]);
  });

  it('CLM-11 two people: one who holds both posts can not do both', async () => {
    const both = uuidv7();
    await world.org.person(both, [{ role: 'claims-clerk', storeId: world.org.a.storeId }, { role: 'technical-director', storeId: world.org.a.storeId }]);
    const visit = await ask();
    expect((await move(visit, 'assess', both, yes(visit))).body.allowed).toEqual(['assess', 'send-back']);
    expect(await move(visit, 'confirm', both)).toMatchObject({ status: 409, body: { code: 'coverage.two-people' } });
    expect(await saidOf(visit)).toEqual([]);
    expect(await move(visit, 'confirm', director())).toMatchObject({ status: 200 });
  });

  it('CLM-11 refused: before it is assessed, by another role, half the lines, a no without reason, another store, an old version', async () => {
    const visit = await ask([labour('B1'), labour('B2')]);
    expect(await move(visit, 'confirm', director())).toMatchObject({ status: 409, body: { code: 'coverage.move', from: 'asked', allowed: ['assess'] } });
    expect(await move(visit, 'assess', world.org.a.staff.advisor, yes(visit))).toMatchObject({ status: 403 });
    expect(await move(visit, 'assess', clerk(), { lines: yes(visit).lines.slice(1) })).toMatchObject({ status: 409, body: { code: 'coverage.every-line-once' } });
    expect(await move(visit, 'assess', clerk(), { lines: [...yes(visit).lines.slice(1), ...yes(visit).lines.slice(1)] })).toMatchObject({ status: 409, body: { code: 'coverage.every-line-once' } });
    expect(await move(visit, 'assess', clerk(), { lines: yes(visit).lines.map((line) => ({ ...line, covered: false })) })).toMatchObject({ status: 409, body: { code: 'coverage.reason' } });
    expect(await move(visit, 'assess', clerk(), yes(visit), { ifMatch: 9 })).toMatchObject({ status: 412 });
    expect(await move({ ...visit, storeId: world.org.b.storeId }, 'assess', world.org.b.staff['claims-clerk'], yes(visit))).toMatchObject({ status: 404 });
    expect((await rowsOf(visit))[0]).toMatchObject({ state: 'asked' });
  });

  it('CLM-11 sent back, it is assessed again', async () => {
    const visit = await ask();
    await move(visit, 'assess', clerk(), yes(visit));
    expect(await move(visit, 'send-back', director(), { reason: 'look at the harness' })).toMatchObject({ status: 200, body: { state: 'asked', sentBackFor: 'look at the harness', decision: [] } });
    expect(await decide(visit)).toMatchObject({ status: 200, body: { state: 'decided' } });
  });

  it('CLM-11 asked twice it is one case; decided twice it is said once', async () => {
    const visit = world.visit(await world.car(), [labour('B1')]);
    const id = uuidv7();
    await world.coverageAsked(visit, { id });
    await world.coverageAsked(visit, { id });
    await world.coverageAsked(visit); // the same version, told again
    expect(await rowsOf(visit)).toHaveLength(1);
    await move(visit, 'assess', clerk(), yes(visit));
    const [row] = await rowsOf(visit);
    const confirm = (key: string) => move(visit, 'confirm', director(), undefined, { ifMatch: row!['version'], key });
    const [a, b] = await Promise.all([confirm('same'), confirm('same')]);
    expect([a.status, b.status]).toEqual([200, 200]);
    expect((await confirm('other')).status).toBe(412);
    expect(await saidOf(visit)).toHaveLength(1);
  });

  it('CLM-11 a newer version takes the place of an open question; an older one that comes late changes nothing', async () => {
    const visit = await ask();
    const more = { ...visit, lines: [...visit.lines, labour('C2')] };
    await world.coverageAsked(more, { version: 3 });
    await world.coverageAsked(visit, { version: 2 });
    expect((await rowsOf(visit)).map(({ state }) => state)).toEqual(['superseded', 'asked']);
    await decide(more);
    expect(await saidOf(visit)).toMatchObject([{ version: 3 }]);
  });

  it('CLM-11 from the policy’s sum the maker is asked first, and its yes carries a number and an end', async () => {
    await world.maker.script([{ kind: 'pre-approval', approved: true, validDays: 3 }]);
    const visit = await ask(dear());
    expect(await decide(visit)).toMatchObject({ status: 200, body: { state: 'awaiting-maker' } });
    const [said] = await world.until(() => saidOf(visit), (facts) => facts.length > 0);
    expect(said!.lines).toMatchObject([{ covered: true, preApproval: expect.stringMatching(/^PA-/) }]);
    expect(said!.validUntil).toBe((await askedOf(visit))[0].answer.validUntil);
    const cheaper = await ask([part('B1', 'P-9', { amount: { amount: 999_999, currency: 'CNY' } })]);
    expect((await decide(cheaper)).body.state).toBe('decided');
  });

  it('CLM-11 the maker’s no covers nothing', async () => {
    await world.maker.script([{ kind: 'pre-approval', approved: false, reason: 'misuse' }]);
    const visit = await ask(dear());
    await decide(visit);
    const [said] = await world.until(() => saidOf(visit), (facts) => facts.length > 0);
    expect(said!.lines).toMatchObject([{ covered: false, reason: 'misuse', preApproval: null }]);
    await world.maker.script([]);
  });

  it('CLM-11 a large repair does not become small by being asked about in parts', async () => {
    const half = () => part('B1', 'P-9', { amount: { amount: 600_000, currency: 'CNY' } });
    const visit = await ask([half()]);
    expect((await decide(visit)).body.state).toBe('decided');
    const second = { ...visit, lines: [half()] };
    await world.coverageAsked(second, { version: 2 });
    expect((await decide(second)).body.state).toBe('awaiting-maker');
    await world.until(() => saidOf(visit), (facts) => facts.length === 2);
  });

  it.each([
    ['is away', { mode: 'reject', count: 1 }],
    ['does it and dies before it answers', { mode: 'fail-after-accept', count: 1 }],
  ])('CLM-11 the maker %s: asked again, one pre-approval, one decision', async (_what, fault) => {
    await world.maker.faults(fault);
    const visit = await ask(dear());
    await decide(visit);
    await world.until(async () => (await world.service.rows(`select last_error from maker_request where subject = $1`, [(await rowsOf(visit))[0]!['id']]))[0], (row) => row?.['last_error'] !== null);
    expect(await world.maker.hits()).toBe(1);
    expect(await saidOf(visit)).toEqual([]);
    await world.service.jump(15_000);
    await world.until(() => saidOf(visit), (facts) => facts.length > 0);
    await world.service.get(MakerSender).settled();
    expect([(await askedOf(visit)).length, (await saidOf(visit)).length]).toEqual([1, 1]);
    await world.service.jump(day); // nothing rings any more
    expect(await saidOf(visit)).toHaveLength(1);
  });

  it('CLM-11 the desk asks about a newer version while the maker thinks: its late answer decides nothing', async () => {
    await world.maker.faults({ mode: 'slow', ms: 1_500, count: 1 });
    const visit = await ask(dear());
    await decide(visit);
    await world.coverageAsked({ ...visit, lines: [labour('B1')] }, { version: 2 });
    await world.until(async () => (await world.service.rows(`select state from maker_request where subject = $1`, [(await rowsOf(visit))[0]!['id']]))[0], (row) => row?.['state'] === 'answered');
    expect((await rowsOf(visit)).map(({ state }) => state)).toEqual(['superseded', 'asked']);
    expect(await saidOf(visit)).toEqual([]);
  });

  it('CLM-11 validity and the sum are policies: the next decision follows them, the one before keeps its own', async () => {
    const before = await ask();
    await decide(before);
    const [kept] = await saidOf(before);
    await world.org.policy('coverage.validity', { calendarDays: 2 });
    await world.org.policy('coverage.pre-approval', { from: [{ minorUnits: 24_000, currency: 'CNY' }] });
    const after = await ask();
    expect((await decide(after)).body.state).toBe('awaiting-maker');
    const [said] = await world.until(() => saidOf(after), (facts) => facts.length > 0);
    const local = (text: string) => new Date(Date.parse(text) + 8 * 3600_000).toISOString();
    // Until the end of the second day after, on the store's wall.
    expect(local(said!.validUntil)).toBe(`${new Date(Date.parse(local(said!.decidedAt).slice(0, 10)) + 3 * day).toISOString().slice(0, 10)}T00:00:00.000Z`);
    expect((await rowsOf(before))[0]!['valid_until'].toISOString()).toBe(kept!.validUntil);
    expect(await saidOf(before)).toHaveLength(1);
  });

  const dear = () => [part('B1', 'P-9', { amount: { amount: 1_000_000, currency: 'CNY' } })];
  const askedOf = async (visit: TestVisit) => {
    const ids = (await rowsOf(visit)).map(({ id }) => id);
    return (await world.maker.preApprovals()).filter(({ sent }) => ids.includes(sent.request));
  };
});
