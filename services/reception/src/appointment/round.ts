import type { Money, Operation, PartNeed, Span } from '@aftersales/contracts/kernel/values';
import { demand } from '@aftersales/contracts/kernel/refused';

/** Whose answer a slot needs (REC-3). */
export type Half = 'workshop' | 'parts';

export type WorkshopAnswer =
  | { readonly answer: 'held'; readonly slot: Span; readonly until: string }
  | { readonly answer: 'refused'; readonly reason: string; readonly alternatives: readonly Span[] };

export interface HeldPart extends PartNeed {
  readonly from: 'stock' | 'inbound' | 'transfer' | 'order';
  /** Null: on hand. */
  readonly eta: string | null;
}
export interface ShortPart extends PartNeed {
  readonly missing: number;
  /** Null: nobody can say yet. */
  readonly eta: string | null;
}
export type PartsAnswer =
  | { readonly answer: 'held'; readonly lines: readonly HeldPart[]; readonly until: string | null }
  | { readonly answer: 'refused'; readonly short: readonly ShortPart[] };

export interface Wish {
  readonly startsAt: Date;
  readonly operations: readonly Operation[];
  readonly parts: readonly PartNeed[];
  /** Parts that come later are a refusal. */
  readonly partsBy: Date;
}

/** REC-4: what was read back to the customer. */
export interface Estimate {
  readonly flatHours: number;
  readonly cost: Money;
  readonly papers: readonly string[];
  readonly readBackBy: string;
  readonly readBackAt: string;
}

/** asked → held | refused; held → booked; asked, held and booked → freed. Refused and freed hold nothing any more. */
export type RoundState = 'asked' | 'held' | 'refused' | 'booked' | 'freed';

export interface Round extends Wish {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly appointmentId: string;
  readonly round: number;
  readonly state: RoundState;
  readonly askedAt: Date;
  /** From here on the desk is shown who has not answered. */
  readonly silentFrom: Date;
  readonly workshopAnswer: WorkshopAnswer | null;
  readonly partsAnswer: PartsAnswer | null;
  readonly estimate: Estimate | null;
}

/** Something is asked or held that is not booked: a wish that is still alive. */
export const isPending = ({ state }: Pick<Round, 'state'>): boolean => state === 'asked' || state === 'held';

type Answers = Pick<Round, 'workshopAnswer' | 'partsAnswer'>;
type Changes = Partial<Pick<Round, 'state' | 'workshopAnswer' | 'partsAnswer'>>;

export const silent = ({ workshopAnswer, partsAnswer }: Answers): Half[] => [...(workshopAnswer ? [] : ['workshop' as const]), ...(partsAnswer ? [] : ['parts' as const])];

export const refusedBy = ({ workshopAnswer, partsAnswer }: Answers): Half[] =>
  [...(workshopAnswer?.answer === 'refused' ? ['workshop' as const] : []), ...(partsAnswer?.answer === 'refused' ? ['parts' as const] : [])];

/** Who keeps the desk waiting, once that is worth showing. */
export const silentNow = (round: Round, now: Date): Half[] => (round.state === 'asked' && now >= round.silentFrom ? silent(round) : []);

const stateBy = (answers: Answers): RoundState => (silent(answers).length ? 'asked' : refusedBy(answers).length ? 'refused' : 'held');

/**
 * An answer comes in. Both refusals are waited for, so that the desk offers knowing the whole; the first answer of a half counts. A hold
 * that is made anew for a held or booked round (it had expired) replaces the old one. Null: it changes nothing.
 */
export function hear(round: Round, answer: { workshop: WorkshopAnswer } | { parts: PartsAnswer }): Changes | null {
  const field = 'workshop' in answer ? 'workshopAnswer' : 'partsAnswer';
  const said: WorkshopAnswer | PartsAnswer = 'workshop' in answer ? answer.workshop : answer.parts;
  if (round.state === 'asked' && !round[field]) {
    const changed = { [field]: said } as Changes;
    return { ...changed, state: stateBy({ ...round, ...changed }) };
  }
  const renewed = (round.state === 'held' || round.state === 'booked') && said.answer === 'held';
  return renewed ? ({ [field]: said } as Changes) : null;
}

/** The time to answer is over: silence is a refusal. Null: it was answered. */
export const giveUpWaiting = (round: Round): Changes | null => (round.state === 'asked' ? { state: 'refused' } : null);

/** What else the customer could have: what the floor named when it refused. */
export const alternatives = ({ workshopAnswer }: Answers): readonly Span[] => (workshopAnswer?.answer === 'refused' ? workshopAnswer.alternatives : []);

/** REC-3: by when all parts would be here, for the customer to take. @throws Refused when parts did not refuse, or nobody can say */
export function etaToTake(round: Round): Date {
  demand(round.state === 'refused' && round.partsAnswer?.answer === 'refused', 'reception.nothing-short', 'No part was short in the last round.');
  const etas = round.partsAnswer.short.map(({ eta }) => eta);
  demand(etas.every((eta) => eta !== null), 'reception.eta-unknown', 'Nobody can say yet when a missing part comes.');
  return new Date(Math.max(round.partsBy.getTime(), ...etas.map((eta) => Date.parse(eta!))));
}

/** Lines whose new time is later than what the customer took, or not known any more. */
export const lateLines = (round: Round, lines: readonly { lineId: string; eta: string | null }[]): readonly { lineId: string; eta: string | null }[] =>
  lines.filter(({ eta }) => eta === null || Date.parse(eta) > round.partsBy.getTime());

/** The same holds with their new times. */
export function withEtas(answer: PartsAnswer | null, lines: readonly { lineId: string; eta: string | null }[]): PartsAnswer | null {
  if (answer?.answer !== 'held') return answer;
  const etas = new Map(lines.map(({ lineId, eta }) => [lineId, eta]));
  return { ...answer, lines: answer.lines.map((line) => (etas.has(line.lineId) ? { ...line, eta: etas.get(line.lineId)! } : line)) };
}
