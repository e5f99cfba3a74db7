import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Code, PartNumber } from '@aftersales/contracts/kernel/values';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenAt, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { inboundAllowed, inboundMoves, type InboundRow } from './inbound';
import { InboundService } from './inbound.service';

const quantity = z.int().positive().max(1_000_000_000);
const ExpectInput = z.strictObject({ partNumber: PartNumber, quantity, eta: z.iso.datetime().nullable() });
const EtaInput = z.strictObject({ eta: z.iso.datetime().nullable(), cause: Code });
const ReceiveInput = z.strictObject({ quantity });
const InboundView = z.object({
  id: z.uuid(), version: z.int(), partNumber: z.string(), source: z.enum(['order', 'transfer']), state: z.enum(['planned', 'expected', 'received', 'cancelled']), allowed: z.array(z.string()),
  quantity: z.int(), received: z.int(), eta: z.iso.datetime().nullable(), createdAt: z.iso.datetime(),
});
const Open = z.strictObject({ partNumber: PartNumber.optional(), state: z.enum(['planned', 'expected', 'received', 'cancelled']).optional(), after: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) });

const view = ({ id, version, partNumber, source, state, quantity: all, received, eta, createdAt }: InboundRow, roles: readonly string[]) => ({
  id, version, partNumber, source, state, allowed: inboundAllowed(state, roles), quantity: all, received, eta, createdAt,
});
const see = ['parts-manager', 'parts-keeper', 'buyer', 'service-manager', 'store-manager'];

@Controller('stores/:storeId/inbound')
export class InboundController {
  constructor(private readonly inbound: InboundService) {}

  @Command('POST ', { summary: 'Expect goods, with their time of arrival when somebody knows it', roles: ['buyer', 'parts-manager'], body: ExpectInput, answer: InboundView })
  async expect(tx: Tx, { storeId, body: { eta, ...body }, person }: Call<z.output<typeof ExpectInput>>) {
    return view(await this.inbound.expect(tx, storeId, { ...body, eta: eta === null ? null : new Date(eta) }), person.roles);
  }

  @Command('POST :inboundId/eta', { summary: 'Another time of arrival, told at once to whoever waits', roles: inboundMoves.eta.roles, body: EtaInput, answer: InboundView, ifMatch: true })
  async eta(tx: Tx, { params, version, body: { eta, cause }, person }: Call<z.output<typeof EtaInput>>) {
    return view(await this.inbound.moveEta(tx, params['inboundId']!, version, eta === null ? null : new Date(eta), cause), person.roles);
  }

  @Command('POST :inboundId/receive', { summary: 'Receive goods of this line; those who wait get them in the order of their promise', roles: inboundMoves.receive.roles, body: ReceiveInput, answer: InboundView, ifMatch: true })
  async receive(tx: Tx, { params, version, body, person }: Call<z.output<typeof ReceiveInput>>) {
    return view(await this.inbound.receive(tx, params['inboundId']!, version, body.quantity, person.id), person.roles);
  }

  @Query('GET :inboundId', { summary: 'One expected line', roles: see, answer: InboundView })
  async one(tx: Tx, { params, person }: Call) {
    return view(await findRow<InboundRow>(tx, 'inbound_line', params['inboundId']!), person.roles);
  }

  @Query('GET ', { summary: 'What is to come', roles: see, query: Open, answer: z.object({ lines: z.array(InboundView), next: z.string().nullable() }) })
  async list(tx: Tx, { storeId, person, query: { partNumber, state, after, limit } }: Call<undefined, z.output<typeof Open>>) {
    const [createdAt, id] = lastSeen(after, seenAt, seenId) ?? [null, null];
    const rows = await tx.query<InboundRow>(
      `select * from inbound_line where store_id = $1 and ($2::text is null or part_number = $2) and ($3::text is null or state = $3)
         and ($4::timestamptz is null or (created_at, id) > ($4, $5::uuid)) order by created_at, id limit $6`,
      [storeId, partNumber ?? null, state ?? null, createdAt, id, limit + 1],
    );
    const last = rows.length > limit ? rows[limit - 1]! : null;
    return { lines: rows.slice(0, limit).map((row) => view(row, person.roles)), next: last ? toCursor([last.createdAt.toISOString(), last.id]) : null };
  }
}
