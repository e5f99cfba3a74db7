// PRT-8: what is worth telling about a line whose holder was told something before.

export interface Told {
  readonly ready: boolean;
  readonly eta: Date | null;
}

/** Slipped: later than told, or nobody can say any more. Changed: earlier, known at last, or here. */
export function news(told: Told, now: Told): 'changed' | 'slipped' | null {
  if (now.ready) return told.ready ? null : 'changed';
  if (told.eta?.getTime() === now.eta?.getTime() && !told.ready) return null;
  if (told.ready) return 'slipped';
  return told.eta !== null && (now.eta === null || now.eta > told.eta) ? 'slipped' : 'changed';
}
