/**
 * A rule of the business says no. `code` is the rule's stable name (`parts.old-part-first`), the message a sentence for a person.
 * 409 at HTTP, a decision at the other doors.
 */
export class Refused extends Error {
  constructor(
    readonly code: string,
    sentence: string,
    /** For moves of a thing: where it is, where it was to go, and where it may go now. */
    readonly move?: { from: string; to: string; allowed: readonly string[] },
  ) {
    super(sentence);
    this.name = 'Refused';
  }
}

/** @throws Refused unless `holds`. */
export function demand(holds: unknown, code: string, sentence: string): asserts holds {
  if (!holds) throw new Refused(code, sentence);
}
