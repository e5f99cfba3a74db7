import { addDays, atLocal, localDate } from '@aftersales/calendar/local-time';
import { aPlainTuesday, at, booked, hour, maintenance, minute, newCustomer, padsOfOwn, pumpRepair, staff, store, zone, type Car } from './cast';
import type { Stage } from './stage';
import { covered, handedOver, issueParts, JobOnFloor, pick, VisitAtDesk } from './visit';
import { claimed } from './claim';
import { followedUp } from './follow-up';

const expect = (holds: unknown, sentence: string): void => {
  if (!holds) throw new Error(`expected: ${sentence}`);
};

/** One car from the booking call to CSI at headquarters and the next reminder (issue "The spine", §4). */
export async function maintenanceJourney(stage: Stage): Promise<void> {
  stage.step('A customer and a car; the desk and the claims clerk know it');
  const pads = await padsOfOwn(stage);
  const tuesday = await aPlainTuesday(stage);
  const car = await newCustomer(stage);
  const slot = atLocal(zone, addDays(tuesday, 1), '10:00');

  const appointmentId = await bookedByPhone(stage, car, slot);
  const visit = await arrivedAndOpened(stage, car, appointmentId, slot);
  const { job, lines } = await authorised(stage, visit);
  const photos = await worked(stage, car, visit, job, lines, pads);
  await paidAndHome(stage, visit);
  await claimed(stage, visit.visitId, photos);
  await followedUp(stage, visit.visitId);
  await reminded(stage, car, visit);
  await counted(stage, [car.vehicleId, appointmentId, visit.visitId], tuesday);
}

async function bookedByPhone(stage: Stage, car: Car, slot: Date): Promise<string> {
  stage.step('A maintenance booking by phone: what the desk sees before it books');
  const preview = `GET ${at('reception')}/appointments/preview?date=${slot.toISOString().slice(0, 10)}&kind=maintenance&vehicleId=${car.vehicleId}&skills=maintenance,engine&bayTypes=lift&parts=OIL-5W30,FLT-OIL-1,PUMP-WATER-1`;
  const look = (): Promise<any> => stage.ask('advisor.a', preview);
  const freeHours = ({ capacity }: any, of: string): number => capacity.find(({ skill }: any) => skill === of).freeHours;
  const seen = await stage.until('capacity, bays, parts and standing at the desk', async () => {
    const { standing, parts, capacity, bays } = await look();
    return standing && parts.length === 3 && capacity.length === 2 && bays.length === 1 && { standing, parts, capacity, bays };
  });
  expect(freeHours(seen, 'maintenance') >= maintenance.flatHours && freeHours(seen, 'engine') >= pumpRepair.flatHours, 'hours for both operations');
  const { bays, taken } = seen.bays[0];
  expect(taken.length < bays, 'a free lift');
  stage.note(`free: ${seen.capacity.map((row: any) => `${row.skill} ${row.freeHours / 1000} h`).join(', ')}, ${bays - taken.length} of ${bays} lifts`);
  stage.note(`three guarantees: ${seen.standing.threeGuarantees}, until ${seen.standing.threeGuaranteePeriod.until}; parts free: ${seen.parts.map((part: any) => `${part.partNumber} ${part.free / 1000}`).join(', ')}`);
  expect(seen.standing.threeGuarantees, 'the car is inside its three-guarantee period');

  stage.step('Slot and parts held, hours and cost read back, booked: the reply promise is kept');
  const appointment = await booked(stage, car, slot, { operations: [maintenance, pumpRepair], parts: [{ partNumber: 'OIL-5W30', quantity: 4300 }, { partNumber: 'FLT-OIL-1', quantity: 1000 }, { partNumber: 'PUMP-WATER-1', quantity: 1000 }] });
  await stage.fact('reception.promise-kept', (data) => data.subject === appointment.appointmentId && data.kind === 'appointment.reply');
  await stage.until('the desk sees its hours and its lift taken', async () => {
    const now = await look();
    return freeHours(seen, 'maintenance') - freeHours(now, 'maintenance') === maintenance.flatHours && freeHours(seen, 'engine') - freeHours(now, 'engine') === pumpRepair.flatHours && now.bays[0].taken.length === taken.length + 1;
  });
  await pick(stage, (row) => row.holderKind === 'appointment');

  stage.step('One hour before the slot: the confirmation by SMS, answered *coming* through its link');
  await stage.jumpTo(new Date(slot.getTime() - hour));
  await stage.fact('reception.confirmation-due', (data) => data.appointmentId === appointment.appointmentId);
  await stage.answerPage(await stage.link(car.phone, 0), { answer: 'coming' });
  await stage.fact('reception.appointment-confirmed', (data) => data.appointmentId === appointment.appointmentId);
  expect((await stage.sms(car.phone)).length === 1, 'one SMS');
  return appointment.appointmentId;
}

async function arrivedAndOpened(stage: Stage, car: Car, appointmentId: string, slot: Date): Promise<VisitAtDesk> {
  stage.step('Arrival at the gate; walk-around; the sheet read back and signed');
  await stage.jumpTo(new Date(slot.getTime() - 5 * minute));
  const { visitId } = await stage.ask('driver.a', `POST ${at('reception')}/visits`, { body: { how: 'gate', appointmentId, vehicleId: car.vehicleId, plate: car.plate } });
  const visit = new VisitAtDesk(stage, visitId);
  await visit.checkIn(car, 18_640);
  await stage.fact('reception.visit-opened', (data) => data.visitId === visitId);
  return visit;
}

async function authorised(stage: Stage, visit: VisitAtDesk): Promise<{ job: JobOnFloor; lines: any[] }> {
  stage.step('Coverage decided for the warranty lines by claims clerk and technical director; estimate, signature');
  const fault = { payer: 'warranty', faultCode: 'P0217' };
  const draft = await visit.move('estimates', {
    lines: [
      { kind: 'labour', payer: 'customer', ...maintenance },
      { kind: 'part', payer: 'customer', partNumber: 'OIL-5W30', quantity: 4300 },
      { kind: 'part', payer: 'customer', partNumber: 'FLT-OIL-1', quantity: 1000 },
      { kind: 'labour', ...fault, ...pumpRepair },
      { kind: 'part', ...fault, partNumber: 'PUMP-WATER-1', quantity: 1000 },
    ],
  });
  await covered(stage, visit, draft.n);
  await visit.move(`estimates/${draft.n}/offer`, { promisedAt: new Date((await stage.now()).getTime() + 7 * hour).toISOString() });
  await visit.sign(draft.n);
  const { data } = await stage.fact('reception.visit-authorised', (one) => one.visitId === visit.visitId);
  const { data: opened } = await stage.fact('workshop.job-opened', (one) => one.visitId === visit.visitId);
  return { job: new JobOnFloor(stage, opened.jobId), lines: data.lines };
}

async function worked(stage: Stage, car: Car, visit: VisitAtDesk, job: JobOnFloor, lines: any[], padSet: string): Promise<[string, string]> {
  const labour = (code: string) => lines.find(({ operationCode }) => operationCode === code).lineId as string;
  const part = (number: string) => lines.find(({ partNumber }) => partNumber === number);

  stage.step('Dispatched; parts issued: old part first, claims clerk’s signature for the warranty line; the technician clocks on');
  await job.move('workshop-manager.a', 'assign', { lineIds: [labour('MNT-20K'), labour('ENG-PUMP-W')], technicianIds: [staff('technician.a')], briefing: '保养加水泵，注意水温' });
  await pick(stage, (row) => row.holderKind === 'visit');
  await issueParts(stage, visit.visitId, [
    { lineId: part('OIL-5W30').lineId, quantity: 4300, payer: 'customer', exempt: true },
    { lineId: part('FLT-OIL-1').lineId, quantity: 1000, payer: 'customer', exempt: false },
    { lineId: part('PUMP-WATER-1').lineId, quantity: 1000, payer: 'warranty', exempt: false },
  ]);
  await stage.fact('parts.parts-issued', (data) => data.holderId === visit.visitId);
  await job.move('technician.a', 'clock-on', { lineId: labour('MNT-20K') });

  stage.step('A found fault and a worn wiper: add-on estimate, consent by link, one find declined');
  const worn = await job.photo('technician.a', 'worn brake pads');
  const finds = [
    { faultCode: 'C1201', safety: true, operations: [{ operationCode: 'BRK-PAD-F', skill: 'brake', bayType: 'lift', flatHours: 800 }], parts: [{ partNumber: padSet, quantity: 1000 }], evidenceIds: [worn] },
    { faultCode: 'W0001', safety: false, operations: [{ operationCode: 'WIP-REPL', skill: 'maintenance', bayType: 'lift', flatHours: 100 }], parts: [{ partNumber: 'WIPER-1', quantity: 1000 }], evidenceIds: [worn] },
  ];
  for (const find of finds) {
    const { faults } = await job.move('technician.a', 'report-fault', find);
    await job.move('workshop-manager.a', 'confirm-fault', { faultId: faults.at(-1).id });
    await stage.fact('workshop.fault-found', (data) => data.visitId === visit.visitId && data.faultCode === find.faultCode);
  }
  const n = await stage.until('the add-on at the desk', async () => {
    const { estimates } = await stage.ask('advisor.a', `GET ${visit.path}/estimates`);
    const newest = estimates.reduce((a: any, b: any) => (a.n > b.n ? a : b));
    return newest.state === 'draft' && newest.lines.some(({ partNumber }: any) => partNumber === 'WIPER-1') && newest.n;
  });
  stage.note(`estimate version ${n}`);
  await visit.move(`estimates/${n}/offer`, { promisedAt: new Date((await stage.now()).getTime() + 26 * hour).toISOString() });
  const smsBefore = (await stage.sms(car.phone)).length;
  await visit.move(`estimates/${n}/link`);
  const asked = await visit.estimate(n);
  const answers = Object.fromEntries(asked.lines.filter((line: any) => line.standing === 'open').map((line: any) => [line.lineId, line.faultCode === 'W0001' ? 'no' : 'yes']));
  await stage.answerPage(await stage.link(car.phone, smsBefore), { ...answers, reason: 'too-expensive' });
  const second = await stage.fact('reception.visit-authorised', (data) => data.visitId === visit.visitId && data.version === n);
  await stage.fact('reception.lines-declined', (data) => data.visitId === visit.visitId && data.lines.some(({ partNumber }: any) => partNumber === 'WIPER-1'));

  stage.step('The brake pads are short: the job is blocked; their ETA slips, desk and customer are told; they arrive, unblocked');
  const pads = second.data.lines.find(({ partNumber }: any) => partNumber === padSet);
  await stage.fact('parts.parts-short', (data) => data.holderId === visit.visitId);
  await stage.fact('workshop.job-blocked', (data) => data.visitId === visit.visitId && data.reason === 'parts');
  const padLabour = second.data.lines.find(({ operationCode }: any) => operationCode === 'BRK-PAD-F').lineId as string;
  const inbound = await stage.until('an inbound line for the pads', async () => (await stage.ask('buyer.a', `GET ${at('parts')}/inbound?partNumber=${padSet}`)).lines[0]);
  const slipped = new Date((await stage.now()).getTime() + 22 * hour).toISOString();
  await stage.move('buyer.a', `${at('parts')}/inbound/${inbound.id}`, 'eta', { eta: new Date((await stage.now()).getTime() + 3 * hour).toISOString(), cause: 'ordered' });
  await stage.fact('parts.eta-changed', (data) => data.holderId === visit.visitId); // told, and so a promise that can slip
  const later = await stage.move('buyer.a', `${at('parts')}/inbound/${inbound.id}`, 'eta', { eta: slipped, cause: 'carrier-late' });
  await stage.fact('parts.eta-slipped', (data) => data.holderId === visit.visitId);
  const task = await stage.until('the desk’s task', async () => (await stage.ask('advisor.a', `GET ${at('reception')}/desk-tasks?state=open&subject=${visit.visitId}`)).tasks[0]);
  stage.note(`desk task: ${task.kind}, ${task.reason}`);
  await visit.move('move-promise', { promisedAt: new Date((await stage.now()).getTime() + 28 * hour).toISOString(), cause: 'parts-late', how: 'phone' });
  await stage.fact('reception.promise-moved', (data) => data.visitId === visit.visitId);
  await job.move('technician.a', 'clock-off', { lineId: labour('MNT-20K'), finished: true });
  const pump: [string, string] = [await job.photo('technician.a', 'the old pump, leaking'), await job.photo('technician.a', 'the new pump, mounted')];
  await job.work('technician.a', labour('ENG-PUMP-W'));
  await stage.jumpTo(atLocal(zone, localDate(zone, new Date(slipped)), '10:00'));
  await stage.move('parts-keeper.a', `${at('parts')}/inbound/${inbound.id}`, 'receive', { quantity: later.quantity });
  await stage.fact('parts.parts-picked', (data) => data.holderId === visit.visitId && data.lines.some(({ lineId }: any) => lineId === pads.lineId));
  await stage.fact('workshop.job-unblocked', (data) => data.visitId === visit.visitId && data.reason === 'parts');
  await issueParts(stage, visit.visitId, [{ lineId: pads.lineId, quantity: 1000, payer: 'customer', exempt: false }]);
  await job.move('workshop-manager.a', 'assign', { lineIds: [padLabour], technicianIds: [staff('technician-2.a')], briefing: '前刹车片' });
  await job.work('technician-2.a', padLabour);

  stage.step('Three checks, the second fails once; wash; parked');
  await job.move('technician.a', 'pass-check', { check: 'own' });
  await job.move('inspector.a', 'fail-check', { check: 'team', lineIds: [padLabour], reason: 'torque' });
  await job.work('technician-2.a', padLabour);
  await job.move('technician-2.a', 'pass-check', { check: 'own' });
  await job.move('inspector.a', 'pass-check', { check: 'team' });
  await job.finish();
  return pump;
}

async function paidAndHome(stage: Stage, visit: VisitAtDesk): Promise<void> {
  stage.step('The advisor’s check; settlement split customer and warranty; payment; delivery with the next service told');
  const { settled, delivered } = await handedOver(stage, visit, 'handed-over');
  stage.note(settled.shares.map(({ payer, total }: any) => `${payer} ${total / 100} ${settled.currency}`).join(', '));
  expect(settled.shares.map(({ payer }: any) => payer).join() === 'customer,warranty', 'two payers');
  stage.note(`next service on ${delivered.nextServiceOn} or at ${delivered.nextServiceAtKm} km`);
}

async function reminded(stage: Stage, car: Car, visit: VisitAtDesk): Promise<void> {
  stage.step('Two weeks before the next service the reminder goes out by SMTP, once');
  const { data } = await stage.fact('reception.visit-delivered', (one) => one.visitId === visit.visitId);
  const mailsBefore = (await stage.mail(car.email)).length;
  await stage.jumpTo(atLocal(zone, addDays(data.nextServiceOn, -14), '08:59'));
  expect((await stage.mail(car.email)).length === mailsBefore, 'no reminder before its time');
  await stage.jumpTo(atLocal(zone, addDays(data.nextServiceOn, -14), '09:00'));
  await stage.fact('crm.reminder-sent', (one) => one.vehicleId === car.vehicleId);
  const mail = await stage.until('the reminder in the mailbox', async () => (await stage.mail(car.email))[mailsBefore]);
  stage.note(`“${mail.subject}”`);
  expect((await stage.mail(car.email)).length === mailsBefore + 1, 'one reminder');
  // Nothing more a day later: the second stage comes two days before the service.
  await stage.jumpTo(atLocal(zone, addDays(data.nextServiceOn, -13), '09:01'));
  await stage.calm();
  expect((await stage.mail(car.email)).length === mailsBefore + 1, 'one reminder');
}

/** Every promise that the journey gave, and how it ended; what nobody owes any more with its reason. */
const promised = [
  'appointment.answers kept', 'appointment.call-if-silent void: answered', 'appointment.confirm kept', 'appointment.no-show void: arrived', 'appointment.reply kept',
  'claim.submit-by kept', 'file.complete kept', 'follow-up.due kept', 'follow-up.due kept', 'maintenance.remind kept', 'maintenance.remind-again open', 'parts.pick-ahead kept',
  'visit.promised kept', 'visit.promised void: moved', 'visit.promised void: moved',
];

async function counted(stage: Stage, about: readonly string[], from: string): Promise<void> {
  stage.step('Headquarters counts every promise of the journey: all kept, none late');
  await stage.calm();
  // What the journey made is named in a fact beside what it is about: its follow-ups, its claim, its reminder.
  const ours = new Set(stage.facts.filter(({ data }) => about.some((id) => JSON.stringify(data).includes(id))).map(({ key }) => key));
  const opened = stage.facts.filter(({ type, data }) => type.endsWith('.promise-opened') && (ours.has(data.subject) || about.includes(data.subject)));
  const ledger = await stage.rows('hq', `select kind, outcome, cause from ledger_promise where id = any($1::uuid[])`, [opened.map(({ data }) => data.promiseId)]);
  const ended = ledger.map(({ kind, outcome, cause }) => `${kind} ${outcome}${cause ? `: ${cause}` : ''}`).sort();
  expect(ended.join(', ') === promised.join(', '), `the promises ${promised.join(', ')}, not ${ended.join(', ')}`);
  const { rows } = await stage.ask('store-manager.a', `GET hq/stores/${store.storeId}/promise-ledger?from=${from}&to=${addDays(from, 300)}&by=kind`);
  const sum = (of: 'kept' | 'void'): number => rows.filter(({ kind }: any) => ledger.some((one) => one['kind'] === kind)).reduce((all: number, row: any) => all + row[of], 0);
  for (const outcome of ['kept', 'void'] as const) expect(sum(outcome) >= ledger.filter((one) => one['outcome'] === outcome).length, `the store’s figures with our promises ${outcome}`);
  stage.note(`${ledger.filter((one) => one['outcome'] === 'kept').length} kept, ${ledger.filter((one) => one['outcome'] === 'void').length} not owed any more, 1 open: the second reminder`);
}
