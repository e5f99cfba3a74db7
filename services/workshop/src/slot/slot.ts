/** One round of an appointment at the floor. `held` and `firm` take bay and hours; nothing else does. */
export type HoldState = 'held' | 'firm' | 'refused' | 'expired' | 'freed' | 'lost';

/** What may happen to a round, and where it leads. Anything else finds nothing to do: facts come twice and late. */
export const moves = {
  /** Booked: the hold becomes firm. One that ended meanwhile is held again, else lost. */
  book: { held: 'firm' },
  expire: { held: 'expired' },
  free: { held: 'freed', firm: 'freed' },
  lose: { held: 'lost', firm: 'lost' },
} as const satisfies Record<string, Partial<Record<HoldState, HoldState>>>;

export type Move = keyof typeof moves;

/** null: nothing to do. */
export const next = (state: HoldState, move: Move): HoldState | null => (moves[move] as Partial<Record<HoldState, HoldState>>)[state] ?? null;

export const takes = (state: HoldState): boolean => state === 'held' || state === 'firm';

export interface Promised {
  readonly state: HoldState;
  readonly madeAt: Date;
  readonly takes: readonly { date: string; skill: string; hours: number }[];
}

/**
 * Whose slot goes when a day can do less than is held: what nobody has booked yet first, then who booked last. Each one named gives back
 * hours that are short; what does not help stays.
 * @param missing by `date/skill`, held less planned
 */
export function whoGoes<P extends Promised>(promised: readonly P[], missing: ReadonlyMap<string, number>): P[] {
  const short = new Map(missing);
  const order = [...promised].sort((a, b) => Number(a.state === 'firm') - Number(b.state === 'firm') || b.madeAt.getTime() - a.madeAt.getTime());
  return order.filter(({ takes }) => {
    if (!takes.some(({ date, skill }) => (short.get(`${date}/${skill}`) ?? 0) > 0)) return false;
    for (const { date, skill, hours } of takes) short.set(`${date}/${skill}`, (short.get(`${date}/${skill}`) ?? 0) - hours);
    return true;
  });
}
