import { z } from 'zod';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenAt, seenId, toCursor } from '@aftersales/platform/http/cursor';
import type { ReservationRow } from './holders.store';

export const HeldLine = z.object({
  lineId: z.uuid(), partNumber: z.string(), wantedNumber: z.string(), level: z.enum(['soft', 'held', 'firm']), payer: z.string().nullable(), neededBy: z.iso.datetime(),
  quantity: z.int(), issued: z.int(), returned: z.int(), reserved: z.int(), ready: z.int(), missing: z.int(), eta: z.iso.datetime().nullable(), pickedAt: z.iso.datetime().nullable(),
});

export const ReservationView = z.object({
  id: z.uuid(), version: z.int(), holderKind: z.enum(['appointment', 'visit']), appointmentId: z.uuid().nullable(), visitId: z.uuid().nullable(), repairOrder: z.string().nullable(),
  plate: z.string().nullable(), keyTag: z.string().nullable(), state: z.enum(['open', 'released', 'taken-over', 'delivered']), allowed: z.array(z.string()), floorWaitsSince: z.iso.datetime().nullable(), lines: z.array(HeldLine),
});

type Line = z.output<typeof HeldLine>;

export async function reservationView(tx: Tx, id: string, roles: readonly string[]) {
  const row = await findRow<ReservationRow>(tx, 'reservation', id);
  const lines = await tx.query<Omit<Line, 'missing'>>(`select * from reservation_line where reservation_id = $1 order by line_id, id`, [id]);
  const label = await tx.one<{ plate: string | null; keyTag: string | null }>(`select plate, key_tag from visit_label where id = $1`, [id]);
  const held = lines.map(({ lineId, partNumber, wantedNumber, level, payer, neededBy, quantity, issued, returned, reserved, ready, eta, pickedAt }) => ({
    lineId, partNumber, wantedNumber, level, payer, neededBy, quantity, issued, returned, reserved, ready, missing: quantity - issued - ready, eta, pickedAt,
  }));
  const pickable = held.some((line) => line.level === 'firm' && line.quantity > line.issued && line.missing === 0 && !line.pickedAt);
  return {
    id, version: row.version, holderKind: row.holderKind, appointmentId: row.appointmentId, visitId: row.visitId, repairOrder: row.repairOrder, plate: label?.plate ?? null, keyTag: label?.keyTag ?? null,
    state: row.closed ?? ('open' as const), allowed: pickable && roles.includes('parts-keeper') ? ['pick'] : [], floorWaitsSince: row.floorWaitsSince, lines: held,
  };
}

export const BoardRow = HeldLine.extend({ reservationId: z.uuid(), holderKind: z.enum(['appointment', 'visit']), repairOrder: z.string().nullable(), plate: z.string().nullable(), keyTag: z.string().nullable(), floorWaitsSince: z.iso.datetime().nullable(), pickBy: z.iso.datetime().nullable(), late: z.boolean() });
export const Board = z.object({ rows: z.array(BoardRow), next: z.string().nullable() });
export const BoardQuery = z.strictObject({ show: z.enum(['short', 'to-pick', 'all']).default('all'), after: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(200).default(100) });

/** PRT-4: what is short or to be picked, for whom, with its ETA, in the order of the promise. `late`: it comes after it is needed, or nobody can say when. */
export async function board(tx: Tx, storeId: string, { show, after, limit }: z.output<typeof BoardQuery>) {
  const [neededBy, id] = lastSeen(after, seenAt, seenId) ?? [null, null];
  const rows = await tx.query<z.output<typeof BoardRow> & { id: string }>(
    `select l.*, l.quantity - l.issued - l.ready as missing, r.holder_kind, r.repair_order, r.floor_waits_since, v.plate, v.key_tag, p.due_at as pick_by,
       l.ready < l.quantity - l.issued and (l.eta is null or l.eta > l.needed_by) as late
     from reservation_line l
     join reservation r on r.store_id = l.store_id and r.id = l.reservation_id
     left join visit_label v on v.id = r.id
     left join promise p on p.kind = 'parts.pick-ahead' and p.subject = r.id and p.outcome = 'open'
     where l.store_id = $1 and l.quantity > l.issued and l.level <> 'soft'
       and ($2 <> 'short' or l.ready < l.quantity - l.issued) and ($2 <> 'to-pick' or (l.ready = l.quantity - l.issued and l.picked_at is null))
       and ($3::timestamptz is null or (l.needed_by, l.id) > ($3, $4::uuid))
     order by l.needed_by, l.id limit $5`,
    [storeId, show, neededBy, id, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1)! : null;
  return {
    rows: page.map(({ reservationId, holderKind, repairOrder, plate, keyTag, floorWaitsSince, pickBy, late, lineId, partNumber, wantedNumber, level, payer, neededBy: by, quantity, issued, returned, reserved, ready, missing, eta, pickedAt }) => ({
      reservationId, holderKind, repairOrder, plate, keyTag, floorWaitsSince, pickBy, late, lineId, partNumber, wantedNumber, level, payer, neededBy: by, quantity, issued, returned, reserved, ready, missing, eta, pickedAt,
    })),
    next: last ? toCursor([(last.neededBy as unknown as Date).toISOString(), last.id]) : null,
  };
}
