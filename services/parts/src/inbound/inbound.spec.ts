import * as fc from 'fast-check';
import { inboundAllowed, receive, tellEta, type InboundRow } from './inbound';

const now = new Date('2026-03-10T01:00:00.000Z');
const line = (changes: Partial<InboundRow> = {}): InboundRow => ({ id: 'i', storeId: 's', version: 1, partNumber: 'P', source: 'order', state: 'expected', quantity: 1000, received: 0, eta: now, createdAt: now, ...changes });

describe('inbound', () => {
  it('PRT-8 a time of arrival lies ahead, or nobody can say; telling it confirms a planned line', () => {
    expect(() => tellEta(line(), now, now)).toThrow('lies ahead');
    expect(tellEta(line({ state: 'planned' }), null, now)).toEqual({ eta: null, state: 'expected' });
    expect(() => tellEta(line({ state: 'received' }), null, now)).toThrow('expects nothing');
  });

  it('PRT-3 receipts add up to what was expected and not a thousandth more', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 8 }), (counts) => {
      let now_ = line();
      for (const count of counts) {
        if (now_.state === 'received' || now_.received + count > 1000) expect(() => receive(now_, count)).toThrow();
        else now_ = { ...now_, ...receive(now_, count) };
        expect(now_.state).toBe(now_.received === 1000 ? 'received' : 'expected');
      }
    }));
  });

  it('PRT-8 the buyer moves the time, the keeper receives, nobody touches what is closed', () => {
    expect(inboundAllowed('expected', ['buyer'])).toEqual(['eta']);
    expect(inboundAllowed('planned', ['parts-keeper'])).toEqual(['receive']);
    expect(inboundAllowed('received', ['parts-manager'])).toEqual([]);
  });
});
