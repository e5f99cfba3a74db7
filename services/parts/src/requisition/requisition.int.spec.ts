import { OldPartHandedIn, PartsIssued, PartsReturned } from '@aftersales/contracts/parts/reservation';
import type { Payer } from '@aftersales/contracts/kernel/values';
import { v7 as uuidv7 } from 'uuid';
import { hour, StoreRoom } from '../testing/store-room';
import { OldParts } from './old-parts.service';

describe('requisition', () => {
  let room: StoreRoom;
  beforeAll(async () => (room = await StoreRoom.open()));
  afterAll(() => room?.service.stop());

  const post = (path: string, role: string, ifMatch?: number, body?: object, more: { key?: string; store?: string; as?: string } = {}) =>
    room.service.http(`POST /stores/${more.store ?? room.a.storeId}/requisitions${path}`, { as: more.as ?? room.a.staff[role as 'technician'], ifMatch, body, key: more.key });

  /** A consented line on the shelf, and its signed requisition. */
  async function signed(payer: Payer = 'customer', changes: object = {}, quantity = 1000, onHand = 1000) {
    const part = await room.part(onHand, changes);
    const need = room.need(part, quantity);
    const { visitId } = await room.authorise(await room.consent([room.partLine(need, payer)]));
    const answer = await post('', 'technician', undefined, { visitId, lines: [{ lineId: need.lineId, quantity }] });
    expect(answer.status).toBe(201);
    return { part, need, visitId, id: answer.body.id as string, body: answer.body };
  }

  it('PRT-5 papers before goods: signed, countersigned, old part in, issued; each step refused before its turn, and issued once', async () => {
    const { id, need, part, visitId, body } = await signed();
    expect(body).toMatchObject({ state: 'signed', version: 1, lines: [{ oldPart: 'due' }], allowed: ['withdraw'] });
    expect(await post(`/${id}/issue`, 'parts-keeper', 1)).toMatchObject({ status: 409, body: { code: 'parts.papers-first', from: 'signed', to: 'issued', allowed: expect.not.arrayContaining(['issue']) } });
    expect(await post(`/${id}/countersign`, 'advisor', 1)).toMatchObject({ status: 200, body: { state: 'countersigned', version: 2 } });
    expect(await post(`/${id}/issue`, 'parts-keeper', 2)).toMatchObject({ status: 409, body: { code: 'parts.old-part-first' } });
    expect(await post(`/${id}/hand-in`, 'parts-keeper', 2, { lineId: need.lineId, tag: 'OP-1' })).toMatchObject({ status: 200, body: { version: 3, lines: [{ oldPart: 'handed-in' }], allowed: expect.arrayContaining(['issue']) } });
    const [one, twin] = await Promise.all([post(`/${id}/issue`, 'parts-keeper', 3), post(`/${id}/issue`, 'parts-keeper', 3)]);
    expect([one.status, twin.status].sort()).toEqual([200, 412]);
    expect(await room.card(part)).toMatchObject({ onHand: 0, reserved: 0, ready: 0 });
    const issued = (await room.service.said(PartsIssued)).filter(({ data }) => data.holderId === visitId);
    expect(issued).toMatchObject([{ data: { requisitionId: id, lines: [need], technicianId: room.a.staff.technician, advisorId: room.a.staff.advisor } }]);
    expect(await post(`/${id}/withdraw`, 'technician', 4)).toMatchObject({ status: 409, body: { code: 'parts.requisition-state', allowed: ['return'] } });
  });

  it('PRT-5 technician and advisor are two people, whatever roles one of them holds', async () => {
    const both = uuidv7();
    await room.org.person(both, (['technician', 'advisor', 'parts-keeper', 'parts-manager', 'claims-clerk'] as const).map((role) => ({ role, storeId: room.a.storeId })));
    const need = room.need(await room.part(1000));
    const { visitId } = await room.authorise(await room.consent([room.partLine(need, 'warranty')]));
    const { body } = await post('', 'technician', undefined, { visitId, lines: [{ lineId: need.lineId, quantity: 1000 }] }, { as: both });
    for (const [move, input] of [['countersign', undefined], ['sign-claims', undefined], ['hand-in', { lineId: need.lineId, tag: 'OP-2' }], ['except', { lineId: need.lineId, reason: 'lost on the road' }]] as const) {
      expect(await post(`/${body.id}/${move}`, '', 1, input, { as: both })).toMatchObject({ status: 409, body: { code: 'parts.two-people' } });
    }
    expect(await post(`/${body.id}/countersign`, 'advisor', 1)).toMatchObject({ status: 200 });
  });

  it('PRT-5 a warranty line needs the claims clerk\'s signature first, and its old part goes to claims', async () => {
    const { id, need, visitId } = await signed('warranty', { returnableCore: true });
    await post(`/${id}/countersign`, 'advisor', 1);
    await post(`/${id}/hand-in`, 'parts-keeper', 2, { lineId: need.lineId, tag: 'OP-3', agreed: 'customer' });
    expect(await post(`/${id}/issue`, 'parts-keeper', 3)).toMatchObject({ status: 409, body: { code: 'parts.claims-signature-first' } });
    expect(await post(`/${id}/sign-claims`, 'advisor', 3)).toMatchObject({ status: 403 });
    expect(await post(`/${id}/sign-claims`, 'claims-clerk', 3)).toMatchObject({ status: 200, body: { claimsClerkId: room.a.staff['claims-clerk'] } });
    expect(await post(`/${id}/issue`, 'parts-keeper', 4)).toMatchObject({ status: 200, body: { state: 'issued' } });
    const said = (await room.service.said(OldPartHandedIn)).filter(({ data }) => data.holderId === visitId);
    expect(said).toMatchObject([{ data: { holderKind: 'visit', lineId: need.lineId, payer: 'warranty', custody: 'claims', tag: 'OP-3', quantity: 1000 } }]);
  });

  it('PRT-5 without its old part a line passes only with a recorded exception by somebody who may; a tag hangs on one part', async () => {
    const { id, need } = await signed();
    await post(`/${id}/countersign`, 'advisor', 1);
    expect(await post(`/${id}/except`, 'parts-keeper', 2, { lineId: need.lineId, reason: 'stolen with the car' })).toMatchObject({ status: 403 });
    expect(await post(`/${id}/except`, 'parts-manager', 2, { lineId: need.lineId, reason: 'x' })).toMatchObject({ status: 422 });
    expect(await post(`/${id}/hand-in`, 'parts-keeper', 2, { lineId: need.lineId, tag: 'OP-1' })).toMatchObject({ status: 409, body: { code: 'parts.tag-used' } });
    expect(await post(`/${id}/except`, 'parts-manager', 2, { lineId: need.lineId, reason: 'stolen with the car' })).toMatchObject({ status: 200, body: { lines: [{ oldPart: 'excepted' }] } });
    expect(await post(`/${id}/issue`, 'parts-keeper', 3)).toMatchObject({ status: 200 });
  });

  it('PRT-5 policy parts.old-part-exempt: fluids ask for none; a change binds the next requisition, the running one keeps its own', async () => {
    const fluid = { class: 'fluid', unit: 'litre' };
    const { id, body } = await signed('customer', fluid, 4300, 200_000);
    expect(body.lines).toMatchObject([{ oldPart: 'exempt', quantity: 4300 }]);
    await room.org.policy('parts.old-part-exempt', { classes: [] });
    expect((await signed('customer', fluid)).body.lines).toMatchObject([{ oldPart: 'due' }]);
    await post(`/${id}/countersign`, 'advisor', 1);
    expect(await post(`/${id}/issue`, 'parts-keeper', 2)).toMatchObject({ status: 200 });
    await room.org.policy('parts.old-part-exempt', { classes: ['fluid', 'bulk', 'accessory', 'first-fit'] });
  });

  it('PRT-5 only consented lines, and not more of them than consented: two at once for the last one', async () => {
    const { need, visitId, id } = await signed();
    const ask = (quantity: number, lineId = need.lineId) => post('', 'technician', undefined, { visitId, lines: [{ lineId, quantity }] });
    expect(await ask(1)).toMatchObject({ status: 409, body: { code: 'parts.more-than-consented' } });
    expect(await ask(1000, uuidv7())).toMatchObject({ status: 409, body: { code: 'parts.no-consent' } });
    expect(await post(`/${id}/withdraw`, 'technician', 1)).toMatchObject({ status: 200, body: { state: 'withdrawn', allowed: [] } });
    const both = await Promise.all([ask(1000), ask(1000)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await post('', 'technician', undefined, { visitId, lines: [] })).toMatchObject({ status: 422 });
    expect(await post('', 'advisor', undefined, { visitId, lines: [{ lineId: need.lineId, quantity: 1000 }] })).toMatchObject({ status: 403 });
    expect(await post('', 'technician', undefined, { visitId, lines: [{ lineId: need.lineId, quantity: 1000 }] }, { store: room.org.b.storeId, as: room.org.b.staff.technician })).toMatchObject({ status: 404 });
  });

  it('PRT-5 REC-17 a newer offer that nobody has answered gives nobody more parts, and takes no signature away', async () => {
    const need = room.need(await room.part(5000));
    const agreed = await room.authorise(await room.consent([room.partLine(need, 'warranty')]));
    const before = await post('', 'technician', undefined, { visitId: agreed.visitId, lines: [{ lineId: need.lineId, quantity: 400 }] });
    const newer = { ...agreed, version: 2, lines: [room.partLine({ ...need, quantity: 3000 }, 'customer')] };
    await room.offer(newer, await room.at(hour));
    const ask = (quantity: number) => post('', 'technician', undefined, { visitId: agreed.visitId, lines: [{ lineId: need.lineId, quantity }] });
    expect(await ask(601)).toMatchObject({ status: 409, body: { code: 'parts.more-than-consented' } });
    for (const { id } of [before.body, (await ask(600)).body]) {
      await post(`/${id}/countersign`, 'advisor', 1);
      await post(`/${id}/except`, 'parts-manager', 2, { lineId: need.lineId, reason: 'stolen with the car' });
      expect(await post(`/${id}/issue`, 'parts-keeper', 3)).toMatchObject({ status: 409, body: { code: 'parts.claims-signature-first' } });
      expect(await post(`/${id}/sign-claims`, 'claims-clerk', 3)).toMatchObject({ status: 200 });
      expect(await post(`/${id}/issue`, 'parts-keeper', 4)).toMatchObject({ status: 200, body: { lines: [{ payer: 'warranty' }] } });
    }
    expect(await ask(1)).toMatchObject({ status: 409, body: { code: 'parts.more-than-consented' } });
    await room.authorise(newer);
    expect(await ask(2000)).toMatchObject({ status: 201, body: { lines: [{ payer: 'customer' }] } });
  });

  it('PRT-5 REC-17 who pays by the newest consent decides: a line that became the maker\'s after it was signed needs claims, and its old part goes there', async () => {
    const [{ id, need, visitId }, other] = [await signed(), await signed('customer', { returnableCore: true })];
    const agreed = (part: typeof need, visit: string, payer: Payer) => room.consent([room.partLine(part, payer)], { visitId: visit, version: 2 }).then((consent) => room.authorise(consent, { version: 2 }));
    await post(`/${id}/countersign`, 'advisor', 1);
    await agreed(need, visitId, 'warranty');
    expect((await post(`/${id}/hand-in`, 'parts-keeper', 2, { lineId: need.lineId, tag: 'OP-21', agreed: 'customer' })).body).toMatchObject({ lines: [{ payer: 'warranty' }], allowed: expect.not.arrayContaining(['issue']) });
    expect(await post(`/${id}/issue`, 'parts-keeper', 3)).toMatchObject({ status: 409, body: { code: 'parts.claims-signature-first' } });
    expect((await room.service.http(`GET /stores/${room.a.storeId}/requisitions/${id}`, { as: room.a.staff['claims-clerk'] })).body).toMatchObject({ allowed: ['sign-claims'] });
    expect(await post(`/${id}/sign-claims`, 'claims-clerk', 3)).toMatchObject({ status: 200 });
    expect(await post(`/${id}/issue`, 'parts-keeper', 4)).toMatchObject({ status: 200, body: { lines: [{ payer: 'warranty' }] } });
    const custody = async (visit: string) => (await room.service.said(OldPartHandedIn)).filter(({ data }) => data.holderId === visit).map(({ data }) => [data.tag, data.payer, data.custody]);
    expect(await custody(visitId)).toEqual([['OP-21', 'warranty', 'claims']]);

    // Handed in while the customer paid, and then it was the maker's: in the claims clerk's custody from then on.
    await post(`/${other.id}/hand-in`, 'parts-keeper', 1, { lineId: other.need.lineId, tag: 'OP-22' });
    await agreed(other.need, other.visitId, 'warranty');
    expect(await custody(other.visitId)).toEqual([['OP-22', 'customer', 'core'], ['OP-22', 'warranty', 'claims']]);
    await room.authorise(await room.consent([room.partLine(other.need, 'warranty')], { visitId: other.visitId, version: 3 }), { version: 3 });
    expect(await custody(other.visitId)).toHaveLength(2);
  });

  it('PRT-5 REC-17 consent to another number for a line of which some was issued: the new number may be asked for, what is signed of the old one does not count', async () => {
    const { id, need, visitId } = await signed('customer', { class: 'fluid' }, 1000, 3000);
    const rest = await room.authorise(await room.consent([room.partLine({ ...need, quantity: 3000 })], { visitId, version: 2 }), { version: 2 });
    await post(`/${id}/countersign`, 'advisor', 1);
    expect(await post(`/${id}/issue`, 'parts-keeper', 2)).toMatchObject({ status: 200 });
    const ask = (quantity: number) => post('', 'technician', undefined, { visitId, lines: [{ lineId: need.lineId, quantity }] });
    const old = await ask(2000);
    expect(old).toMatchObject({ status: 201, body: { lines: [{ partNumber: need.partNumber }] } });
    const other = await room.part(2000, { class: 'fluid' });
    await room.authorise({ ...rest, version: 3, lines: [room.partLine({ lineId: need.lineId, partNumber: other, quantity: 2000 })] }, { version: 3 });
    expect(await ask(2000)).toMatchObject({ status: 201, body: { lines: [{ partNumber: other, quantity: 2000 }] } });
    expect(await ask(1)).toMatchObject({ status: 409, body: { code: 'parts.more-than-consented' } });
    await post(`/${old.body.id}/countersign`, 'advisor', 1);
    expect(await post(`/${old.body.id}/issue`, 'parts-keeper', 2)).toMatchObject({ status: 409, body: { code: 'parts.not-on-hand' } });
  });

  it('PRT-5 two old parts at once under one tag: it hangs on the one that came first', async () => {
    const [first, { id, need }] = [await signed(), await signed()];
    let second = Promise.resolve<unknown>(undefined);
    await room.service.transaction([room.a.storeId], async (tx) => {
      await new OldParts().handIn(tx, first.id, 1, room.a.staff['parts-keeper'], { lineId: first.need.lineId, tag: 'OP-31', agreed: 'scrap' });
      second = post(`/${id}/hand-in`, 'parts-keeper', 1, { lineId: need.lineId, tag: 'OP-31' });
      expect(await room.waitsAt(tx, second)).toMatch(/^insert into old_part/);
    });
    expect(await second).toMatchObject({ status: 409, body: { code: 'parts.tag-used' } });
    expect(await post(`/${id}/hand-in`, 'parts-keeper', 1, { lineId: need.lineId, tag: 'OP-32' })).toMatchObject({ status: 200 });
  });

  it('PRT-5 what has not come is not issued; the same Idempotency-Key issues once', async () => {
    const { id, need, part } = await signed('customer', {}, 1000, 0);
    await post(`/${id}/countersign`, 'advisor', 1);
    await post(`/${id}/hand-in`, 'parts-keeper', 2, { lineId: need.lineId, tag: 'OP-4' });
    expect(await post(`/${id}/issue`, 'parts-keeper', 3)).toMatchObject({ status: 409, body: { code: 'parts.not-on-hand' } });
    const [line] = await room.inbound(part);
    await room.receive(line);
    const key = 'issue-once';
    const twins = await Promise.all([post(`/${id}/issue`, 'parts-keeper', 3, undefined, { key }), post(`/${id}/issue`, 'parts-keeper', 3, undefined, { key })]);
    expect(twins.map(({ status, body }) => [status, body.version])).toEqual([[200, 4], [200, 4]]);
    expect(await room.card(part)).toMatchObject({ onHand: 0, reserved: 0 });
  });

  it('PRT-5 unused parts come back, never more than were issued, and go to who waits for them', async () => {
    const { id, need, part, visitId } = await signed('customer', { class: 'fluid' }, 4300, 4300);
    await post(`/${id}/countersign`, 'advisor', 1);
    const back = (quantity: number, ifMatch: number) => post(`/${id}/return`, 'parts-keeper', ifMatch, { lines: [{ lineId: need.lineId, quantity }] });
    expect(await back(300, 2)).toMatchObject({ status: 409, body: { code: 'parts.requisition-state' } });
    await post(`/${id}/issue`, 'parts-keeper', 2);
    const waiting = await room.authorise(await room.consent([room.partLine(room.need(part, 300))]));
    expect(await back(4301, 3)).toMatchObject({ status: 409, body: { code: 'parts.more-than-issued' } });
    expect(await back(300, 3)).toMatchObject({ status: 200, body: { lines: [{ quantity: 4300, returned: 300 }] } });
    expect((await room.service.said(PartsReturned)).filter(({ data }) => data.holderId === visitId)).toMatchObject([{ data: { requisitionId: id, lines: [{ lineId: need.lineId, partNumber: part, quantity: 300 }] } }]);
    expect((await room.told(waiting.visitId)).at(-1)).toMatchObject({ what: 'parts-picked' });
    expect(await room.card(part)).toMatchObject({ onHand: 300, reserved: 300, inbound: 0 });
  });
});
