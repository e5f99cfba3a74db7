import { addDays, atLocal, localDate, type LocalDate } from '@aftersales/calendar/local-time';
import type { PolicyKind } from '@aftersales/contracts/hq/policies';
import { aPlainTuesday, asked, at, booked, hour, maintenance, minute, newCustomer, padsOfOwn, pumpRepair, requested, someCar, store, zone } from './cast';
import type { Stage } from './stage';
import { served, VisitAtDesk } from './visit';

/** What one day leaves owed, by id. */
interface Day {
  readonly date: LocalDate;
  /** An appointment that is held and not booked, one that waits for parts, one booked for 14:00 two days on. */
  readonly held: string;
  readonly short: string;
  readonly booked: string;
  readonly bookedFor: Date;
  /** A car that nobody knew, with an offer at hand and its link on the customer's phone. */
  readonly offered: string;
  readonly newVehicle: string;
  /** A car that went home with a warranty repair, to be asked by link how it was. */
  readonly served: string;
  readonly vehicle: string;
  readonly followUp: string;
  readonly claim: string;
}

/** What a promise, a hold or an offer was made of. The version where it is kept. */
interface Seen {
  readonly figure: number | string;
  readonly due: string;
  readonly version?: number;
}

type See = (stage: Stage, day: Day) => Promise<Seen>;

interface Figure {
  readonly kind: PolicyKind;
  /** Whose directory must have heard of it. */
  readonly service: string;
  readonly change: Record<string, unknown>;
  readonly seen: See;
  readonly from: number | string;
  readonly to: number | string;
}

const minutes = (from: Date, to: Date): number => Math.round((to.getTime() - from.getTime()) / minute);
const between = (from: LocalDate, to: LocalDate): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
/** By the calendar on the store's wall; the midnight that closes a day still belongs to it. */
const days = (from: Date, to: Date): number => between(localDate(zone, from), localDate(zone, new Date(to.getTime() - 1)));

/** A promise tells its version and its due instant; while it is open its timer must ring then. */
const promise = (service: string, kind: string, subject: (day: Day, stage: Stage) => string | Promise<string>, figure: (from: Date, due: Date, day: Day, explanation: readonly any[]) => number): See => async (stage, day) => {
  const id = await subject(day, stage);
  const { promises } = await stage.ask('store-manager.a', `GET ${at(service)}/promises?subject=${id}`);
  const { startedAt, dueAt, policyVersion, outcome, explanation } = promises.find((one: any) => one.kind === kind && one.outcome !== 'void');
  if (outcome === 'open') await ringsAt(stage, service, kind, id, dueAt);
  return { figure: figure(new Date(startedAt), new Date(dueAt), day, explanation), due: dueAt, version: policyVersion };
};

/** A hold of the appointment that is not booked tells when it ends. */
const hold = (service: string, fact: string, timer: string): See => async (stage, { held }) => {
  const { at: from, data } = await stage.fact(fact, (one) => (one.appointmentId ?? one.holderId) === held);
  await ringsAt(stage, service, timer, held, data.expiresAt);
  return { figure: minutes(from, new Date(data.expiresAt)), due: data.expiresAt };
};

async function ringsAt(stage: Stage, service: string, kind: string, subject: string, due: string): Promise<void> {
  const [timer] = await stage.rows(service, `select due_at from timer where kind = $1 and subject = $2`, [kind, subject]);
  if (timer?.['due_at'].toISOString() !== due) throw new Error(`${kind} is due ${due} and rings ${timer?.['due_at'].toISOString()}`);
}

const offer = (stage: Stage, { offered }: Day): Promise<any> => new VisitAtDesk(stage, offered).estimate(1);
const appointment = (stage: Stage, id: string): Promise<any> => stage.ask('advisor.a', `GET ${at('reception')}/appointments/${id}`);
async function reminder(stage: Stage, { vehicle }: Day): Promise<any> {
  const { reminders: [planned] } = await stage.ask('crm-agent.a', `GET ${at('crm')}/reminders?vehicleId=${vehicle}&state=planned`);
  return planned;
}
const daysBeforeService = (_from: Date, due: Date, _day: Day, explanation: readonly any[]): number => between(localDate(zone, due), explanation.at(-1).dueOn);

/** Each policy that binds a time or a price, what is published next for it, how it shows, and what it shows before and after. */
const figures: readonly Figure[] = [
  { kind: 'appointment.reply', service: 'reception', change: { workingMinutes: 45 }, seen: promise('reception', 'appointment.reply', ({ held }) => held, minutes), from: 60, to: 45 },
  { kind: 'appointment.answers', service: 'reception', change: { seconds: 90 }, seen: promise('reception', 'appointment.answers', ({ held }) => held, (from, due) => (due.getTime() - from.getTime()) / 1000), from: 120, to: 90 },
  { kind: 'appointment.confirm', service: 'reception', change: { wallMinutesBefore: 90 }, seen: promise('reception', 'appointment.confirm', (day) => day.booked, (_, due, { bookedFor }) => minutes(due, bookedFor)), from: 60, to: 90 },
  {
    kind: 'appointment.link-expiry', service: 'reception', change: { wallMinutesBeforeSlot: 15 }, from: 0, to: 15,
    seen: async (stage, { booked: id, bookedFor }) => {
      const [row] = await stage.rows('reception', `select plan->>'linkUntil' as until from appointment where id = $1`, [id]);
      return { figure: minutes(new Date(row!['until']), bookedFor), due: row!['until'] };
    },
  },
  { kind: 'appointment.no-show', service: 'reception', change: { wallMinutes: 40 }, seen: promise('reception', 'appointment.no-show', (day) => day.booked, (_, due, { bookedFor }) => minutes(bookedFor, due)), from: 30, to: 40 },
  {
    kind: 'estimate.expiry', service: 'reception', change: { wallMinutes: 720 }, from: 1440, to: 720,
    seen: async (stage, day) => {
      const { offeredAt, expiresAt } = await offer(stage, day);
      return { figure: minutes(new Date(offeredAt), new Date(expiresAt)), due: expiresAt };
    },
  },
  {
    kind: 'estimate.labour-rate', service: 'reception', change: { perFlatHour: [{ minorUnits: 26_000, currency: 'CNY' }, { minorUnits: 120_000, currency: 'TWD' }] }, from: 24_000, to: 26_000,
    seen: async (stage, day) => {
      const { lines: [labour], offeredAt } = await offer(stage, day);
      return { figure: labour.unitPrice.amount, due: offeredAt };
    },
  },
  {
    kind: 'consent.link-expiry', service: 'reception', change: { wallMinutes: 120 }, from: 240, to: 120,
    seen: async (stage, { offered }) => {
      const { at: from } = await stage.fact('reception.consent-asked', (data) => data.visitId === offered);
      const [link] = await stage.rows('reception', `select expires_at from link where question = 'consent' and subject = $1`, [offered]);
      return { figure: minutes(from, link!['expires_at']), due: link!['expires_at'].toISOString() };
    },
  },
  {
    kind: 'visit.promise-warning', service: 'reception', change: { workingMinutesBefore: 30 }, from: 60, to: 30,
    seen: promise('reception', 'visit.promised', (day) => day.served, (_, due, __, explanation) => minutes(new Date(explanation.find(({ rule }) => rule === 'warning').at), due)),
  },
  {
    kind: 'maintenance.interval', service: 'reception', change: { kilometres: 8_000 }, from: 10_000, to: 8_000,
    seen: async (stage, day) => {
      const { data } = await stage.fact('reception.visit-delivered', ({ visitId }) => visitId === day.served);
      return { figure: data.nextServiceAtKm - data.mileage, due: data.nextServiceOn };
    },
  },
  { kind: 'slot.hold', service: 'workshop', change: { wallMinutes: 12 }, seen: hold('workshop', 'workshop.slot-held', 'slot.expire'), from: 10, to: 12 },
  { kind: 'parts.reservation-hold', service: 'parts', change: { wallMinutesUnbooked: 15 }, seen: hold('parts', 'parts.reservation-made', 'reservation.expire'), from: 10, to: 15 },
  {
    kind: 'parts.quote-hold', service: 'parts', change: { wallMinutes: 600 }, from: 1440, to: 600,
    seen: async (stage, day) => {
      const { offeredAt } = await offer(stage, day);
      const [timer] = await stage.rows('parts', `select due_at from timer where kind = 'reservation.expire' and subject = $1`, [day.offered]);
      return { figure: minutes(new Date(offeredAt), timer!['due_at']), due: timer!['due_at'].toISOString() };
    },
  },
  {
    kind: 'parts.lead-time', service: 'parts', change: { orderWorkingDays: 2 }, from: 3, to: 2,
    seen: async (stage, { short, date }) => {
      const { eta } = (await appointment(stage, short)).newest.partsAnswer.short[0];
      return { figure: between(date, localDate(zone, new Date(eta))), due: eta };
    },
  },
  { kind: 'parts.pick-ahead', service: 'parts', change: { workingDaysBefore: 2 }, seen: promise('parts', 'parts.pick-ahead', (day) => day.booked, (_, due, { bookedFor }) => days(due, bookedFor)), from: 1, to: 2 },
  { kind: 'file.complete', service: 'crm', change: { workingDays: 2 }, seen: promise('crm', 'file.complete', ({ newVehicle }) => newVehicle, days), from: 3, to: 2 },
  { kind: 'follow-up.due', service: 'crm', change: { days: 2 }, seen: promise('crm', 'follow-up.due', ({ followUp }) => followUp, days), from: 3, to: 2 },
  {
    kind: 'survey.link-expiry', service: 'crm', change: { calendarDays: 7 }, from: 14, to: 7,
    seen: async (stage, day) => {
      const [link] = await stage.rows('crm', `select l.sent_at, l.expires_at from survey_link l join survey s on s.id = l.survey_id where s.visit_id = $1`, [day.served]);
      return { figure: days(link!['sent_at'], link!['expires_at']), due: link!['expires_at'].toISOString() };
    },
  },
  { kind: 'maintenance.remind', service: 'crm', change: { calendarDaysBefore: 21 }, seen: promise('crm', 'maintenance.remind', async (day, stage) => (await reminder(stage, day)).reminderId, daysBeforeService), from: 14, to: 21 },
  { kind: 'maintenance.remind-again', service: 'crm', change: { calendarDaysBefore: 3 }, seen: promise('crm', 'maintenance.remind-again', async (day, stage) => (await reminder(stage, day)).reminderId, daysBeforeService), from: 2, to: 3 },
  {
    // Half a year, or 8,000 kilometres at a hundred a day.
    kind: 'maintenance.prediction', service: 'crm', change: { kilometresPerYear: 36_500 }, from: 'date', to: 'mileage',
    seen: async (stage, day) => {
      const { because, dueOn } = await reminder(stage, day);
      return { figure: because, due: dueOn };
    },
  },
  { kind: 'claim.submit-by', service: 'claims', change: { calendarDays: 20 }, seen: promise('claims', 'claim.submit-by', ({ claim }) => claim, days), from: 30, to: 20 },
  {
    kind: 'coverage.validity', service: 'claims', change: { calendarDays: 10 }, from: 30, to: 10,
    seen: async (stage, day) => {
      const { coverages: [coverage] } = await stage.ask('claims-clerk.a', `GET ${at('claims')}/coverages?visitId=${day.served}`);
      return { figure: days(new Date(coverage.decidedAt), new Date(coverage.validUntil)), due: coverage.validUntil };
    },
  },
  {
    // How sure headquarters is of nobody's answer, one car delivered that day: the upper end of its interval.
    kind: 'csi.method', service: 'hq', change: { confidencePercent: 90 }, from: 79, to: 73,
    seen: async (stage, { date }) => {
      const { rows: [row] } = await stage.ask('store-manager.a', `GET hq/stores/${store.storeId}/csi?per=day&from=${date}&to=${date}&by=store`);
      if (row?.sample.visits !== 1) throw new Error('the day’s figures are not there yet');
      return { figure: Math.round(row.responseRate.high), due: date, version: row.method.version };
    },
  },
];

/** Headquarters publishes the next version of each: the next promise of every service follows it; the running one keeps its own, to the ring, but for plans of our own that say re-plan. */
export async function policiesFollowed(stage: Stage): Promise<void> {
  const kept = await published(stage);
  const replans = ({ kind }: Figure): boolean => kept.get(kind).data.onOpen === 're-plan';
  await aPlainTuesday(stage);
  const before = await lived(stage);
  const running = await look(stage, before);
  demandAll(figures, running, kept, 0);
  try {
    await Promise.all(figures.map(({ kind, service, change }) => publish(stage, service, kept.get(kind), change)));
    await stage.calm();
    const now = await look(stage, before);
    const changed = figures.filter((one) => !replans(one) && JSON.stringify(now.get(one.kind)) !== JSON.stringify(running.get(one.kind)));
    if (changed.length) throw new Error(`what was running changed: ${changed.map(({ kind }) => `${kind} ${JSON.stringify(running.get(kind))} → ${JSON.stringify(now.get(kind))}`).join('; ')}`);
    demandAll(figures.filter(replans), now, kept, 1);
    // The day's method is the one its midnight found.
    await stage.jumpTo(atLocal(zone, addDays(before.date, 1), '09:05'));
    const after = await lived(stage);
    demandAll(figures, await look(stage, after), kept, 1);
    await rang(stage, before, { confirm: 60, link: 0, noShow: 30 });
    await rang(stage, after, { confirm: 90, link: 15, noShow: 40 });
  } finally {
    const now = await published(stage);
    await Promise.all(figures.map(({ kind, service }) => publish(stage, service, now.get(kind), kept.get(kind).data.value)));
  }
}

async function published(stage: Stage): Promise<Map<string, any>> {
  const { things } = await stage.ask('hq-admin', 'GET hq/organisation/policies');
  return new Map(things.filter(({ data }: any) => data.scope.level === 'group').map((thing: any) => [thing.data.kind, thing]));
}

/** The next version, in force from now on, and heard of where it counts. */
async function publish(stage: Stage, service: string, { id, version, data }: any, change: object): Promise<void> {
  const { kind, scope, onOpen, value } = data;
  const next = await stage.ask('hq-admin', `PUT hq/organisation/policies/${id}`, { ifMatch: version, body: { kind, scope, onOpen, value: { ...value, ...change } } });
  await stage.until(`${kind} v${next.version} in ${service}’s directory`, async () => (await stage.rows(service, `select 1 from directory_policy where id = $1 and version = $2`, [id, next.version])).length);
}

async function lived(stage: Stage): Promise<Day> {
  const date = localDate(zone, await stage.now());
  const bookedFor = atLocal(zone, addDays(date, 2), '14:00');
  const pads = await padsOfOwn(stage);
  const car = await newCustomer(stage);
  const { visitId } = await stage.ask('driver.a', `POST ${at('reception')}/visits`, { body: { how: 'gate', vehicleId: car.vehicleId, plate: car.plate } });
  await served(stage, new VisitAtDesk(stage, visitId), car, [{ kind: 'labour', payer: 'warranty', faultCode: 'P0217', ...pumpRepair }]);
  const { followUpId } = (await stage.fact('crm.follow-up-planned', (data) => data.visitId === visitId)).data;
  await stage.move('crm-agent.a', `${at('crm')}/follow-ups/${followUpId}`, 'send-link');
  const [claim] = await stage.rows('claims', `select id from claim where visit_id = $1`, [visitId]);
  return {
    date, bookedFor, served: visitId, vehicle: car.vehicleId, followUp: followUpId, claim: claim!['id'], ...(await anOffer(stage)),
    booked: (await booked(stage, await newCustomer(stage), bookedFor)).appointmentId,
    short: await asked(stage, await newCustomer(stage), atLocal(zone, addDays(date, 2), '09:30'), { parts: [{ partNumber: pads, quantity: 1000 }] }),
    held: (await requested(stage, await newCustomer(stage), atLocal(zone, addDays(date, 2), '10:00'))).appointmentId,
  };
}

/** A car that nobody knew, up to the link on the customer's phone. */
async function anOffer(stage: Stage): Promise<{ offered: string; newVehicle: string }> {
  const car = someCar();
  const { visitId } = await stage.ask('driver.a', `POST ${at('reception')}/visits`, { body: { how: 'gate', plate: car.plate } });
  const visit = new VisitAtDesk(stage, visitId);
  await visit.move('introduce', { name: '陈立', phones: [car.phone], plate: car.plate, vin: car.vin, brand: 'nova' });
  const { data: file } = await stage.fact('crm.vehicle-registered', (data) => data.vin === car.vin);
  await visit.checkIn(car, 12_000);
  const { n } = await visit.move('estimates', { lines: [{ kind: 'labour', payer: 'customer', ...maintenance }, { kind: 'part', payer: 'customer', partNumber: 'OIL-5W30', quantity: 4300 }] });
  await visit.move(`estimates/${n}/offer`, { promisedAt: new Date((await stage.now()).getTime() + 7 * hour).toISOString() });
  await visit.move(`estimates/${n}/link`);
  return { offered: visitId, newVehicle: file.vehicleId };
}

async function look(stage: Stage, day: Day): Promise<Map<string, Seen>> {
  return new Map(await Promise.all(figures.map(async ({ kind, seen }) => [kind, await stage.until(kind, () => seen(stage, day), 10_000)] as const)));
}

/** @param newer by how many versions the figures should be newer than those in `kept` */
function demandAll(which: readonly Figure[], seen: Map<string, Seen>, kept: Map<string, any>, newer: 0 | 1): void {
  const wrong = which.flatMap(({ kind, from, to }) => {
    const [{ figure, version }, should, ofVersion] = [seen.get(kind)!, newer ? to : from, kept.get(kind).version + newer];
    return figure === should && (version ?? ofVersion) === ofVersion ? [] : [`${kind}: ${figure} under version ${version}, not ${should} under ${ofVersion}`];
  });
  if (wrong.length) throw new Error(wrong.join('\n'));
}

/** Confirmation and no-show ring when their own plan says, not a minute before; the link ends with its own. Minutes around the slot. */
async function rang(stage: Stage, { booked: id, bookedFor }: Day, { confirm, link, noShow }: { confirm: number; link: number; noShow: number }): Promise<void> {
  const lookAt = async (offset: number): Promise<any> => {
    await stage.jumpTo(new Date(bookedFor.getTime() + offset * minute));
    await stage.calm();
    return appointment(stage, id);
  };
  if ((await lookAt(-confirm - 1)).confirmation.askedAt) throw new Error(`asked more than ${confirm} minutes before the slot`);
  if (!(await lookAt(-confirm)).confirmation.askedAt) throw new Error(`not asked ${confirm} minutes before the slot`);
  const { data } = await stage.fact('reception.confirmation-due', (due) => due.appointmentId === id);
  if (minutes(new Date(data.expiresAt), bookedFor) !== link) throw new Error(`the link ends ${data.expiresAt}, not ${link} minutes before the slot`);
  if ((await lookAt(noShow - 1)).state === 'released') throw new Error(`no-show before ${noShow} minutes`);
  const { state, cause } = await lookAt(noShow);
  if (state !== 'released' || cause !== 'no-show') throw new Error(`${state}, ${cause} after ${noShow} minutes`);
}
