import fc from 'fast-check';
import { alternatives, etaToTake, giveUpWaiting, hear, lateLines, refusedBy, silent, silentNow, withEtas, type PartsAnswer, type Round, type WorkshopAnswer } from './round';

const slot = { startsAt: '2026-03-03T06:00:00.000Z', endsAt: '2026-03-03T08:00:00.000Z' };
const part = { lineId: '01936a3c-7981-7b16-82fb-63298d7d42de', partNumber: 'OIL', quantity: 4_300 };
const slotHeld: WorkshopAnswer = { answer: 'held', slot, until: slot.startsAt };
const slotRefused: WorkshopAnswer = { answer: 'refused', reason: 'no-bay', alternatives: [slot] };
const partsHeld: PartsAnswer = { answer: 'held', lines: [{ ...part, from: 'stock', eta: null }], until: null };
const partsShort = (eta: string | null): PartsAnswer => ({ answer: 'refused', short: [{ ...part, missing: 300, eta }] });

const asked: Round = {
  id: 'r', storeId: 's', version: 1, appointmentId: 'a', round: 1, state: 'asked', startsAt: new Date(slot.startsAt), operations: [], parts: [part], partsBy: new Date(slot.startsAt),
  askedAt: new Date('2026-03-01T00:00:00Z'), silentFrom: new Date('2026-03-01T00:00:10Z'), workshopAnswer: null, partsAnswer: null, estimate: null,
};
type Answer = { workshop: WorkshopAnswer } | { parts: PartsAnswer };
const after = (answers: readonly Answer[], from: Round = asked): Round => answers.reduce((round, answer) => ({ ...round, ...hear(round, answer) }), from);
const answers = fc.array(fc.constantFrom<Answer>({ workshop: slotHeld }, { workshop: slotRefused }, { parts: partsHeld }, { parts: partsShort(null) }), { maxLength: 8 });

describe('a round of the booking saga', () => {
  it('REC-3 held when both hold, in either order; refused when one does not, and only once both have spoken', () => {
    expect(after([{ workshop: slotHeld }, { parts: partsHeld }]).state).toBe('held');
    expect(after([{ parts: partsHeld }, { workshop: slotHeld }]).state).toBe('held');
    expect(after([{ workshop: slotRefused }]).state).toBe('asked');
    const refused = after([{ workshop: slotRefused }, { parts: partsHeld }]);
    expect([refused.state, refusedBy(refused), alternatives(refused)]).toEqual(['refused', ['workshop'], [slot]]);
  });

  it('REC-3 whatever comes, however often: held exactly when the first answer of each half holds; a settled round is never undone by an answer', () => {
    fc.assert(fc.property(answers, (all) => {
      const round = after(all);
      const first = (half: 'workshop' | 'parts') => all.find((answer) => half in answer) as Record<string, { answer: string }> | undefined;
      const [floor, store] = [first('workshop')?.['workshop'], first('parts')?.['parts']];
      const expected = !floor || !store ? 'asked' : floor.answer === 'held' && store.answer === 'held' ? 'held' : 'refused';
      return round.state === expected && silent(round).length === (floor ? 0 : 1) + (store ? 0 : 1);
    }));
  });

  it('REC-3 an answer twice is an answer once, and a freed or refused round hears nothing', () => {
    fc.assert(fc.property(answers, (all) => {
      const round = after(all);
      const twice = after(all.flatMap((answer) => [answer, answer]));
      const deaf = (['freed', 'refused'] as const).every((state) => all.every((answer) => hear({ ...round, state }, answer) === null));
      return deaf && JSON.stringify(twice) === JSON.stringify(round);
    }));
  });

  it('REC-3 silence is shown from its instant on, and at the end of the time it is a refusal', () => {
    const half = after([{ parts: partsHeld }]);
    expect([silentNow(half, new Date('2026-03-01T00:00:09.999Z')), silentNow(half, half.silentFrom)]).toEqual([[], ['workshop']]);
    expect(giveUpWaiting(half)).toEqual({ state: 'refused' });
    expect(giveUpWaiting(after([{ workshop: slotHeld }], half))).toBeNull();
  });

  it('REC-3 the ETA to take is that of the last short part, and there is none while one is unknown', () => {
    const short = (eta: string | null) => after([{ workshop: slotHeld }, { parts: partsShort(eta) }]);
    expect(etaToTake(short('2026-03-05T01:00:00.000Z')).toISOString()).toBe('2026-03-05T01:00:00.000Z');
    expect(etaToTake(short('2026-03-02T01:00:00.000Z'))).toEqual(asked.partsBy);
    expect(() => etaToTake(short(null))).toThrow(expect.objectContaining({ code: 'reception.eta-unknown' }));
    expect(() => etaToTake(after([{ workshop: slotRefused }, { parts: partsHeld }]))).toThrow(expect.objectContaining({ code: 'reception.nothing-short' }));
  });

  it('REC-7 late is what comes after the customer’s date, or nobody knows when', () => {
    const lines = [slot.startsAt, '2026-03-03T06:00:00.001Z', null].map((eta, i) => ({ lineId: String(i), eta }));
    expect(lateLines(asked, lines).map(({ lineId }) => lineId)).toEqual(['1', '2']);
    expect(withEtas(partsHeld, [{ lineId: part.lineId, eta: slot.endsAt }])).toMatchObject({ lines: [{ eta: slot.endsAt, from: 'stock' }] });
    expect(withEtas(null, lines)).toBeNull();
  });
});
