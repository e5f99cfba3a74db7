import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { StandingChanged } from '@aftersales/contracts/claims/standing';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { completedAt } from '../repair/repair';
import { daysOf } from './standing';
import { StandingService, type VehicleRow } from './standing.service';

const instant = z.iso.datetime();
const StandingView = z.object({
  ...StandingChanged.data.omit({ vehicleId: true, version: true, asOf: true, warnings: true }).shape,
  vehicleId: z.uuid(), version: z.int(), vin: z.string().nullable(), use: z.string(), saleDate: z.iso.date().nullable(),
  /** Each limit with its value and its forecast. */
  limits: z.array(z.object({ limit: z.string(), of: z.string().nullable(), value: z.int(), threshold: z.int(), forecast: z.int().nullable(), forecastAt: instant.nullable() })),
  /** Every repair of a quality fault, of all stores; `counts`: inside the three-guarantee period. */
  repairs: z.array(z.object({
    visitId: z.uuid(), version: z.int(), storeId: z.uuid(), repairOrder: z.string().nullable(), mileage: z.int().nullable(), agreedAt: instant, completedAt: instant.nullable(), days: z.int(), counts: z.boolean(),
    faults: z.array(z.string()), excluded: z.array(z.object({ reason: z.string(), from: instant, to: instant, by: z.uuid() })),
  })),
  warned: z.array(z.object({ limit: z.string(), of: z.string().nullable(), reached: z.int(), warnedAt: instant, visitId: z.uuid().nullable() })),
});

const read = ['claims-clerk', 'technical-director', 'service-manager', 'front-desk-supervisor', 'advisor', 'workshop-manager', 'parts-manager', 'crm-agent', 'crm-supervisor', 'store-manager', 'hq-analyst', 'hq-admin'];

/** CLM-1..3: where a car stands, and why: the repairs that made it so. */
@Controller('stores/:storeId/vehicles')
export class StandingController {
  constructor(private readonly standing: StandingService) {}

  @Query('GET :vehicleId/standing', { summary: 'Warranty, three guarantees and every repair that counts', roles: read, answer: StandingView })
  async one(tx: Tx, { params }: Call) {
    const car = await findRow<VehicleRow>(tx, 'vehicle', await this.standing.presentId(tx, params['vehicleId']!));
    const { standing, readings, repairs, counted } = await this.standing.look(tx, car);
    const warned = await tx.query<{ limit: string; of: string | null; reached: number; warnedAt: Date; visitId: string | null }>(
      `select limit_code as limit, of_code as of, reached, warned_at, visit_id from standing_warning where vehicle_id = $1 order by warned_at desc, id desc limit 100`, [car.id],
    );
    return {
      ...standing, vehicleId: car.id, version: car.version, vin: car.vin, use: car.use, saleDate: car.saleDate, warned,
      limits: readings.map(({ limit, of, value, threshold, forecast, forecastAt }) => ({ limit, of, value, threshold, forecast, forecastAt })),
      repairs: repairs.map((repair) => ({
        visitId: repair.id, version: repair.version, storeId: repair.storeId, repairOrder: repair.repairOrder, mileage: repair.mileage, agreedAt: repair.agreedAt, completedAt: completedAt(repair), days: daysOf(repair, tx.now),
        counts: counted.some(({ id }) => id === repair.id), faults: [...new Set(repair.lines.flatMap(({ faultCode }) => faultCode ?? []))], excluded: repair.excluded,
      })),
    };
  }
}
