import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What was acknowledged. Each kind has effects that must be there exactly once afterwards (effects.ts). */
export const kinds = ['policy', 'booking', 'car', 'opened', 'authorised', 'ready', 'delivered', 'submitted', 'called', 'answered'] as const;
export type Kind = (typeof kinds)[number];

/** What goes on side by side. One car takes a minute from the gate to the claim, so that its stations count as one kind of work. */
export const works = { policy: ['policy'], booking: ['booking'], visit: ['car', 'opened', 'authorised', 'ready', 'delivered', 'submitted'], call: ['called', 'answered'] } as const satisfies Record<string, readonly Kind[]>;
export type Work = keyof typeof works;

/** `id`: of the thing; `at`: real time, ms; `with`: a number by which somebody outside knows it (a phone, a claim's number). */
export interface Told {
  readonly kind: Kind;
  readonly id: string;
  readonly at: number;
  readonly with?: string;
}

/** What the driver was told, on disk before it goes on: the truth that effects are counted against. */
export class Ledger {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  told(kind: Kind, id: string, known?: string): void {
    writeSync(this.#file, `${JSON.stringify({ kind, id, at: Date.now(), ...(known && { with: known }) })}\n`);
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** All whole lines so far: the driver may be writing the next. */
export function read(path: string): Told[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(Boolean).map((line) => JSON.parse(line) as Told);
}
