import { Controller } from '@nestjs/common';
import { Day, Instant, LocalDate, Thousandths } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { z } from 'zod';
import { capacityOf } from './capacity.queries';

const Asked = z.strictObject({ from: Day.optional(), days: z.coerce.number().int().min(1).max(62).default(7) });
type Asked = z.output<typeof Asked>;
const Capacity = z.object({
  hours: z.array(z.object({ date: LocalDate, skill: z.string(), plannedHours: Thousandths, heldHours: Thousandths, walkInHours: Thousandths, freeHours: Thousandths })),
  bays: z.array(z.object({ date: LocalDate, bayType: z.string(), bays: z.int(), taken: z.array(z.object({ bayId: z.uuid(), startsAt: Instant, endsAt: Instant })) })),
});

@Controller('stores/:storeId/capacity')
export class CapacityController {
  @Query('GET ', { summary: 'What each day can do and what is taken, by skill and by bay type (WRK-2)', roles: ['workshop-manager', 'technical-director', 'service-manager', 'advisor', 'front-desk-supervisor', 'crm-agent', 'store-manager'], query: Asked, answer: Capacity })
  capacity(tx: Tx, { storeId, query }: Call<undefined, Asked>) {
    return capacityOf(tx, storeId, query.from, query.days);
  }
}
