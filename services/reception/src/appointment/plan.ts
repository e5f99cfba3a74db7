import type { PolicyValue } from '@aftersales/contracts/hq/policies';
import { localDate } from '@aftersales/calendar/local-time';
import { closeOfDay, lastCloseBefore, openOfDay } from '@aftersales/calendar/open-days';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';

const minutes = (n: number): number => n * 60_000;

export interface PlanPolicies {
  readonly confirm: PolicyValue<'appointment.confirm'>;
  readonly confirmVersion: number;
  readonly linkExpiry: PolicyValue<'appointment.link-expiry'>;
  readonly noShow: PolicyValue<'appointment.no-show'>;
}

/** What becomes of a booked slot, and when (REC-6, REC-9). Made at booking; later policies do not change it. */
export interface Plan {
  /** Null: booked so shortly before that no message is sent, nor missed. */
  readonly confirmAt: string | null;
  readonly callAt: string;
  readonly linkUntil: string;
  readonly noShowAt: string;
  /** Version of `appointment.confirm` that it was made under. */
  readonly confirmVersion: number;
}

export interface Planned {
  readonly plan: Plan;
  /** Why the message goes out when it does (TIM-5). */
  readonly steps: readonly unknown[];
}

export function planFor(slotStartsAt: Date, now: Date, { confirm, confirmVersion, linkExpiry, noShow }: PlanPolicies, calendar: WorkCalendar): Planned {
  const at = (offset: number): string => new Date(slotStartsAt.getTime() + offset).toISOString();
  const confirmation = confirmationAt(slotStartsAt, now, confirm, calendar);
  return {
    plan: {
      confirmAt: confirmation?.at.toISOString() ?? null,
      callAt: at(-minutes(confirm.callIfSilentMinutes)),
      linkUntil: at(-minutes(linkExpiry.wallMinutesBeforeSlot)),
      noShowAt: at(minutes(noShow.wallMinutes)),
      confirmVersion,
    },
    steps: confirmation?.steps ?? [],
  };
}

function confirmationAt(slotStartsAt: Date, now: Date, { wallMinutesBefore, firstHourMinutes }: PlanPolicies['confirm'], calendar: WorkCalendar): { at: Date; steps: unknown[] } | null {
  const usual = new Date(slotStartsAt.getTime() - minutes(wallMinutesBefore));
  if (usual < now) return null;
  const opens = openOfDay(calendar, localDate(calendar.zone, slotStartsAt));
  if (opens && slotStartsAt.getTime() < opens.getTime() + minutes(firstHourMinutes)) {
    const { at, steps } = lastCloseBefore(calendar, slotStartsAt);
    // Booked after that close: what is left is the usual hour before.
    if (at >= now) return { at, steps: [{ rule: 'first-hour', opensAt: opens.toISOString(), firstHourMinutes }, ...steps] };
  }
  return { at: usual, steps: [{ rule: 'before-slot', slot: slotStartsAt.toISOString(), wallMinutesBefore }] };
}

/** TIM-4: the confirmation rings, perhaps long after it was due (Timer.tla: CatchUp). */
export function whenConfirmationRings(slotStartsAt: Date, { callAt }: Plan, now: Date): 'ask' | 'call' | 'drop' {
  if (now >= slotStartsAt) return 'drop';
  return now.getTime() > Date.parse(callAt) ? 'call' : 'ask';
}

/** REC-9: until when picked parts stay on the booking shelf for somebody who may still come. */
export function partsHeldUntil(cause: string, wasBooked: boolean, now: Date, release: PolicyValue<'appointment.release'>, calendar: WorkCalendar): Date {
  const how = cause === 'no-show' ? release.noShowFreesParts : release.cancelFreesParts;
  const close = closeOfDay(calendar, localDate(calendar.zone, now));
  return wasBooked && how === 'close-of-day' && close && close > now ? close : now;
}
