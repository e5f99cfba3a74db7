import { chance } from './chance';
import { experiment, type Result } from './experiment';
import type { Fault } from './fault';
import type { Ground } from './ground';

/** One, or every other time two that have no part in common. */
export function pick(faults: readonly Fault[], next: () => number): Fault[] {
  const one = faults[Math.floor(next() * faults.length)]!;
  const others = faults.filter((other) => !one.alone && !other.alone && other !== one && apart(one, other));
  const two = next() < 0.5 ? others[Math.floor(next() * others.length)] : undefined;
  return two ? [one, two] : [one];
}

const apart = (a: Fault, b: Fault): boolean => ![a, b].some(({ touches }) => touches.includes('everything')) && !a.touches.some((part) => b.touches.includes(part));

/** Experiments at random for so long. What comes next depends on the seed alone, not on how the last one went. */
export async function walk(ground: Ground, faults: readonly Fault[], { ms, seed }: { ms: number; seed: number }, tell: (result: Result) => void): Promise<void> {
  const next = chance(seed);
  ground.chance = chance(seed + 1); // what a fault draws, it draws of its own: the walk's steps are the same however many that are
  for (const end = Date.now() + ms; Date.now() < end; ) tell(await experiment(ground, pick(faults, next)));
}
