import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { addDays, atLocal, localDate, weekday } from '@aftersales/calendar/local-time';
import { idOf, stores } from '../../tools/demo/people.mjs';
import { JobOnFloor, VisitAtDesk } from '../journeys/visit';
import { DayIsOver, type Desk } from './desk';
import type { Ledger } from './ledger';

// The steady load: who works at store A while things break, each a person with one thing after the other to do.

const storeA = stores[0]!;
const at = (service: string): string => `${service}/stores/${storeA.storeId}`;
const some = (of: string, n: number): string => Array.from({ length: n }, () => of[randomInt(of.length)]).join('');
const digits = (n: number): string => some('0123456789', n);
/** Of 45 million: cars that a day's end leaves in the yard keep theirs, and of 100,000 one came again within a run. */
const plate = (): string => `沪K${some('0123456789ABCDEFGHJKLMNPQRSTUVWXYZ', 5)}`;

export interface Day {
  readonly desk: Desk;
  readonly ledger: Ledger;
  /** The platform's clock when the day began, ahead of ours by the demo clock's shift. */
  readonly now: Date;
}

type Person = (day: Day) => Promise<void>;

/** Does it again and again until the day is over. */
async function keepsOn(day: Day, restMs: number, one: Person): Promise<void> {
  for (;;) {
    try {
      await one(day);
    } catch (error) {
      if (error instanceof DayIsOver) return;
      throw error;
    }
    await pause(restMs);
  }
}

/** Headquarters publishes a policy, for every directory. A PUT of the same state is one change. */
async function publishesPolicy({ desk, ledger }: Day): Promise<void> {
  const id = randomUUID();
  await desk.ask('hq-admin', `PUT hq/organisation/policies/${id}`, { body: { kind: 'appointment.reply', scope: { level: 'store', storeId: stores[2]!.storeId }, value: { workingMinutes: 45 }, onOpen: 'keep' } });
  ledger.told('policy', id);
}

/** A booking by phone of another car, for some hour of the next weeks: some are held, others refused, every one is answered. */
async function takesBooking({ desk, ledger, now }: Day): Promise<void> {
  let date = addDays(localDate(storeA.zone, now), 2 + randomInt(20));
  if (weekday(date) === 'sun') date = addDays(date, 1);
  const body = {
    kind: 'repair', channel: 'phone', startsAt: atLocal(storeA.zone, date, `${9 + randomInt(2)}:${randomInt(2)}5`.padStart(5, '0')).toISOString(), concern: 'x',
    car: { known: true, customerId: randomUUID(), vehicleId: randomUUID(), brand: 'nova' }, parts: [],
    operations: [{ operationCode: 'MNT-1', skill: 'maintenance', bayType: 'lift', flatHours: 1000 }],
  };
  const { appointmentId } = await desk.ask('advisor.a', `POST ${at('reception')}/appointments`, { body });
  ledger.told('booking', appointmentId);
}

/** One car from the gate to the maker's payment; `technician` has no other. */
export const takesCarThrough = (technician: string): Person => async ({ desk, ledger }) => {
  const phone = `+86139${digits(8)}`;
  const { customerId } = await desk.ask('advisor.a', `POST ${at('crm')}/customers`, { body: { name: '周晓红', phones: [phone], email: null, language: 'zh-CN', preferredChannel: 'sms' } });
  const car = { vin: `LNVF${digits(13)}`, plate: plate(), customerId, vehicleId: '', phone, email: '' };
  car.vehicleId = (await desk.ask('advisor.a', `POST ${at('crm')}/vehicles`, { body: { vin: car.vin, plate: car.plate, brand: 'nova', model: 'nova-s', use: 'household', saleDate: '2026-01-05', customerId, contactId: customerId } })).vehicleId;
  ledger.told('car', car.vehicleId);

  const { visitId } = await desk.ask('driver.a', `POST ${at('reception')}/visits`, { body: { how: 'gate', vehicleId: car.vehicleId, plate: car.plate } });
  const visit = new VisitAtDesk(desk, visitId);
  if (!(await visit.look()).customerId) await visit.move('identify', { vehicleId: car.vehicleId, customerId, brand: 'nova' }); // the file has not come to the desk yet
  await visit.checkIn(car, 18_000 + randomInt(2_000));
  ledger.told('opened', visitId);

  const labour = { kind: 'labour', skill: 'maintenance', bayType: 'lift' };
  const { n } = await visit.move('estimates', { lines: [{ ...labour, payer: 'customer', operationCode: 'MNT-20K', flatHours: 500 }, { ...labour, payer: 'warranty', faultCode: 'P0217', operationCode: 'ENG-PUMP-W', flatHours: 500 }] });
  const coverage = await desk.until('the coverage question', async () => (await desk.ask('claims-clerk.a', `GET ${at('claims')}/coverages?visitId=${visitId}`)).coverages[0]);
  const coverages = `${at('claims')}/coverages/${coverage.coverageId}`;
  await desk.move('claims-clerk.a', coverages, 'assess', { lines: coverage.lines.map(({ lineId }: any) => ({ lineId, covered: true })) });
  await desk.move('technical-director.a', coverages, 'confirm');
  await desk.until('the desk has heard of the coverage', async () => (await visit.estimate(n)).allowed.includes('offer'));
  await visit.move(`estimates/${n}/offer`, { promisedAt: '2030-01-01T04:00:00.000Z' });
  await visit.sign(n);
  ledger.told('authorised', visitId);

  const card = await desk.until('the job', async () => (await desk.ask('workshop-manager.a', `GET ${at('workshop')}/jobs?visitId=${visitId}`)).jobs[0]);
  const job = new JobOnFloor(desk, card.id);
  const lineIds: string[] = await desk.until('its operations', async () => {
    const { operations } = await job.look();
    return operations.length === 2 && operations.map(({ lineId }: any) => lineId);
  });
  await job.move('workshop-manager.a', 'assign', { lineIds, technicianIds: [idOf(`person ${technician}`)], briefing: 'x' });
  for (const lineId of lineIds) await job.work(technician, lineId);
  for (const [login, check] of [[technician, 'own'], ['inspector.a', 'team']] as const) await job.move(login, 'pass-check', { check });
  await job.finish();

  await desk.until('the desk has heard of the completion', async () => (await visit.look()).allowed.includes('pass'));
  await visit.move('pass');
  ledger.told('ready', visitId, phone);
  const settled = await visit.move('settle', { signatureId: randomUUID() }, 'cashier.a');
  await desk.ask('cashier.a', `POST ${visit.path}/payments`, { body: { payer: 'customer', method: 'card', tendered: settled.shares[0].owed, reference: 'POS' } });
  await visit.move('deliver', { oldParts: 'none', valuablesReturned: true, nextServiceTold: true });
  ledger.told('delivered', visitId);

  const claim = await desk.until('the claim', async () => (await desk.ask('claims-clerk.a', `GET ${at('claims')}/claims?vin=${car.vin}`)).claims.find((one: any) => one.visitId === visitId));
  const claims = `${at('claims')}/claims/${claim.claimId}`;
  await desk.until('the evidence is complete', () => desk.move('claims-clerk.a', claims, 'check')); // the settlement comes on a topic of its own
  await desk.move('claims-clerk.a', claims, 'submit');
  ledger.told('submitted', claim.claimId, claim.number);
};

/** Calls whoever is on the list, and hands in the sheet. */
export async function calls({ desk, ledger }: Day): Promise<void> {
  const { items } = await desk.ask('crm-agent.a', `GET ${at('crm')}/follow-ups/call-list?limit=1`);
  const [next] = items;
  if (!next) return;
  const followUp = `${at('crm')}/follow-ups/${next.followUpId}`;
  await desk.move('crm-agent.a', followUp, 'attempt', { outcome: 'reached' });
  ledger.told('called', next.followUpId);
  const { callSheet } = await desk.ask('crm-agent.a', `GET ${followUp}`);
  const sheets = callSheet.visits.map(({ visitId, questions }: any) => ({ visitId, answers: questions.map(({ question }: any) => ({ question, level: 1 })), recommend: 9 }));
  await desk.move('crm-agent.a', followUp, 'sheets', { sheets, apologised: false });
  ledger.told('answered', next.visitId);
}

/** Everybody works until the day is over, at a pace that leaves two cores room to work off beside it what waited behind a fault. @throws what one of them was answered and is no outage */
export async function work(day: Day): Promise<void> {
  await Promise.all([
    keepsOn(day, 500, publishesPolicy),
    keepsOn(day, 300, takesBooking),
    keepsOn(day, 500, takesBooking),
    keepsOn(day, 50, takesCarThrough('technician.a')),
    keepsOn(day, 50, takesCarThrough('technician-2.a')),
    keepsOn(day, 1_000, calls),
  ].map((person) => person.catch((error) => {
    day.desk.over = true;
    throw error;
  })));
}
