import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@aftersales/contracts/catalogue';
import { root } from './committed';

interface Fixture {
  data: unknown;
  sealed?: unknown;
}
const folder = join(root, 'libs/contracts/fixtures');
const fixturesOf = (type: string): Fixture[] => JSON.parse(readFileSync(join(folder, `${type}.json`), 'utf8')) as Fixture[];

// A change of a contract adds a fixture; those that stand there stay, for facts like them are on the topics.
describe('fixtures', () => {
  it('belong to a contract each', () => expect(readdirSync(folder).sort()).toEqual(catalogue.map(({ type }) => `${type}.json`).sort()));

  it.each(catalogue.map((contract) => [contract.type, contract] as const))('%s parses and has a key', (type, contract) => {
    const fixtures = fixturesOf(type);
    expect(fixtures.length).toBeGreaterThan(0);
    for (const { data, sealed } of fixtures) {
      const read = contract.data.parse(data);
      expect(contract.key(read)).toMatch(/^[^\s{}]+$/);
      expect(contract.data.parse({ ...read, somethingNew: 1 })).toEqual(read);
      if (contract.sealed) contract.sealed.data.parse(sealed);
      else expect(sealed).toBeUndefined();
    }
  });

  it.each(catalogue.filter(({ data }) => 'lines' in data.shape && 'shares' in data.shape).map((contract) => [contract.type] as const))('%s: shares are the sums of their lines', (type) => {
    for (const { data } of fixturesOf(type)) {
      const { lines, shares } = data as { lines: { payer: string; amount: { amount: number } }[]; shares: { payer: string; amount: { amount: number } }[] };
      for (const share of shares) expect(share.amount.amount).toBe(lines.filter(({ payer }) => payer === share.payer).reduce((sum, { amount }) => sum + amount.amount, 0));
    }
  });
});
