import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Code } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { RepairService } from './repair.service';

const ExcludeInput = z.strictObject({ reason: Code, from: z.iso.datetime(), to: z.iso.datetime() });
const ExclusionView = z.object({ visitId: z.uuid(), version: z.int(), excluded: z.array(z.object({ reason: z.string(), from: z.iso.datetime(), to: z.iso.datetime(), by: z.uuid() })) });

@Controller('stores/:storeId/repairs')
export class RepairController {
  constructor(private readonly repairs: RepairService) {}

  @Command('POST :visitId/exclude', { summary: 'Time in repair that the rule pack does not count', roles: ['claims-clerk'], body: ExcludeInput, answer: ExclusionView, ifMatch: true })
  async exclude(tx: Tx, { params, storeId, version, person, body }: Call<z.output<typeof ExcludeInput>>) {
    const repair = await this.repairs.leaveOut(tx, params['visitId']!, storeId, version, { ...body, by: person.id });
    return { visitId: repair.id, version: repair.version, excluded: repair.excluded };
  }
}
