import { Controller } from '@nestjs/common';
import { z } from 'zod';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { ArrivalService } from './arrival.service';
import { Sheet } from './check-in';
import { CheckInService } from './check-in.service';
import { DeliveryService } from './delivery.service';
import { PromisedTimeService } from './promised-time.service';
import { desk, states, type Visit } from './visit';
import { ArriveInput, DeliverInput, IdentifyInput, IntroduceInput, MovePromiseInput, OpenInput } from './visit.inputs';
import { visitPage, visitWhole } from './visit.queries';
import { VisitPage, VisitShort, visitShort, VisitWhole } from './visit.views';

const gate = [...desk, 'crm-agent', 'driver'];
const reading = [...gate, 'store-manager', 'cashier', 'claims-clerk', 'workshop-manager', 'technical-director', 'parts-manager', 'parts-keeper', 'crm-supervisor'];
const Filter = z.strictObject({
  state: z.enum(states).optional(), open: z.enum(['true', 'false']).transform((text) => text === 'true').optional(), vehicleId: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(500).optional(),
});

@Controller('stores/:storeId/visits')
export class VisitController {
  constructor(private readonly arrivals: ArrivalService, private readonly checkIns: CheckInService, private readonly promisedTimes: PromisedTimeService, private readonly deliveries: DeliveryService) {}

  @Command('POST ', { summary: 'A car is at the gate', roles: gate, body: ArriveInput, answer: VisitShort })
  async arrive(tx: Tx, { storeId, body, person }: Call<ArriveInput>) {
    return visitShort(await this.arrivals.arrive(tx, storeId, body), person.roles);
  }

  @Command('POST :visitId/identify', { summary: 'Name the car’s file', roles: desk, body: IdentifyInput, ifMatch: true, answer: VisitShort })
  identify(tx: Tx, { params, version, body, person }: Call<IdentifyInput>) {
    return short(this.arrivals.identify(tx, params['visitId']!, version, body), person.roles);
  }

  @Command('POST :visitId/introduce', { summary: 'Open a file for an unknown car or customer', roles: desk, body: IntroduceInput, ifMatch: true, answer: VisitShort })
  introduce(tx: Tx, { params, version, body, person }: Call<IntroduceInput>) {
    return short(this.arrivals.introduce(tx, params['visitId']!, version, body), person.roles);
  }

  @Command('POST :visitId/check-in', { summary: 'Write the check-in sheet', roles: desk, body: Sheet, ifMatch: true, answer: VisitShort })
  checkIn(tx: Tx, { params, version, body, person }: Call<Sheet>) {
    return short(this.checkIns.checkIn(tx, params['visitId']!, version, body), person.roles);
  }

  @Command('POST :visitId/open', { summary: 'The sheet is read back and signed', roles: desk, body: OpenInput, ifMatch: true, answer: VisitShort })
  open(tx: Tx, { params, version, body, person }: Call<OpenInput>) {
    return short(this.checkIns.open(tx, person.id, params['visitId']!, version, body), person.roles);
  }

  @Command('POST :visitId/leave', { summary: 'The car goes before anything was signed', roles: desk, ifMatch: true, answer: VisitShort })
  leave(tx: Tx, { params, version, person }: Call) {
    return short(this.arrivals.leave(tx, params['visitId']!, version), person.roles);
  }

  @Command('POST :visitId/move-promise', { summary: 'Promise another time, after telling the customer', roles: desk, body: MovePromiseInput, ifMatch: true, answer: VisitShort })
  movePromise(tx: Tx, { params, version, body, person }: Call<MovePromiseInput>) {
    return short(this.promisedTimes.move(tx, person.id, params['visitId']!, version, body), person.roles);
  }

  @Command('POST :visitId/pass', { summary: 'The advisor has checked the washed car: it is ready', roles: desk, ifMatch: true, answer: VisitShort })
  pass(tx: Tx, { params, version, person }: Call) {
    return short(this.checkIns.pass(tx, params['visitId']!, version), person.roles);
  }

  @Command('POST :visitId/deliver', { summary: 'Hand the car over', roles: desk, body: DeliverInput, ifMatch: true, answer: VisitShort })
  deliver(tx: Tx, { params, version, body, person }: Call<DeliverInput>) {
    return short(this.deliveries.deliver(tx, params['visitId']!, version, body), person.roles);
  }

  @Query('GET ', { summary: 'The visits, in order of arrival', roles: reading, query: Filter, answer: VisitPage })
  list(tx: Tx, { storeId, query, person }: Call<undefined, z.output<typeof Filter>>) {
    return visitPage(tx, storeId, query, person.roles);
  }

  @Query('GET :visitId', { summary: 'One visit, with all that the desk knows', roles: reading, answer: VisitWhole })
  one(tx: Tx, { params, person }: Call) {
    return visitWhole(tx, params['visitId']!, person.roles);
  }
}

const short = async (visit: Promise<Visit>, roles: readonly string[]) => visitShort(await visit, roles);
