import { v7 as uuidv7 } from 'uuid';
import { ClaimsWorld, day, hour, labour, part, type TestVisit } from '../testing/claims-world';

describe('until when a claim is to be submitted', () => {
  let world: ClaimsWorld;
  beforeAll(async () => (world = await ClaimsWorld.start()));
  afterAll(() => world?.stop());

  const promisesOf = async (visit: TestVisit) =>
    (await world.service.rows('select outcome, cause, started_at, due_at from promise where subject = $1 order by started_at, id', [(await world.claimOf(visit)).id])) as { outcome: string; cause: string | null; started_at: Date; due_at: Date }[];
  const rings = async (visit: TestVisit) => (await world.service.rows(`select due_at from timer where kind = 'claim.submit-by' and subject = $1`, [(await world.claimOf(visit)).id])).map((timer) => timer['due_at']);
  const outcomes = async (visit: TestVisit) => (await promisesOf(visit)).map(({ outcome }) => outcome);

  it('CLM-4 a job that goes on has no deadline while it does; it runs from the completion of the add-on', async () => {
    const visit = world.visit(await world.car(), [labour('B1234'), labour('C5')]);
    const first = visit.lines.slice(0, 1);
    await world.authorised(visit, { lines: first });
    await world.completed(visit, { lines: first });
    const [before] = await promisesOf(visit);
    expect(before).toMatchObject({ outcome: 'open' });
    await world.authorised(visit, { version: 2, promisedIn: 20 * day });
    expect(await promisesOf(visit)).toMatchObject([{ outcome: 'void', cause: 'the job goes on' }]);
    expect([await rings(visit), (await world.claimOf(visit)).submitBy]).toEqual([[], null]);
    await world.service.jump(10 * day);
    const again = { id: uuidv7(), at: new Date(before!.started_at.getTime() + 10 * day), photos: 0 };
    for (let i = 0; i < 2; i++) await world.completed(visit, again);
    const dueAt = new Date(before!.due_at.getTime() + 10 * day);
    expect(await promisesOf(visit)).toMatchObject([{ outcome: 'void' }, { outcome: 'open', due_at: dueAt }]);
    expect([await rings(visit), (await world.claimOf(visit)).submitBy]).toEqual([[dueAt], dueAt]);
  });

  it('CLM-4 lines that go to the house and come back owe the maker’s deadline again, of the same completion', async () => {
    const visit = world.visit(await world.car(), [labour('B1234'), part('B1234', '69820-06170')]);
    await world.authorised(visit);
    await world.completed(visit);
    const [before] = await promisesOf(visit);
    await world.authorised(visit, { version: 2, lines: visit.lines.map((line) => ({ ...line, payer: 'goodwill' })) });
    expect(await world.claimOf(visit)).toMatchObject({ state: 'dropped', submitBy: null });
    expect([await outcomes(visit), await rings(visit)]).toEqual([['void'], []]);
    await world.service.jump(day);
    await world.authorised(visit, { version: 3 });
    expect(await world.claimOf(visit)).toMatchObject({ state: 'draft', submitBy: before!.due_at });
    expect(await promisesOf(visit)).toMatchObject([{ outcome: 'void' }, { outcome: 'open', due_at: before!.due_at }]);
    expect(await rings(visit)).toEqual([before!.due_at]);
  });

  it('CLM-4 what was late stays late; an add-on after it has a deadline of its own, which the submission keeps', async () => {
    const visit = world.visit(await world.car(), [labour('B1234'), labour('C5')]);
    const first = visit.lines.slice(0, 1);
    await world.authorised(visit, { lines: first });
    await world.completed(visit, { lines: first });
    await world.service.jump(new Date((await world.claimOf(visit)).submitBy!.getTime() + hour));
    await world.authorised(visit, { version: 2 });
    await world.authorised(visit, { version: 3, lines: first }); // and it is not done after all
    expect(await outcomes(visit)).toEqual(['late']);
    await world.authorised(visit, { version: 4 });
    await world.completed(visit);
    expect(await outcomes(visit)).toEqual(['late', 'open']);
    await world.settled(visit);
    await world.move(visit, 'check');
    expect((await world.move(visit, 'submit')).status).toBe(200);
    expect(await outcomes(visit)).toEqual(['late', 'kept']);
  });
});
