import fc from 'fast-check';
import { demandSignable, Sheet, stations } from './check-in';

const sheet = (changes: Partial<Sheet> = {}): Sheet => ({
  kind: 'maintenance', vin: 'JTDKN3DU5A0123456', mileage: 100, mileageReason: null, fuelEighths: 4, walkAround: stations.map((station) => ({ station, ok: true, marks: [], finding: null })), valuables: [], protectionLaid: true,
  keys: 1, papers: [], keyTag: null, concern: 'x', concernCodes: [], diagnosis: null, roadTest: null, oldParts: 'leave', waiting: false, contactId: null, ...changes,
});
const unknown = { vin: null, mileage: null };

describe('the check-in sheet', () => {
  it('REC-13 is signed only when every place was looked at, clockwise, once', () => {
    expect(() => demandSignable(sheet(), unknown)).not.toThrow();
    const all = sheet().walkAround;
    fc.assert(fc.property(fc.shuffledSubarray(all, { minLength: 0 }), (walked) => {
      const complete = walked.length === all.length && walked.every((one, i) => one === all[i]);
      const signs = () => demandSignable(sheet({ walkAround: walked }), unknown);
      if (complete) expect(signs).not.toThrow();
      else expect(signs).toThrow(expect.objectContaining({ code: walked.length < all.length ? 'visit.walk-around-incomplete' : 'visit.walk-around-order' }));
    }));
    expect(() => demandSignable(sheet({ walkAround: [...all, all[0]!] }), unknown)).toThrow(expect.objectContaining({ code: 'visit.walk-around-order' }));
    expect(() => demandSignable(sheet({ protectionLaid: false }), unknown)).toThrow(expect.objectContaining({ code: 'visit.protection' }));
  });

  it('REC-13 mileage runs backwards only with a reason; the same mileage is not backwards', () => {
    expect(() => demandSignable(sheet({ mileage: 100 }), { vin: null, mileage: 100 })).not.toThrow();
    expect(() => demandSignable(sheet({ mileage: 99 }), { vin: null, mileage: 100 })).toThrow(expect.objectContaining({ code: 'visit.mileage-backwards' }));
    expect(() => demandSignable(sheet({ mileage: 99, mileageReason: 'New instrument' }), { vin: null, mileage: 100 })).not.toThrow();
  });

  it('REC-12 the VIN on the car is the one on file', () => {
    expect(() => demandSignable(sheet(), { vin: 'JTDKN3DU5A0999999', mileage: null })).toThrow(expect.objectContaining({ code: 'visit.vin-differs' }));
  });
});
