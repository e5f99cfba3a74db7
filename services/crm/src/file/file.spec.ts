import fc from 'fast-check';
import { blanksFilled, missingOf, plateKey, sameName } from './file';
import { maskedEmail, maskedName, maskedPhone } from './mask';
import { phoneOf, phonesOf } from './phone';

const whole = { vin: 'LVGBE40K28G123456', plate: 'ABC-1234', model: 'ES6', use: 'household' as const };
const owner = { name: '王小明', phones: ['+886912345678'] };

describe('file', () => {
  it('CRM-1 a file is complete with VIN, plate, model, use, and an owner with name and phone; each one missing is named', () => {
    expect(missingOf(whole, owner)).toEqual([]);
    for (const field of ['vin', 'plate', 'model'] as const) expect(missingOf({ ...whole, [field]: null }, owner)).toEqual([field]);
    expect(missingOf({ ...whole, use: 'unknown' }, owner)).toEqual(['use']);
    expect(missingOf(whole, { ...owner, phones: [] })).toEqual(['phone']);
    expect(missingOf(whole, null)).toEqual(['name', 'phone']);
  });

  it('CRM-1 an introduction fills blanks and changes nothing that is known', () => {
    const known = { name: 'Lin', email: null, use: 'unknown' };
    expect(blanksFilled(known, { name: 'Wang', email: 'x@example.org', use: 'household' } as never)).toEqual({ email: 'x@example.org', use: 'household' });
    expect(blanksFilled({ ...known, use: 'household' }, { use: 'commercial', email: null } as never)).toEqual({});
  });

  it('CRM-1 a shared number is one person only when the names agree', () => {
    expect(sameName('王 小明', '王小明')).toBe(true);
    expect(sameName('LIN, Mei', 'lin mei')).toBe(true);
    expect(sameName(null, '王小明')).toBe(true);
    expect(sameName('王小明', '王大明')).toBe(false);
  });

  it('CRM-2 a number is one number however it is written', () => {
    for (const text of ['0912-345-678', '0912 345 678', '０９１２３４５６７８', '+886 912 345 678', '00886912345678', '(0912)345678']) expect(phoneOf(text, 'TW')).toEqual({ number: '+886912345678', kind: 'mobile' });
    expect(phoneOf('138 0013 8000', 'CN')).toEqual({ number: '+8613800138000', kind: 'mobile' });
    expect(phoneOf('02-5550-1001', 'TW')).toEqual({ number: '+886255501001', kind: 'landline' });
    expect(phoneOf('no phone', 'TW')).toBeNull();
    expect(phoneOf('12345', 'TW')).toBeNull();
    expect(phonesOf(['0912345678', '+886912345678', 'x'], 'TW')).toHaveLength(1);
  });

  it('CRM-2 writing a number again in its own form changes nothing, and every number can be dialled', () => {
    fc.assert(fc.property(fc.string({ maxLength: 20 }), fc.constantFrom('TW', 'CN', 'DE'), (text, market) => {
      const phone = phoneOf(text, market);
      if (!phone) return;
      expect(phone.number).toMatch(/^\+?\d{6,15}$/);
      expect(phoneOf(phone.number, market)?.number).toBe(phone.number);
    }));
    fc.assert(fc.property(fc.integer({ min: 900_000_000, max: 999_999_999 }), (national) => phoneOf(`0${national}`, 'TW')!.number === phoneOf(`+886${national}`, 'CN')!.number));
  });

  it('CRM-2 masked: a name shows its first character, a phone its last three digits', () => {
    expect([maskedName('王小明'), maskedName('Lin Mei'), maskedName(null), maskedPhone('+886912345678'), maskedEmail('mei@example.org')]).toEqual(['王••', 'L••', null, '•••678', 'm•••@example.org']);
  });

  it('CRM-1 a plate is one plate however it is written', () => {
    expect(new Set(['沪A·12345', '沪a 12345', '沪A-12345'].map(plateKey))).toEqual(new Set(['沪A12345']));
    expect(plateKey(' - ')).toBeNull();
  });
});
