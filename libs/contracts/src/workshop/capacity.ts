import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, LocalDate, Span, Thousandths } from '../kernel/values';

// The desk's picture of what is free (REC-2): hours per skill, and bays per type. Whole state each time.
const topic = 'workshop.capacity';
const day = { storeId: Id, date: LocalDate };

/** Hours of one skill on one day changed: a shift, an absence, a hold. `freeHours` leaves the walk-in share out. */
export const CapacityChanged = defineEvent({
  type: 'workshop.capacity-changed.v1', topic, kept: 'compacted',
  key: ({ storeId, date, skill }) => `${storeId}/${date}/skill/${skill}`,
  data: z.object({ ...day, skill: Code, plannedHours: Thousandths, heldHours: Thousandths, walkInHours: Thousandths, freeHours: Thousandths }),
  heardBy: { reception: ['storeId', 'date', 'skill', 'plannedHours', 'freeHours'] },
});

/** Bays of one type on one day: how many there are, and when each hold takes one of them. */
export const BaysChanged = defineEvent({
  type: 'workshop.bays-changed.v1', topic, kept: 'compacted',
  key: ({ storeId, date, bayType }) => `${storeId}/${date}/bay/${bayType}`,
  data: z.object({ ...day, bayType: Code, bays: z.int().nonnegative(), taken: z.array(Span) }),
  heardBy: { reception: ['storeId', 'date', 'bayType', 'bays', 'taken'] },
});
