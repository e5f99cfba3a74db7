import { at } from './cast';
import type { Stage } from './stage';

/** The warranty claim: submitted, returned once, resubmitted, accepted, paid. The maker's system is its own process with its own protocol; the photos are the floor's. */
export async function claimed(stage: Stage, visitId: string, [photo, missed]: readonly [string, string]): Promise<string> {
  stage.step('Warranty claim: submitted, returned once for a missing photo, resubmitted, accepted, paid');
  const list = await stage.until('the claim, drafted from the warranty lines', async () => (await stage.ask('claims-clerk.a', `GET ${at('claims')}/claims?limit=100`)).claims.find((claim: any) => claim.visitId === visitId));
  const path = `${at('claims')}/claims/${list.claimId}`;
  const look = (): Promise<any> => stage.ask('claims-clerk.a', `GET ${path}`);
  const move = (verb: string, body?: object): Promise<any> => stage.move('claims-clerk.a', path, verb, body);
  const script = await fetch(`${stage.at.maker}/script`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ claimNumber: list.number, submission: 1, decision: 'returned', reason: 'photo-missing' }, { claimNumber: list.number, submission: 2, decision: 'accepted' }]),
  });
  if (!script.ok) throw new Error(`the maker took no script: ${await script.text()}`);
  await move('evidence', { photoIds: [photo] });
  await stage.until('the evidence is complete', async () => (await look()).allowed.includes('check'));
  await move('check');
  await move('submit');
  await stage.fact('claims.claim-returned', (data) => data.claimId === list.claimId);
  await move('evidence', { photoIds: [missed] });
  if ((await look()).allowed.includes('check')) await move('check');
  await move('submit');
  await stage.fact('claims.claim-accepted', (data) => data.claimId === list.claimId);
  const { photos } = (await look()).evidence;
  if (![photo, missed].every((id) => photos.includes(id))) throw new Error(`the maker saw other photos: ${photos.join(', ')}`);
  const paid = await stage.fact('claims.claim-paid', (data) => data.claimId === list.claimId);
  stage.note(`claim ${list.number}: paid ${JSON.stringify(paid.data.amount ?? paid.data)}`);
  return list.claimId;
}
