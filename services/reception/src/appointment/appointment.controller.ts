import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Day, LocalDate } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { dueCursor } from '../desk-task/due.cursor';
import { desk } from './appointment';
import { BookInput, HowInput, ReadBackInput, RequestInput, StoreCannotInput, ToldInput, WishInput } from './appointment.inputs';
import { appointmentAs, dayBoard } from './appointment.queries';
import { AppointmentService } from './appointment.service';
import { AppointmentView } from './appointment.view';
import { Booking } from './booking.service';
import { Confirmation } from './confirmation.service';
import { Preview, preview, PreviewQuery } from './preview.queries';
import { Releasing } from './releasing.service';
import { TroubleService } from './trouble.service';

const readers = [...desk, 'store-manager', 'workshop-manager', 'technical-director', 'parts-manager', 'parts-keeper', 'claims-clerk'];
const BoardQuery = z.strictObject({
  date: Day, limit: z.coerce.number().int().min(1).max(200).default(100), cursor: z.string().max(500).optional(),
});
const Board = z.object({ date: LocalDate, appointments: z.array(AppointmentView), next: z.string().nullable() });
/** A move of an appointment: the desk's, with the version last seen; the answer is the appointment as it is then. */
const move = { roles: desk, ifMatch: true, answer: AppointmentView } as const;
const made = { roles: desk, answer: AppointmentView } as const;

@Controller('stores/:storeId/appointments')
export class AppointmentController {
  constructor(
    private readonly appointments: AppointmentService,
    private readonly booking: Booking,
    private readonly confirmation: Confirmation,
    private readonly releasing: Releasing,
    private readonly trouble: TroubleService,
  ) {}

  @Query('GET preview', { summary: 'Before booking: free hours and bays, stock, standing, open campaigns, declined work, papers', roles: readers, query: PreviewQuery, answer: Preview })
  preview(tx: Tx, { storeId, query }: Call<undefined, PreviewQuery>) {
    return preview(tx, storeId, query);
  }

  @Query('GET ', { summary: 'The day board: appointments of a local date, who is silent, what is to be done', roles: readers, query: BoardQuery, answer: Board })
  board(tx: Tx, { storeId, query, person }: Call<undefined, z.output<typeof BoardQuery>>) {
    return dayBoard(tx, storeId, query.date, person.roles, query.limit, dueCursor(query.cursor));
  }

  @Query('GET :appointmentId', { summary: 'One appointment', roles: readers, answer: AppointmentView })
  one(tx: Tx, { params, person }: Call) {
    return appointmentAs(tx, params['appointmentId']!, person.roles);
  }

  @Command('POST ', { ...made, summary: 'Take a request with a wish time; workshop and parts are asked at once', body: RequestInput })
  async request(tx: Tx, { storeId, person, body }: Call<RequestInput>) {
    return appointmentAs(tx, await this.appointments.request(tx, storeId, person.id, body), person.roles);
  }

  @Command('POST :appointmentId/reply', { ...move, summary: 'The customer was answered' })
  reply(tx: Tx, call: Call) {
    return after(tx, call, (id, version) => this.appointments.reply(tx, id, version));
  }

  @Command('POST :appointmentId/wish', { ...move, summary: 'Ask for another time (a request)', body: WishInput })
  wish(tx: Tx, call: Call<WishInput>) {
    return after(tx, call, (id, version) => this.appointments.wish(tx, 'wish', id, version, call.body));
  }

  @Command('POST :appointmentId/accept-eta', { ...move, summary: 'The customer takes the time at which the short parts come' })
  acceptEta(tx: Tx, call: Call) {
    return after(tx, call, (id, version) => this.appointments.acceptEta(tx, id, version));
  }

  @Command('POST :appointmentId/read-back', { ...move, summary: 'Hours and cost were read back, papers were told', body: ReadBackInput })
  readBack(tx: Tx, call: Call<ReadBackInput>) {
    return after(tx, call, (id, version) => this.booking.readBack(tx, id, version, { ...call.body, readBackBy: call.person.id }));
  }

  @Command('POST :appointmentId/book', { ...move, summary: 'Book the held slot', body: BookInput })
  book(tx: Tx, call: Call<z.output<typeof BookInput>>) {
    return after(tx, call, (id, version) => this.booking.book(tx, id, version, call.body.advisorId));
  }

  @Command('POST :appointmentId/confirm', { ...move, summary: 'The customer told the desk that he is coming', body: HowInput })
  confirm(tx: Tx, call: Call<z.output<typeof HowInput>>) {
    return after(tx, call, (id, version) => this.confirmation.byDesk(tx, id, version, call.body.how));
  }

  @Command('POST :appointmentId/move', { ...move, summary: 'Ask for another time (a booked slot, which stays booked until the new one is)', body: WishInput })
  move(tx: Tx, call: Call<WishInput>) {
    return after(tx, call, (id, version) => this.appointments.wish(tx, 'move', id, version, call.body));
  }

  @Command('POST :appointmentId/told', { ...move, summary: 'The customer was told what the store can not keep', body: ToldInput })
  told(tx: Tx, call: Call<z.output<typeof ToldInput>>) {
    return after(tx, call, (id, version) => this.trouble.told(tx, id, version, call.person.id, call.body));
  }

  @Command('POST :appointmentId/store-cannot', { ...move, summary: 'The store gives the slot up, with its cause', body: StoreCannotInput })
  storeCannot(tx: Tx, call: Call<z.output<typeof StoreCannotInput>>) {
    return after(tx, call, (id, version) => this.trouble.storeCannot(tx, id, version, call.body.cause));
  }

  @Command('POST :appointmentId/cancel', { ...move, summary: 'The customer cancels' })
  cancel(tx: Tx, call: Call) {
    return after(tx, call, (id, version) => this.releasing.byDesk(tx, id, version, 'cancelled'));
  }

  @Command('POST :appointmentId/refuse', { ...move, summary: 'No slot was found, or none of them suits' })
  refuse(tx: Tx, call: Call) {
    return after(tx, call, (id, version) => this.releasing.byDesk(tx, id, version, 'refused'));
  }
}

async function after(tx: Tx, { params, version, person }: Call<unknown>, done: (id: string, version: number) => Promise<void>) {
  const id = params['appointmentId']!;
  await done(id, version!);
  return appointmentAs(tx, id, person.roles);
}
