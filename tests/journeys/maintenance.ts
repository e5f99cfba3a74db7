import { addDays, atLocal } from '@aftersales/calendar/local-time';
import { aPlainTuesday, at, booked, hour, maintenance, minute, newCustomer, pumpRepair, zone } from './cast';
import type { Stage } from './stage';

export async function maintenanceJourney(stage: Stage): Promise<void> {
  stage.step('A customer and a car; the desk, the claims clerk and the workshop know it');
  const tuesday = await aPlainTuesday(stage);
  const car = await newCustomer(stage);
  const slot = atLocal(zone, addDays(tuesday, 1), '10:00');

  stage.step('A maintenance booking by phone: capacity, parts and three-guarantee standing seen, slot and parts held, read back, booked');
  const appointment = await booked(stage, car, slot, { operations: [maintenance, pumpRepair], parts: [{ partNumber: 'OIL-5W30', quantity: 4300 }, { partNumber: 'FLT-OIL-1', quantity: 1000 }, { partNumber: 'PUMP-WATER-1', quantity: 1000 }] });
  stage.note(JSON.stringify(appointment).slice(0, 300));
  await stage.jumpTo(new Date(slot.getTime() - hour));
  const link = await stage.link(car.phone, 0);
  stage.note(link);
  stage.note((await (await fetch(link)).text()).slice(-900));
  void minute; void at;
}
