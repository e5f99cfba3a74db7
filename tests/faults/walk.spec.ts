import { chance } from './chance';
import { table } from './table';
import { pick } from './walk';

describe('a walk', () => {
  const steps = (seed: number): string[][] => {
    const next = chance(seed);
    return Array.from({ length: 200 }, () => pick(table, next).map(({ name }) => name));
  };

  it('is the same walk by the same seed, and another by another', () => {
    expect(steps(7)).toEqual(steps(7));
    expect(steps(7)).not.toEqual(steps(8));
  });

  it('comes to every fault, and breaks two things at a time that have no part in common', () => {
    const all = [1, 2, 3, 4, 5].flatMap(steps);
    expect(new Set(all.flat())).toEqual(new Set(table.map(({ name }) => name)));
    const pairs = all.filter((step) => step.length === 2).map((names) => names.map((name) => table.find((one) => one.name === name)!));
    expect(pairs.length).toBeGreaterThan(300);
    for (const [a, b] of pairs) expect([a!.name, b!.name, a!.touches.filter((part) => b!.touches.includes(part)), a!.alone ?? b!.alone]).toEqual([a!.name, b!.name, [], undefined]);
  });
});

describe('the table', () => {
  it('names each fault once', () => expect(new Set(table.map(({ name }) => name)).size).toBe(table.length));
});
