import { addDays, atLocal } from '@aftersales/calendar/local-time';
import { aPlainTuesday, at, booked, hour, minute, newCustomer, someCar, zone } from './cast';
import type { Stage } from './stage';
import { pick, served, VisitAtDesk } from './visit';

const appointment = (stage: Stage, id: string): Promise<any> => stage.ask('advisor.a', `GET ${at('reception')}/appointments/${id}`);

interface Free {
  readonly hours: number;
  readonly liftsTaken: number;
  readonly oil: number;
}

/** What is free of the store's hours for maintenance on the day of a slot, how often a lift is taken, and how much oil is not promised to anybody. */
async function free(stage: Stage, slot: Date): Promise<Free> {
  const day = slot.toISOString().slice(0, 10);
  const { hours, bays } = await stage.ask('workshop-manager.a', `GET ${at('workshop')}/capacity?from=${day}&days=1`);
  const { cards } = await stage.ask('parts-keeper.a', `GET ${at('parts')}/stock?partNumber=OIL-5W30`);
  return { hours: hours.find(({ skill }: any) => skill === 'maintenance').freeHours, liftsTaken: bays.find(({ bayType }: any) => bayType === 'lift').taken.length, oil: cards[0].free };
}

const sameFloor = (a: Free, b: Free): boolean => a.hours === b.hours && a.liftsTaken === b.liftsTaken;
const same = (a: Free, b: Free): boolean => sameFloor(a, b) && a.oil === b.oil;

/** *Not coming* through the link frees bay, hours and parts, once. */
export async function notComing(stage: Stage): Promise<void> {
  const slot = atLocal(zone, addDays(await aPlainTuesday(stage), 1), '11:00');
  const car = await newCustomer(stage);
  const before = await free(stage, slot);
  const { appointmentId } = await booked(stage, car, slot);
  const held = await free(stage, slot);
  if (held.hours >= before.hours || held.liftsTaken !== before.liftsTaken + 1 || held.oil >= before.oil) throw new Error(`the booking held not all: ${JSON.stringify({ before, held })}`);
  await stage.jumpTo(new Date(slot.getTime() - hour));
  await stage.answerPage(await stage.link(car.phone, 0), { answer: 'not-coming' });
  await stage.fact('reception.appointment-released', (data) => data.appointmentId === appointmentId && data.cause === 'declined');
  await stage.until('all that was held is free', async () => same(await free(stage, slot), before));
}

/** Nobody comes: half an hour after the slot bay and hours are free; the picked parts stay until the close of the day. */
export async function noShow(stage: Stage): Promise<void> {
  const slot = atLocal(zone, addDays(await aPlainTuesday(stage), 1), '14:00');
  const car = await newCustomer(stage);
  const before = await free(stage, slot);
  const { appointmentId } = await booked(stage, car, slot);
  await pick(stage, (row) => row.reservationId === appointmentId);
  await stage.jumpTo(new Date(slot.getTime() + 29 * minute));
  if ((await appointment(stage, appointmentId)).state === 'released') throw new Error('given up too early');
  await stage.jumpTo(new Date(slot.getTime() + 30 * minute));
  await stage.fact('reception.appointment-released', (data) => data.appointmentId === appointmentId && data.cause === 'no-show');
  await stage.until('bay and hours are free', async () => sameFloor(await free(stage, slot), before));
  if ((await free(stage, slot)).oil === before.oil) throw new Error('the parts were freed before the close of the day');
  await stage.jumpTo(new Date(atLocal(zone, addDays(slot.toISOString().slice(0, 10), 0), '18:00').getTime() + minute));
  await stage.until('the parts are free after the close of the day', async () => same(await free(stage, slot), before));
}

/** A cancelled booking rings nothing. */
export async function cancelled(stage: Stage): Promise<void> {
  const slot = atLocal(zone, addDays(await aPlainTuesday(stage), 1), '10:00');
  const car = await newCustomer(stage);
  const { appointmentId } = await booked(stage, car, slot);
  await stage.move('advisor.a', `${at('reception')}/appointments/${appointmentId}`, 'cancel');
  await stage.jumpTo(new Date(slot.getTime() + hour));
  await stage.fact('reception.appointment-released', (data) => data.appointmentId === appointmentId);
  const rung = await stage.rows('reception', `select kind from timer where subject = $1`, [appointmentId]);
  if (rung.length) throw new Error(`timers left: ${JSON.stringify(rung)}`);
  if ((await stage.sms(car.phone)).length) throw new Error('a cancelled booking sent a message');
}

/** A moved booking is confirmed once, one hour before the new time. */
export async function rescheduled(stage: Stage): Promise<void> {
  const tuesday = await aPlainTuesday(stage);
  const [old, moved] = [atLocal(zone, addDays(tuesday, 1), '10:00'), atLocal(zone, addDays(tuesday, 2), '15:00')];
  const car = await newCustomer(stage);
  const { appointmentId } = await booked(stage, car, old);
  const path = `${at('reception')}/appointments/${appointmentId}`;
  await stage.move('advisor.a', path, 'move', { startsAt: moved.toISOString() });
  await stage.until('the new slot is held', async () => (await appointment(stage, appointmentId)).newest.state === 'held');
  await stage.move('advisor.a', path, 'read-back', { flatHours: 1200, cost: { amount: 68_000, currency: 'CNY' }, papers: ['driving-licence'] });
  await stage.move('advisor.a', path, 'book', {});
  await stage.jumpTo(new Date(old.getTime() + 20 * minute));
  if ((await stage.sms(car.phone)).length) throw new Error('the old time rang');
  await stage.jumpTo(new Date(moved.getTime() - hour));
  await stage.link(car.phone, 0);
  await stage.jumpTo(new Date(moved.getTime() - 30 * minute));
  if ((await stage.sms(car.phone)).length !== 1) throw new Error('the new time rang more than once');
  if (stage.countOf('reception.confirmation-due', (data) => data.appointmentId === appointmentId) !== 1) throw new Error('confirmed more than once');
}

/** A car that nobody knows: typed once at the gate, adopted by crm, its file completed in time, and asked by link how it was. */
export async function unknownAtTheGate(stage: Stage): Promise<void> {
  await aPlainTuesday(stage);
  const car = someCar();
  const { visitId } = await stage.ask('driver.a', `POST ${at('reception')}/visits`, { body: { how: 'gate', plate: car.plate } });
  const visit = new VisitAtDesk(stage, visitId);
  await visit.move('introduce', { name: '陈立', phones: [car.phone], plate: car.plate, vin: car.vin, brand: 'nova' });
  const { data: file } = await stage.fact('crm.vehicle-registered', (data) => data.vin === car.vin);
  await served(stage, visit, car);
  const owed = await stage.fact('crm.promise-opened', (data) => data.kind === 'file.complete' && data.subject === file.vehicleId);
  await stage.move('crm-agent.a', `${at('crm')}/vehicles/${file.vehicleId}`, 'change', { model: 'nova-s', use: 'household' });
  await stage.fact('crm.promise-kept', (data) => data.promiseId === owed.data.promiseId);
  const { data: planned } = await stage.fact('crm.follow-up-planned', (data) => data.visitId === visitId);
  if (planned.customerId !== file.customerId || planned.vehicleId !== file.vehicleId) throw new Error('the follow-up is about somebody else');
  // Instead of a call he gets the survey by link.
  const smsBefore = (await stage.sms(car.phone)).length;
  await stage.move('crm-agent.a', `${at('crm')}/follow-ups/${planned.followUpId}`, 'send-link');
  const thanks = await stage.answerPage(await stage.link(car.phone, smsBefore), { 'level-fixed-right': '1', 'level-welcome': '2' });
  if (!thanks.includes('非常感谢您')) throw new Error(`no thanks: ${thanks}`);
  await stage.fact('crm.survey-answered', (data) => data.visitId === visitId && data.channel === 'link');
  await stage.fact('crm.follow-up-closed', (data) => data.followUpId === planned.followUpId && data.outcome === 'satisfied');
}
