import { Controller } from '@nestjs/common';
import { Id, Instant, Thousandths } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { z } from 'zod';
import { readers } from '../floor/floor.inputs';
import { boardOf } from './board.queries';

const Board = z.object({
  asOf: Instant,
  cars: z.array(z.object({
    jobId: Id, visitId: Id, version: z.int(), state: z.string(), repairOrder: z.string().nullable(), plate: z.string().nullable(), keyTag: z.string().nullable(), kind: z.string().nullable(), waiting: z.boolean(),
    arrivedAt: Instant.nullable(), promisedAt: Instant.nullable(), overdue: z.boolean(), where: z.string(), rework: z.int(),
    assignedIds: z.array(Id), clockedOn: z.array(z.object({ technicianId: Id, lineId: Id, since: Instant })), blocks: z.array(z.object({ reason: z.string(), since: Instant, lineIds: z.array(Id) })),
    operations: z.int(), operationsDone: z.int(), remainingHours: Thousandths, carriesOver: z.boolean(),
  })),
});

@Controller('stores/:storeId/board')
export class BoardController {
  @Query('GET ', { summary: '控工看板: where each car is, who has it, what blocks it since when, what is promised, what carries over (WRK-3)', roles: readers, answer: Board })
  board(tx: Tx, { storeId }: Call) {
    return boardOf(tx, storeId);
  }
}
