import { mkdirSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { count, type Counted } from './effects';
import type { Fault } from './fault';
import type { Ground } from './ground';
import { works, type Kind, type Told, type Work } from './ledger';
import { Load } from './load';

export const folder = join(__dirname, '../../.run/faults');

/** What must be told before anything is broken: the load is steady. */
const steady: Partial<Record<Work, number>> = { policy: 4, booking: 8, visit: 2, call: 1 };
const settlesWithinMs = 120_000;

export interface Result {
  readonly name: string;
  readonly acknowledged: number;
  readonly effects: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly outOfOrder: readonly string[];
  readonly stuck: readonly string[];
  /** From the end of the fault until everything was flowing again. */
  readonly seconds: number | undefined;
  readonly disturbed: Readonly<Record<string, number>>;
  /** Anything else that is wrong. */
  readonly wrong: readonly string[];
  readonly retries: number;
  /** How long each part of the experiment took, seconds. */
  readonly phases: string;
}

export const isGreen = ({ lost, doubled, outOfOrder, stuck, wrong }: Result): boolean => [lost, doubled, outOfOrder, stuck, wrong].every((list) => list.length === 0);

/** Steady load → fault(s) → mended → settled → every effect counted against the ledger. Two faults go on at the same time. */
export async function experiment(ground: Ground, faults: readonly Fault[]): Promise<Result> {
  const began = performance.now();
  const phases: string[] = [];
  let since = began;
  const phase = (what: string): void => {
    phases.push(`${what} ${((performance.now() - since) / 1000).toFixed(0)}`);
    since = performance.now();
  };
  const name = faults.map((one) => one.name).join(' + ');
  const kept = join(folder, slug(name));
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  const alone = faults.some((one) => one.alone);
  const orderBefore = ground.witness.outOfOrder.length;
  const disturbed: Record<string, number> = {};
  const wrong: string[] = [];
  const stuck: string[] = [];
  const told: Told[] = [];
  let seconds: number | undefined;
  let retries = 0;
  let counted: Counted = { effects: 0, lost: [], doubled: [] };
  /** What goes wrong is noted, and the rest goes on: the ledger is counted in any case. */
  const noting = async (list: string[], work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!list.includes((error as Error).message)) list.push((error as Error).message);
    }
  };

  await noting(wrong, async () => {
    await ground.clock.toWorkingHours();
    if (!alone) {
      await ground.someToCall();
      ground.load = await Load.start(ground.whole, join(kept, 'ledger.jsonl'));
      ground.clock.start();
      await ground.more(steady, 120_000);
    }
    phase('steady');
    for (const outcome of await Promise.all(faults.map((one) => one.run(ground)))) {
      Object.assign(disturbed, outcome.disturbed);
      wrong.push(...(outcome.wrong ?? []));
      told.push(...(outcome.told ?? []));
    }
    for (const [what, n] of Object.entries(disturbed)) if (!(n > 0)) wrong.push(`it disturbed nothing: ${what} ${n}`);
  });
  if (wrong.length) await noting(wrong, () => ground.mend());
  phase('broken');
  const mended = Date.now();
  const { load } = ground;
  if (load) {
    if (!load.failed) await noting(stuck, async () => {
      await ground.someToCall(settlesWithinMs); // the list may have been worked off meanwhile
      await ground.until('everything flows again', () => flowsAgain(ground, load.told.filter(({ at }) => at >= mended)), settlesWithinMs);
      seconds = (Date.now() - mended) / 1000;
    });
    phase('flowing');
    await noting(wrong, async () => {
      retries = await load.stop();
    });
    ground.load = undefined;
    told.push(...load.told);
    await ground.clock.stop();
  }
  await noting(stuck, async () => {
    counted = await settledAndCounted(ground, told);
    stuck.push(...(await ground.setAside()));
  });
  phase('counted');
  const result: Result = {
    name, acknowledged: told.length, ...counted, outOfOrder: ground.witness.outOfOrder.slice(orderBefore), stuck, seconds, disturbed, wrong, retries, phases: `${((performance.now() - began) / 1000).toFixed(0)} s: ${phases.join(', ')}`,
  };
  if (isGreen(result)) rmSync(kept, { recursive: true, force: true });
  else {
    keepLogs(ground.whole.platform.home, kept);
    await ground.afresh();
  }
  return result;
}

/** Of each work something that was acknowledged after the fault is there with all its effects. */
async function flowsAgain(ground: Ground, since: readonly Told[]): Promise<boolean> {
  for (const work of Object.values(works) as (readonly Kind[])[]) {
    const ones = since.filter(({ kind }) => work.includes(kind)).slice(0, 5);
    if (ones.length === 0) return false;
    const incomplete = new Set((await count(ground, ones, { now: true })).lost.map((line) => line.split(' ')[1]!.slice(0, -1)));
    if (ones.every(({ id }) => incomplete.has(id))) return false;
  }
  return true;
}

/** All that is due rings, all that is said is heard; then everything is counted. What is still on its way (a message tried again) gets a minute. */
async function settledAndCounted(ground: Ground, told: readonly Told[]): Promise<Counted> {
  await ground.clock.move(90_000);
  await ground.whole.settled(settlesWithinMs);
  for (const end = Date.now() + 60_000; ; await pause(1_000)) {
    await ground.witness.caughtUp();
    const counted = await count(ground, told);
    if (counted.lost.length === 0 || Date.now() > end) return counted;
    await ground.clock.move(30_000);
    await ground.whole.settled(settlesWithinMs);
  }
}

function keepLogs(home: string, kept: string): void {
  for (const file of readdirSync(home)) if (file.endsWith('.log')) cpSync(join(home, file), join(kept, file));
}

const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 80).replace(/^-|-$/g, '');

/** One line, for people. */
export function line(result: Result): string {
  const { name, acknowledged, effects, lost, doubled, outOfOrder, stuck, seconds, disturbed, wrong, retries, phases } = result;
  const figures = `${acknowledged} acknowledged, ${effects} effects, ${lost.length} lost, ${doubled.length} doubled, ${outOfOrder.length} out of order, ${stuck.length} stuck`;
  const did = Object.entries(disturbed).map(([what, n]) => `${what} ${Math.round(n * 10) / 10}`).join(', ') || 'nothing';
  return `${isGreen(result) ? '✓' : '✗'} ${name}: ${figures}; ${seconds === undefined ? '–' : `flowing again after ${seconds.toFixed(1)} s`}; disturbed: ${did}${retries ? `, asked again ${retries}` : ''}  (${phases})${
    [...wrong, ...stuck, ...lost, ...doubled, ...outOfOrder].slice(0, 12).map((what) => `\n      ${what}`).join('')}`;
}
