import { ClaimAccepted, ClaimPaid, ClaimRejected, ClaimReturned, ClaimSubmitted } from '@aftersales/contracts/claims/claim';
import { ClaimsWorld, labour, part, type TestVisit } from '../testing/claims-world';

describe('a claim', () => {
  let world: ClaimsWorld;
  beforeAll(async () => (world = await ClaimsWorld.start()));
  afterAll(() => world?.stop());

  const lines = () => [labour('B1234'), part('B1234', '69820-06170'), labour('MNT', { payer: 'customer' })];
  const submitted = async (visit: TestVisit) => {
    expect(await world.move(visit, 'check')).toMatchObject({ status: 200, body: { state: 'checked' } });
    expect(await world.move(visit, 'submit')).toMatchObject({ status: 200, body: { state: 'submitted' } });
  };
  const saidOf = async (visit: TestVisit, contract: any) => (await world.service.said(contract)).filter(({ data }) => (data as { visitId: string }).visitId === visit.visitId);

  it('CLM-4 CLM-5 the journey: drafted, submitted, returned once, resubmitted, accepted, paid, archived', async () => {
    const visit = await world.wholeVisit(lines());
    const { number } = await world.claimOf(visit);
    await world.maker.script([{ claimNumber: number, submission: 1, decision: 'returned', reason: 'photo-unclear' }]);
    await submitted(visit);
    await world.claimIs(visit, 'returned');
    expect(await world.move(visit, 'evidence', { body: { photoIds: [visit.visitId], note: 'sharper photo' } })).toMatchObject({ status: 200, body: { state: 'returned', returnReason: 'photo-unclear' } });
    await submitted(visit);
    await world.claimIs(visit, 'paid');
    expect((await saidOf(visit, ClaimSubmitted)).map(({ data }) => (data as any).submission)).toEqual([1, 2]);
    expect((await saidOf(visit, ClaimReturned)).map(({ data }) => (data as any).reason)).toEqual(['photo-unclear']);
    expect((await saidOf(visit, ClaimAccepted))[0]!.data).toMatchObject({ submission: 2, amount: { amount: 110_000, currency: 'CNY' }, rejected: [] });
    expect((await saidOf(visit, ClaimPaid)).map(({ data }) => data)).toMatchObject([{ amount: { amount: 110_000 }, paidInAll: { amount: 110_000 }, open: { amount: 0 } }]);
    expect(await world.move(visit, 'archive', { body: {} })).toMatchObject({ status: 200, body: { state: 'archived', allowed: [] } });
    expect((await world.maker.claims(number)).map(({ submission, lines: sent, evidence }: any) => [submission, sent.length, evidence.note])).toEqual([[1, 2, null], [2, 2, 'sharper photo']]);
  });
});
