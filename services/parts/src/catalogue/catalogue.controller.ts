import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Code, PartNumber } from '@aftersales/contracts/kernel/values';
import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenCode, toCursor } from '@aftersales/platform/http/cursor';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { onePriceACurrency, partClasses } from './catalogue';
import { CatalogueService, type PartRow } from './catalogue.service';
import { chainsOf } from './chains.queries';

const Price = z.strictObject({ amount: z.int().nonnegative().max(1_000_000_000_000), currency: z.string().regex(/^[A-Z]{3}$/) });
const PartBody = z.strictObject({
  title: z.record(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/), z.string().min(1).max(200)).refine((title) => Object.keys(title).length <= 20, 'at most 20 languages'),
  unit: Code,
  listPrices: z.array(Price).max(20).refine(onePriceACurrency, 'one price a currency'),
  kind: z.enum(['genuine', 'aftermarket', 'accessory']),
  class: z.enum(partClasses),
  supersededBy: PartNumber.nullable().default(null),
  returnableCore: z.boolean().default(false),
  assembly: Code.nullable().default(null),
  active: z.boolean().default(true),
});
const NewPart = PartBody.extend({ partNumber: PartNumber });
const PartView = NewPart.extend({ id: z.uuid(), version: z.int() });
const PartWithChain = PartView.extend({ chain: z.array(z.string()) });
const Find = z.strictObject({ startsWith: z.string().min(1).max(64).optional(), after: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) });

const write = ['parts-manager', 'hq-admin'];
const read = ['parts-manager', 'parts-keeper', 'buyer', 'advisor', 'service-manager', 'front-desk-supervisor', 'technician', 'workshop-manager', 'technical-director', 'claims-clerk', 'store-manager', 'hq-admin', 'hq-analyst'];

@Controller('catalogue')
export class CatalogueController {
  constructor(private readonly catalogue: CatalogueService) {}

  @Command('POST ', { summary: 'Add a part to the catalogue', roles: write, body: NewPart, answer: PartView })
  add(tx: Tx, { body: { partNumber, ...input } }: Call<z.output<typeof NewPart>>) {
    return this.catalogue.add(tx, partNumber, input);
  }

  @Command('PUT :partNumber', { summary: 'Change a part, whole', roles: write, body: PartBody, answer: PartView, ifMatch: true })
  change(tx: Tx, { params, version, body }: Call<z.output<typeof PartBody>>) {
    return this.catalogue.change(tx, params['partNumber']!, version, body);
  }

  @Query('GET :partNumber', { summary: 'One part, with the numbers that follow it', roles: read, answer: PartWithChain })
  async one(tx: Tx, { params }: Call) {
    const part = await tx.one<PartRow>(`select * from part where part_number = $1`, [params['partNumber']]);
    if (!part) throw new NotFound('part');
    return { ...part, chain: (await chainsOf(tx, [part.partNumber])).get(part.partNumber)! };
  }

  @Query('GET ', { summary: 'The catalogue by number', roles: read, query: Find, answer: z.object({ parts: z.array(PartView), next: z.string().nullable() }) })
  async find(tx: Tx, { query: { startsWith, after, limit } }: Call<undefined, z.output<typeof Find>>) {
    const [from] = lastSeen(after, seenCode) ?? [null];
    const rows = await tx.query<PartRow>(
      `select * from part where ($1::text is null or starts_with(part_number, $1)) and ($2::text is null or part_number > $2) order by part_number limit $3`, [startsWith ?? null, from, limit + 1],
    );
    return { parts: rows.slice(0, limit), next: rows.length > limit ? toCursor([rows[limit - 1]!.partNumber]) : null };
  }
}
