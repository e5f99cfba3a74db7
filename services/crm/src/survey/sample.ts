// CRM-17: a store-day's deliveries as a hash chain. Each entry seals the one before it, and the head seals the last: nobody leaves the list unseen.

/** SHA-256 in hex; the rule itself touches no library. */
export type Digest = (text: string) => string;

export interface SampleEntry {
  readonly storeId: string;
  readonly day: string;
  readonly visitId: string;
  readonly surveyId: string;
  readonly deliveredAt: Date;
  /** The rule that makes it no customer's visit; null is asked. */
  readonly excludedBy: string | null;
}

export interface SampleLink extends SampleEntry {
  /** From 1, without gaps. */
  readonly position: number;
  readonly previousHash: string;
  readonly hash: string;
}

export interface SampleHead {
  readonly length: number;
  readonly head: string;
}

/** Before the first delivery of the day. */
export const emptyDay: SampleHead = { length: 0, head: '0'.repeat(64) };

export function link(digest: Digest, before: SampleHead, entry: SampleEntry): SampleLink {
  const position = before.length + 1;
  return { ...entry, position, previousHash: before.head, hash: digest(sealed(entry, position, before.head)) };
}

/** The position at which a chain stops being the one that was locked; null when it is whole up to its head. */
export function brokenAt(digest: Digest, chain: readonly SampleLink[], head: SampleHead): number | null {
  let before = emptyDay.head;
  for (const [i, entry] of chain.entries()) {
    if (entry.position !== i + 1 || entry.previousHash !== before || entry.hash !== digest(sealed(entry, i + 1, before))) return i + 1;
    before = entry.hash;
  }
  return chain.length === head.length && before === head.head ? null : chain.length + 1;
}

const sealed = ({ storeId, day, visitId, surveyId, deliveredAt, excludedBy }: SampleEntry, position: number, previousHash: string): string =>
  JSON.stringify([previousHash, storeId, day, position, visitId, surveyId, deliveredAt.toISOString(), excludedBy]);
