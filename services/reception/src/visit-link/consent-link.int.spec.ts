import { ConsentAsked } from '@aftersales/contracts/reception/asked-by-link';
import { LinesDeclined, VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { minute, serviceLines, TestDesk } from '../visit/testing/desk';

const { labour, oil } = serviceLines;

describe('consent by link', () => {
  let desk: TestDesk;
  let address = 0;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.close());

  const open = (path: string) => desk.service.http(`GET ${path}`, { headers: { 'x-forwarded-for': `10.1.0.${++address}` } });
  const send = (path: string, form: Record<string, string>) =>
    desk.service.http(`POST ${path}`, { body: new URLSearchParams(form).toString() as never, headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': `10.1.0.${++address}` } });
  const about = async (contract: typeof VisitAuthorised | typeof LinesDeclined, visitId: string) => (await desk.service.said(contract as typeof VisitAuthorised)).filter(({ data }) => data.visitId === visitId);
  const asked = async (lines: readonly object[] = [labour, { ...oil, title: 'Öl & Filter' }]) => {
    const car = await desk.opened();
    const offer = await desk.offered(car.visitId, lines);
    return { ...car, offer, path: await askedAgain(car.visitId, 1), lineIds: offer.lines.map(({ lineId }: { lineId: string }) => lineId) as string[] };
  };
  const askedAgain = async (visitId: string, n: number) => {
    await desk.ok(`/${visitId}/estimates/${n}/link`);
    const facts = (await desk.service.said(ConsentAsked)).filter(({ data }) => data.visitId === visitId);
    return new URL(facts.at(-1)!.sealed!.link).pathname;
  };

  it('REC-18 the page shows the version and changes nothing; the link leaves sealed only', async () => {
    const { visitId, path, lineIds, customerId } = await asked();
    const [fact] = (await desk.service.said(ConsentAsked)).filter(({ data }) => data.visitId === visitId);
    expect(fact!.data).toMatchObject({ version: 1, customerId });
    expect(fact!.envelope).not.toContain(path.slice(3));
    const version = await desk.version(`/${visitId}`);
    for (let i = 0; i < 3; i++) {
      const { status, body } = await open(path);
      expect(status).toBe(200);
      for (const text of ['Service 10.000 km', 'Öl &amp; Filter', ...lineIds]) expect(body).toContain(text);
      expect(body).not.toContain('<script');
    }
    expect(await desk.version(`/${visitId}`)).toBe(version);
    expect(await about(VisitAuthorised, visitId)).toEqual([]);
  });

  it('REC-18 takes yes or no for each line, once; half an answer is asked again', async () => {
    const { visitId, path, lineIds } = await asked();
    const [one, two] = lineIds as [string, string];
    expect((await send(path, { [one]: 'yes' })).body).toContain(two);
    expect(await about(VisitAuthorised, visitId)).toEqual([]);
    const form = { [one]: 'yes', [two]: 'no', note: 'zu teuer' };
    const answers = await Promise.all([send(path, form), send(path, form)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect((await send(path, { [one]: 'no', [two]: 'no' })).status).toBe(404);
    expect(await about(VisitAuthorised, visitId)).toHaveLength(1);
    expect((await about(LinesDeclined, visitId))[0]!.data.lines).toMatchObject([{ lineId: two, reason: 'by-link' }]);
    expect((await desk.service.rows(`select how, staff_id, note from consent where visit_id = $1 and not yes`, [visitId]))[0]).toEqual({ how: 'link', staff_id: null, note: 'zu teuer' });
  });

  it('REC-18 what the customer writes beside a no is kept as far as our own page would have taken it', async () => {
    const { visitId, path, lineIds } = await asked();
    expect((await send(path, { [lineIds[0]!]: 'yes', [lineIds[1]!]: 'no', note: `zu teuer${'!'.repeat(9_000)}` })).status).toBe(200);
    expect((await desk.service.rows(`select note from consent where visit_id = $1 and not yes`, [visitId]))[0]!['note']).toBe(`zu teuer${'!'.repeat(292)}`);
  });

  it('REC-18 a link to an older version is not answered and shows the newer one', async () => {
    const { visitId, path, lineIds } = await asked();
    const newer = await desk.offered(visitId, [{ keep: lineIds[0] }, { ...labour, operationCode: 'NEW-1', title: 'Neue Zeile' }]);
    expect((await open(path)).body).toContain('Neue Zeile');
    expect((await open(path)).body).not.toContain('<form');
    expect((await send(path, { [lineIds[0]!]: 'yes', [newer.lines[1].lineId]: 'yes' })).body).toContain('Neue Zeile');
    expect(await about(VisitAuthorised, visitId)).toEqual([]);
    const second = await askedAgain(visitId, 2);
    expect((await send(second, Object.fromEntries(newer.lines.map(({ lineId }: { lineId: string }) => [lineId, 'yes'])))).status).toBe(200);
    expect((await about(VisitAuthorised, visitId))[0]!.data.version).toBe(2);
  });

  it('REC-18 REC-20 a link that is still open when the visit is settled adds nothing to it', async () => {
    const visit = await desk.done([labour]);
    const more = await desk.offered(visit.visitId, [{ keep: visit.offer.lines[0].lineId }, oil]);
    const path = await askedAgain(visit.visitId, 2);
    await desk.ok(`/${visit.visitId}/settle`, { signatureId: visit.jobId }, { as: desk.org.a.staff.cashier });
    for (const said of ['yes', 'no']) expect((await send(path, { [more.lines[1].lineId]: said })).status).toBe(404);
    expect(await about(LinesDeclined, visit.visitId)).toEqual([]);
    expect(await about(VisitAuthorised, visit.visitId)).toHaveLength(1);
    expect((await desk.get(`/${visit.visitId}/estimates/2`)).body.lines[1].standing).toBe('open');
  });

  it('REC-18 expires by its policy, never later than the offer; signed meanwhile it is closed', async () => {
    await desk.org.policy('consent.link-expiry', { wallMinutes: 10 });
    const short = await asked();
    await desk.org.policy('consent.link-expiry', { wallMinutes: 240 });
    const long = await asked();
    await desk.service.jump(11 * minute);
    expect([(await open(short.path)).status, (await open(long.path)).status]).toEqual([404, 200]);
    await desk.signed(long.visitId, long.offer);
    expect((await open(long.path)).status).toBe(404);
    expect((await desk.post(`/${long.visitId}/estimates/1/link`)).body.code).toBe('estimate.not-offered');
    const { data } = (await desk.service.said(ConsentAsked)).filter((fact) => fact.data.visitId === long.visitId)[0]!;
    expect(Date.parse(data.expiresAt)).toBeLessThanOrEqual(Date.parse(long.offer.expiresAt));
  });
});
