import { Controller } from '@nestjs/common';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import type { z } from 'zod';
import { moves } from '../job/job';
import { Block, JobView, Unblock } from '../job/job.inputs';
import { jobView } from '../job/job.queries';
import { BlockService } from './block.service';

@Controller('stores/:storeId/jobs')
export class BlockController {
  constructor(private readonly blocks: BlockService) {}

  @Command('POST :jobId/block', { summary: 'Work stands still for a reason: the lines named, or all that is not done', roles: moves.block.roles, ifMatch: true, body: Block, answer: JobView })
  async block(tx: Tx, { params, version, person, body }: Call<z.output<typeof Block>>) {
    await this.blocks.block(tx, params['jobId']!, version, person.id, body);
    return jobView(tx, params['jobId']!, person);
  }

  @Command('POST :jobId/unblock', { summary: 'It goes on', roles: moves.unblock.roles, ifMatch: true, body: Unblock, answer: JobView })
  async unblock(tx: Tx, { params, version, person, body }: Call<z.output<typeof Unblock>>) {
    await this.blocks.unblock(tx, params['jobId']!, version, person.id, body.blockId);
    return jobView(tx, params['jobId']!, person);
  }
}
