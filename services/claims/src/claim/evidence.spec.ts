import { unknownRepair, type Repair } from '../repair/repair';
import { claimable, missingEvidence } from './evidence';

const policy = { photosAtLeast: 2, oldPartTag: true, customerSignature: true };
const line = (lineId: string, kind: 'part' | 'labour' | 'consumable', faultCode: string | null = 'B1') => ({ lineId, kind, faultCode, partNumber: kind === 'part' ? 'P' : null, safety: false, amount: { amount: 1, currency: 'CNY' } });
const lines = [line('l', 'labour'), line('p', 'part'), line('oil', 'consumable', null)];
const whole: Repair = {
  ...unknownRepair, vehicleId: 'v', mileage: 1, lines, settled: { lines, customerSigned: true }, completions: [{ at: new Date(0).toISOString(), lineIds: ['l'] }], replaced: [{ lineId: 'p', partNumber: 'P' }],
  checks: [{ check: 'final', by: 'x', checkedAt: '' }], photos: ['1', '2'], tags: [{ lineId: 'p', tag: 'T' }],
};
const added = { photos: [], noOldPart: [] };
const missing = (change: Partial<Repair>, more: object = {}, vin: string | null = 'VIN', figures = policy) => missingEvidence({ ...whole, ...change }, { ...added, ...more }, vin, figures);

it('CLM-4 a whole file lacks nothing', () => expect(missing({})).toEqual([]));

it.each<[string, Partial<Repair>, string[]]>([
  ['mileage', { mileage: null }, ['mileage']],
  ['the settlement', { settled: null }, ['settlement', 'customer-signature']],
  ['the signature', { settled: { lines, customerSigned: false } }, ['customer-signature']],
  ['a photo', { photos: ['1'] }, ['photos']],
  ['the final check', { checks: [] }, ['final-check']],
  ['the completion', { completions: [] }, ['job-completed']],
  ['a fault code', { settled: { lines: [line('l', 'labour', null)], customerSigned: true } }, ['fault-code/l']],
  ['an old part', { tags: [] }, ['old-part-tag/p']],
])('CLM-4 it lacks %s', (_name, change, lacks) => expect(missing(change)).toEqual(lacks));

it('CLM-4 a car without a VIN can not be claimed for', () => expect(missing({}, {}, null)).toEqual(['vin']));

it('CLM-4 the clerk’s photos count, the same photo once; an exempt part has no old part; a part that was not replaced neither', () => {
  expect(missing({ photos: ['1'] }, { photos: ['1'] })).toEqual(['photos']);
  expect(missing({ photos: ['1'] }, { photos: ['2'] })).toEqual([]);
  expect(missing({ tags: [] }, { noOldPart: [{ lineId: 'p', class: 'first-fit' }] })).toEqual([]);
  expect(missing({ tags: [], replaced: [] })).toEqual([]);
});

it('CLM-4 what is asked for is the policy’s', () => expect(missing({ photos: [], tags: [], settled: { lines, customerSigned: false } }, {}, 'VIN', { photosAtLeast: 0, oldPartTag: false, customerSignature: false })).toEqual([]));

it('CLM-4 a line without a fault code takes the workshop’s, and unfinished lines are not claimed', () => {
  expect(claimable({ ...whole, settled: null, lines: [line('l', 'labour', null), line('p', 'part')], unfinished: ['p'], diagnosed: [{ lineId: 'l', faultCode: 'C5' }] })).toMatchObject([{ lineId: 'l', faultCode: 'C5' }]);
});
