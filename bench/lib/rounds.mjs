// Rounds of ours and its peer in turn, so that what else the machine does meets both; never one after the other.

/** @param {readonly number[]} values @param {number} p  0 to 1 */
export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
}
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * One round to warm up (unless `cold`), then `rounds`; which side begins changes. Each side answers its figure of the round (a rate, a time).
 * @param {number} rounds @param {() => Promise<number>} ours @param {() => Promise<number>} peer @param {boolean} [cold]
 * @returns median and p10–p90 of the rounds' ratios ours ÷ peer, and both sides' medians
 */
export async function ratio(rounds, ours, peer, cold = false) {
  const seen = { ours: [], peer: [], ratios: [] };
  for (let round = cold ? 0 : -1; round < rounds; round++) {
    let [a, b] = [0, 0];
    if (round % 2) {
      a = await ours();
      b = await peer();
    } else {
      b = await peer();
      a = await ours();
    }
    if (round < 0) continue;
    seen.ours.push(a);
    seen.peer.push(b);
    seen.ratios.push(a / b);
  }
  return { ...spread(seen.ratios), ours: median(seen.ours), peer: median(seen.peer), rounds };
}

/** Ours without its peer: one round to warm up, then `rounds`. @param {number} rounds @param {() => Promise<number>} ours */
export async function alone(rounds, ours) {
  const seen = [];
  for (let round = -1; round < rounds; round++) seen.push(await ours());
  return { ...spread(seen.slice(1)), rounds };
}

export const spread = (values) => ({ value: median(values), p10: percentile(values, 0.1), p90: percentile(values, 0.9) });

/** @param {() => Promise<unknown>} work @returns seconds */
export async function seconds(work) {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

/** How much to do so that a round takes about `wish` seconds on this machine, whatever it is and whatever else it does. */
export class Portion {
  n;
  constructor(wish, n = 400) {
    [this.wish, this.n] = [wish, n];
  }
  /** @returns the rate */
  took(s) {
    const rate = this.n / s;
    this.n = Math.ceil(Math.min(Math.max(rate * this.wish, 400), 60_000) / 400) * 400;
    return rate;
  }
}

/** `n` pieces of work by `workers` at once. @param {(i: number, worker: number) => Promise<unknown>} piece */
export async function shared(n, workers, piece) {
  let next = 0;
  await Promise.all(Array.from({ length: workers }, async (_, worker) => {
    for (let i = next++; i < n; i = next++) await piece(i, worker);
  }));
}

/** A wrong run fails, however fast. */
export function demand(holds, sentence) {
  if (!holds) throw new Error(`wrong: ${sentence}`);
}
