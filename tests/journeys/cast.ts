import { addDays, atLocal, localDate, weekday } from '@aftersales/calendar/local-time';
import { idOf, stores } from '../../tools/demo/people.mjs';
import type { Stage } from './stage';

export const store = stores[0]!;
export const zone = store.zone;
export const at = (service: string): string => `${service}/stores/${store.storeId}`;
export const staff = (login: string): string => idOf(`person ${login}`);
export const minute = 60_000;
export const hour = 60 * minute;

export interface Car {
  readonly customerId: string;
  readonly vehicleId: string;
  readonly vin: string;
  readonly plate: string;
  readonly phone: string;
  readonly email: string;
}

const digits = (n: number): string => Array.from({ length: n }, () => Math.floor(Math.random() * 10)).join('');

/** What is on a car and in a pocket; nobody has typed it yet. */
export const someCar = () => ({ phone: `+86138${digits(8)}`, vin: `LNVA1BCD2EF${digits(6)}`, plate: `沪J${digits(5)}` });

/** A new customer with a car of 17 months, under every guarantee; the files of the other services know it when this returns. */
export async function newCustomer(stage: Stage): Promise<Car> {
  const { phone, vin, plate } = someCar();
  const email = `c${digits(10)}@example.org`;
  const saleDate = addDays(localDate(zone, await stage.now()), -17 * 30);
  const { customerId } = await stage.ask('advisor.a', `POST ${at('crm')}/customers`, { body: { name: '周晓红', phones: [phone], email, language: 'zh-CN', preferredChannel: 'sms' } });
  const { vehicleId } = await stage.ask('advisor.a', `POST ${at('crm')}/vehicles`, { body: { vin, plate, brand: 'nova', model: 'nova-s', use: 'household', saleDate, customerId, contactId: customerId } });
  await stage.fact('claims.standing-changed', (data) => data.vehicleId === vehicleId);
  await stage.until('the desk knows the car', async () => (await stage.rows('reception', 'select from visit_vehicle join vehicle_standing on vehicle_id = id where id = $1', [vehicleId])).length);
  return { customerId, vehicleId, vin, plate, phone, email };
}

/** A set of brake pads that lies on no shelf and that no other car waits for: what is ordered and what comes of it is this run's. */
export async function padsOfOwn(stage: Stage): Promise<string> {
  const partNumber = `PAD-${digits(8)}`;
  await stage.ask('hq-admin', 'POST parts/catalogue', { body: { partNumber, title: { en: 'Brake pads, front', 'zh-CN': '前刹车片' }, unit: 'set', listPrices: [{ amount: 52_000, currency: 'CNY' }], kind: 'genuine', class: 'component' } });
  await stage.fact('parts.part-changed', (data) => data.partNumber === partNumber);
  return partNumber;
}

/** The next Tuesday, 9:05 on the store's wall: a plain working week lies ahead. */
export async function aPlainTuesday(stage: Stage): Promise<string> {
  let date = addDays(localDate(zone, await stage.now()), 1);
  while (weekday(date) !== 'tue') date = addDays(date, 1);
  await stage.jumpTo(atLocal(zone, date, '09:05'));
  return date;
}

export const maintenance = { operationCode: 'MNT-20K', skill: 'maintenance', bayType: 'lift', flatHours: 1200 };
export const pumpRepair = { operationCode: 'ENG-PUMP-W', skill: 'engine', bayType: 'lift', flatHours: 1800 };
export const usualParts = [{ partNumber: 'OIL-5W30', quantity: 4300 }, { partNumber: 'FLT-OIL-1', quantity: 1000 }];

/** A request by phone, not answered yet. @returns its appointmentId */
export async function asked(stage: Stage, car: Car, startsAt: Date, more: { parts?: object[]; operations?: object[] } = {}): Promise<string> {
  const { appointmentId } = await stage.ask('advisor.a', `POST ${at('reception')}/appointments`, {
    body: {
      kind: 'maintenance', channel: 'phone', startsAt: startsAt.toISOString(), concern: '保养，另外发动机水温偏高',
      car: { known: true, customerId: car.customerId, vehicleId: car.vehicleId, brand: 'nova' },
      operations: more.operations ?? [maintenance], parts: more.parts ?? usualParts,
    },
  });
  return appointmentId;
}

/** A request by phone, until both halves are held. */
export async function requested(stage: Stage, car: Car, startsAt: Date, more: Parameters<typeof asked>[3] = {}) {
  const appointmentId = await asked(stage, car, startsAt, more);
  return stage.until('both halves of the booking', async () => {
    const appointment = await stage.ask('advisor.a', `GET ${at('reception')}/appointments/${appointmentId}`);
    return appointment.newest.state === 'held' && appointment;
  });
}

/** Read back and booked. */
export async function booked(stage: Stage, car: Car, startsAt: Date, more: Parameters<typeof asked>[3] = {}) {
  const held = await requested(stage, car, startsAt, more);
  const path = `${at('reception')}/appointments/${held.appointmentId}`;
  await stage.move('advisor.a', path, 'read-back', { flatHours: 1200, cost: { amount: 68_000, currency: 'CNY' }, papers: ['driving-licence', 'maintenance-book'] });
  const done = await stage.move('advisor.a', path, 'book', {});
  await stage.fact('reception.appointment-booked', (data) => data.appointmentId === done.appointmentId);
  return done;
}
