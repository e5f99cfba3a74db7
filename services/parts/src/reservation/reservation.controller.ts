import { Controller } from '@nestjs/common';
import { z } from 'zod';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { board, Board, BoardQuery, reservationView, ReservationView } from './board.queries';
import { Picking } from './picking.service';

const PickInput = z.strictObject({ lineIds: z.array(z.uuid()).min(1).max(200).refine((ids) => new Set(ids).size === ids.length, 'each line once') });
const see = ['parts-manager', 'parts-keeper', 'buyer', 'advisor', 'service-manager', 'front-desk-supervisor', 'workshop-manager', 'technician', 'store-manager'];

@Controller('stores/:storeId/reservations')
export class ReservationController {
  constructor(private readonly picking: Picking) {}

  @Query('GET ', { summary: 'The parts board: what is short or to be picked, for whom, with its ETA', roles: see, query: BoardQuery, answer: Board })
  board(tx: Tx, { storeId, query }: Call<undefined, z.output<typeof BoardQuery>>) {
    return board(tx, storeId, query) as never;
  }

  @Query('GET :reservationId', { summary: 'All that is held for one appointment or visit', roles: see, answer: ReservationView })
  one(tx: Tx, { params, person }: Call) {
    return reservationView(tx, params['reservationId']!, person.roles) as never;
  }

  @Command('POST :reservationId/pick', { summary: 'Lay lines of a booking on the booking shelf', roles: ['parts-keeper'], body: PickInput, answer: ReservationView, ifMatch: true })
  async pick(tx: Tx, { params, version, body, person }: Call<z.output<typeof PickInput>>) {
    await this.picking.pick(tx, params['reservationId']!, version, body.lineIds);
    return reservationView(tx, params['reservationId']!, person.roles) as never;
  }
}
