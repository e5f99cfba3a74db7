import fc from 'fast-check';
import { brokenAt, emptyDay, link, type SampleEntry, type SampleLink } from './sample';
import { sha256 } from './sample.digest';

const entry = fc.record<SampleEntry>({
  storeId: fc.uuid(), day: fc.constant('2026-03-11'), visitId: fc.uuid(), surveyId: fc.uuid(),
  deliveredAt: fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true }), excludedBy: fc.option(fc.constantFrom('kind-internal', 'kind-pre-delivery')),
});
const chainOf = (entries: readonly SampleEntry[]): SampleLink[] => entries.reduce<SampleLink[]>((chain, one) => [...chain, link(sha256, headOf(chain), one)], []);
const headOf = (chain: readonly SampleLink[]) => ({ length: chain.length, head: chain.at(-1)?.hash ?? emptyDay.head });
const chains = fc.array(entry, { minLength: 1, maxLength: 12 }).map(chainOf);

describe('sample', () => {
  it('CRM-17 a chain as it was locked is whole; an empty day is too', () => {
    fc.assert(fc.property(chains, (chain) => brokenAt(sha256, chain, headOf(chain)) === null));
    expect(brokenAt(sha256, [], emptyDay)).toBeNull();
  });

  it('CRM-17 whoever is removed – the first, one in the middle, the last – is missed at that place', () => {
    fc.assert(fc.property(chains, fc.nat(), (chain, n) => {
      const gone = n % chain.length;
      expect(brokenAt(sha256, chain.toSpliced(gone, 1), headOf(chain))).toBe(gone + 1);
    }));
  });

  it('CRM-17 a removal that renumbers and hashes again no longer fits the head', () => {
    fc.assert(fc.property(chains, fc.nat(), (chain, n) => {
      const forged = chainOf(chain.toSpliced(n % chain.length, 1));
      expect(brokenAt(sha256, forged, headOf(chain))).not.toBeNull();
    }));
  });

  it('CRM-17 a changed entry and two in another order are seen', () => {
    fc.assert(fc.property(chains, fc.nat(), (chain, n) => {
      const at = n % chain.length;
      const excused = chain.map((one, i) => (i === at ? { ...one, excludedBy: 'a-friend' } : one));
      expect(brokenAt(sha256, excused, headOf(chain))).toBe(at + 1);
      if (chain.length > 1) expect(brokenAt(sha256, [chain[1]!, chain[0]!, ...chain.slice(2)], headOf(chain))).toBe(1);
    }));
  });
});
