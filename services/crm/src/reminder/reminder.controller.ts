import { Controller } from '@nestjs/common';
import { z } from 'zod';
import type { Tx } from '@aftersales/platform/database/tx';
import { Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { readers } from '../file/roles';
import { remindersOf } from './reminder.queries';

const State = z.enum(['planned', 'reminded', 'sent', 'void']);
const Filter = z.strictObject({ vehicleId: z.uuid().optional(), state: State.optional(), cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(100).default(50) });
type Filter = z.output<typeof Filter>;

const instant = z.iso.datetime();
const View = z.object({
  reminderId: z.uuid(), version: z.int(), storeId: z.uuid(), vehicleId: z.uuid(), customerId: z.uuid(), state: State, why: z.string().nullable(), dueOn: z.iso.date(), dueAtKm: z.int().nullable(),
  because: z.enum(['date', 'mileage']), firstAt: instant.nullable(), againAt: instant, firstSentAt: instant.nullable(), againSentAt: instant.nullable(), plannedAt: instant,
});

/** CRM-13: who is reminded of what, when, and what came of it. They plan themselves. */
@Controller('stores/:storeId/reminders')
export class ReminderController {
  @Query('GET ', { summary: 'The store’s reminders by due day, or those of one car in any store', roles: readers, query: Filter, answer: z.object({ reminders: z.array(View), next: z.string().nullable() }) })
  list(tx: Tx, { storeId, query }: Call<undefined, Filter>) {
    return remindersOf(tx, storeId, query);
  }
}
