import { Controller } from '@nestjs/common';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { z } from 'zod';
import { Away, BayChange, BayView, managers, NewBay, readers } from './floor.inputs';
import { baysOf } from './floor.queries';
import { FloorService } from './floor.service';

@Controller('stores/:storeId/bays')
export class BayController {
  constructor(private readonly floor: FloorService) {}

  @Query('GET ', { summary: 'All bays, with when they are down', roles: readers, answer: z.object({ bays: z.array(BayView) }) })
  async bays(tx: Tx, { storeId }: Call) {
    return { bays: await baysOf(tx, storeId) };
  }

  @Command('POST ', { summary: 'A new bay', roles: managers, body: NewBay, answer: BayView })
  add(tx: Tx, { storeId, body }: Call<NewBay>) {
    return this.floor.addBay(tx, storeId, body);
  }

  @Command('POST :bayId/change', { summary: 'Another name, type or equipment; in use or not', roles: managers, ifMatch: true, body: BayChange, answer: BayView })
  change(tx: Tx, { storeId, params, version, body }: Call<BayChange>) {
    return this.floor.changeBay(tx, storeId, params['bayId']!, version, body);
  }

  @Command('POST :bayId/down', { summary: 'A bay is down for a while: slots move to another bay, or are lost', roles: managers, ifMatch: true, body: Away, answer: BayView })
  down(tx: Tx, { storeId, params, version, body }: Call<Away>) {
    return this.floor.bayDown(tx, storeId, params['bayId']!, version, body);
  }

  @Command('POST :bayId/outages/:outageId/end', { summary: 'The bay works again', roles: managers, ifMatch: true, answer: BayView })
  up(tx: Tx, { storeId, params, version }: Call) {
    return this.floor.bayUp(tx, storeId, params['bayId']!, version, params['outageId']!);
  }
}
