import type { Ground } from './ground';
import type { Told } from './ledger';

/** What a fault did: each figure must be above nought, for a fault that disturbed nothing has shown nothing. */
export interface Outcome {
  readonly disturbed: Readonly<Record<string, number>>;
  /** What is wrong beside what every experiment counts. */
  readonly wrong?: readonly string[];
  /** What a rush of its own was told: counted like the steady load's. */
  readonly told?: readonly Told[];
}

export interface Fault {
  readonly name: string;
  /** Parts that it disturbs: two faults at once have none in common. */
  readonly touches: readonly string[];
  /** Part of the quick set, which `npm test` runs. */
  readonly quick?: true;
  /** A rush of its own instead of the steady load, on a clock that nobody moves. */
  readonly alone?: true;
  /** Breaks it, lets it be broken for a while, mends it. */
  run(ground: Ground): Promise<Outcome>;
}

/** `name`: a sentence; where a rule is proven, it begins with the rule's id. */
export const fault = (name: string, more: Omit<Fault, 'name' | 'run'>, run: Fault['run']): Fault => ({ name, ...more, run });
