import { z } from 'zod';
import { Code, Day, Instant, LocalDate, Span, VisitKind } from '@aftersales/contracts/kernel/values';
import { StandingChanged } from '@aftersales/contracts/claims/standing';
import type { Tx } from '@aftersales/platform/database/tx';
import { currentId, idsOf } from '../visit/car.queries';
import { papersFor } from './appointment';

/** `a,b` in a query string. */
const codes = z.string().max(2_000).default('').transform((text) => text.split(',').filter(Boolean)).pipe(z.array(Code).max(50));

export const PreviewQuery = z.strictObject({
  date: Day, kind: VisitKind, vehicleId: z.uuid().optional(), skills: codes, bayTypes: codes, parts: codes,
});
export type PreviewQuery = z.output<typeof PreviewQuery>;

export const Preview = z.object({
  date: LocalDate,
  capacity: z.array(z.object({ skill: Code, plannedHours: z.int(), freeHours: z.int() })),
  bays: z.array(z.object({ bayType: Code, bays: z.int(), taken: z.array(Span) })),
  parts: z.array(z.object({ partNumber: Code, free: z.int(), onHand: z.int(), inbound: z.int(), nextEta: Instant.nullable(), sisterStores: z.array(z.object({ storeId: z.uuid(), free: z.int() })) })),
  standing: StandingChanged.data.nullable(),
  declined: z.array(z.object({ lineId: z.uuid(), visitId: z.uuid(), declinedAt: Instant, line: z.any() })),
  papers: z.array(Code),
});

/** REC-2: all that is known before booking, from what the others have said; nobody is asked. What nobody said yet is missing, not 0. */
export async function preview(tx: Tx, storeId: string, { date, kind, vehicleId, skills, bayTypes, parts }: PreviewQuery): Promise<z.output<typeof Preview>> {
  const car = vehicleId ? await currentId(tx, vehicleId) : null;
  const capacity = await tx.query<{ skill: string; plannedHours: number; freeHours: number }>(
    `select skill, planned_hours, free_hours from capacity_day where store_id = $1 and date = $2 and (cardinality($3::text[]) = 0 or skill = any($3)) order by skill limit 200`, [storeId, date, skills],
  );
  const bays = await tx.query<{ bayType: string; bays: number; taken: z.output<typeof Span>[] }>(
    `select bay_type, bays, taken from bay_day where store_id = $1 and date = $2 and (cardinality($3::text[]) = 0 or bay_type = any($3)) order by bay_type limit 200`, [storeId, date, bayTypes],
  );
  const stock = await tx.query<{ partNumber: string; storeId: string; free: number; onHand: number; inbound: number; nextEta: Date | null }>(
    `select part_number, store_id, free, on_hand, inbound, next_eta from part_stock where part_number = any($1::text[]) order by part_number, free desc`, [parts],
  );
  const standing = !car ? null : (await tx.one<{ data: z.output<typeof StandingChanged.data> }>(`select data from vehicle_standing where vehicle_id = $1`, [car]));
  const declined = car
    ? await tx.query<{ lineId: string; visitId: string; declinedAt: string; line: unknown }>(
        `select line_id, visit_id, to_char(declined_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as declined_at, line from declined_line where vehicle_id = any($1::uuid[]) and not done order by declined_at desc limit 100`, [await idsOf(tx, car)],
      )
    : [];
  return {
    date, capacity, bays,
    parts: parts.flatMap((partNumber) => {
      const everywhere = stock.filter((row) => row.partNumber === partNumber);
      const here = everywhere.find((row) => row.storeId === storeId);
      if (everywhere.length === 0) return [];
      return [{
        partNumber, free: here?.free ?? 0, onHand: here?.onHand ?? 0, inbound: here?.inbound ?? 0, nextEta: here?.nextEta?.toISOString() ?? null,
        sisterStores: everywhere.filter((row) => row.storeId !== storeId && row.free > 0).map(({ storeId: sister, free }) => ({ storeId: sister, free })),
      }];
    }),
    standing: standing?.data ?? null, declined, papers: papersFor(kind),
  };
}
