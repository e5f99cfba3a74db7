import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant, Kilometres, LocalDate } from '../kernel/values';

// One reminder of one due thing of one car (CRM-13); its first and its second message are two stages of it.
const topic = 'crm.reminder';
const key = ({ reminderId }: { reminderId: string }) => reminderId;
const reminder = { reminderId: Id, vehicleId: Id, customerId: Id, reason: z.enum(['maintenance']), dueOn: LocalDate };

/** Handed to the sender, once a stage. */
export const ReminderSent = defineEvent({
  type: 'crm.reminder-sent.v1', topic, key,
  data: z.object({ ...reminder, stage: z.enum(['first', 'again']), messageId: Id, dueAtKm: Kilometres.nullable(), sentAt: Instant }),
  heardBy: {},
});

/** Not to be sent, and why: booked, serviced, opted-out, replanned, … Alive again means a new reminder. */
export const ReminderVoid = defineEvent({
  type: 'crm.reminder-void.v1', topic, key,
  data: z.object({ ...reminder, why: Code, voidAt: Instant }),
  heardBy: {},
});
