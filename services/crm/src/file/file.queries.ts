import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenAt, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { keeperOf } from './alias.store';
import { contactOf, ownerOf, type Contact } from './contact.queries';
import { missingOf, plateKey, type Vehicle } from './file';
import { maskedEmail, maskedName, maskedPhone } from './mask';

/** A customer as any screen shows them. An id that was merged answers with the file that is kept. */
export async function customerView(tx: Tx, customerId: string) {
  const contact = await contactOf(tx, customerId);
  if (!contact) throw new NotFound('customer');
  const vehicles = await tx.query<{ vehicleId: string; plate: string | null; vin: string | null; model: string | null }>(
    `select id as vehicle_id, plate, vin, model from vehicle where (customer_id = $1 or contact_id = $1) and merged_into is null order by opened_at, id limit 100`, [contact.id],
  );
  return { ...masked(contact), vehicles };
}

function masked({ id, version, name, phones, email, address, language, preferredChannel, preferredFrom, preferredTo, doNotCall, consents }: Contact) {
  return {
    customerId: id, version, name: maskedName(name), phones: phones.map(({ number, kind }) => ({ number: maskedPhone(number), kind })), email: maskedEmail(email), hasAddress: address !== null,
    language, preferredChannel, preferredWindow: preferredFrom && preferredTo ? { from: preferredFrom, to: preferredTo } : null, doNotCall, consents: [...consents],
  };
}

export async function unmaskedView(tx: Tx, customerId: string) {
  const contact = await contactOf(tx, customerId);
  if (!contact) throw new NotFound('customer');
  const { id, name, phones, email, address } = contact;
  return { customerId: id, name, phones: [...phones], email, address };
}

export async function customersByPhone(tx: Tx, number: string) {
  const rows = await tx.query<{ id: string }>(
    `select id from customer where id in (select customer_id from customer_phone where number = $1) and merged_into is null order by opened_at, id limit 20`, [number],
  );
  const customers = [];
  for (const { id } of rows) customers.push(await customerView(tx, id));
  return { customers };
}

export async function vehicleView(tx: Tx, vehicleId: string) {
  const row = await tx.one<Vehicle & { mileage: number | null; readAt: Date | null }>(
    `select v.*, r.kilometres as mileage, r.read_at
     from vehicle v left join lateral (select kilometres, read_at from mileage_reading where vehicle_id = v.id order by read_at desc, kilometres desc limit 1) r on true
     where v.id = $1`,
    [await keeperOf(tx, vehicleId)],
  );
  if (!row) throw new NotFound('vehicle');
  const { id, version, vin, plate, brand, model, market, use, saleDate, customerId, contactId, complete, firstVisitAt, mileage, readAt } = row;
  const missing = missingOf(row, customerId ? await ownerOf(tx, customerId) : null);
  return { vehicleId: id, version, vin, plate, brand, model, market, use, saleDate, customerId, contactId, complete, missing, firstVisitAt, mileage, mileageReadAt: readAt };
}

export async function vehiclesBy(tx: Tx, { vin, plate }: { vin?: string | undefined; plate?: string | undefined }) {
  const rows = vin
    ? await tx.query<{ id: string }>(`select id from vehicle where vin = $1 and merged_into is null`, [vin])
    : await tx.query<{ id: string }>(`select id from vehicle where plate_key = $1 and merged_into is null order by opened_at desc, id limit 20`, [plateKey(plate ?? '') ?? '']);
  const vehicles = [];
  for (const { id } of rows) vehicles.push(await vehicleView(tx, id));
  return { vehicles };
}

/** CRM-1: the store's files that are not complete yet, those due first on top. */
export async function incompleteFiles(tx: Tx, storeId: string) {
  const rows = await tx.query<{ id: string; dueAt: Date | null }>(
    `select v.id, p.due_at from vehicle v left join promise p on p.kind = 'file.complete' and p.subject = v.id and p.outcome in ('open', 'late')
     where v.store_id = $1 and not v.complete and v.merged_into is null order by p.due_at nulls last, v.id limit 100`,
    [storeId],
  );
  const files = [];
  for (const { id, dueAt } of rows) files.push({ ...(await vehicleView(tx, id)), dueAt });
  return { files };
}

interface HistoryRow {
  readonly id: string;
  readonly storeId: string;
  readonly customerId: string | null;
  readonly what: string;
  readonly subject: string;
  readonly happenedAt: Date;
  readonly detail: Record<string, unknown>;
}

/** Everything that happened to the car, in any store, the newest first. */
export async function historyOf(tx: Tx, vehicleId: string, { cursor, limit }: { cursor?: string | undefined; limit: number }) {
  const after = lastSeen(cursor, seenAt, seenId);
  const rows = await tx.query<HistoryRow>(
    `select id, store_id, customer_id, what, subject, happened_at, detail from vehicle_history
     where vehicle_id = $1 and ($2::timestamptz is null or (happened_at, id) < ($2, $3::uuid)) order by happened_at desc, id desc limit $4`,
    [await keeperOf(tx, vehicleId), after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { happenings: rows.slice(0, limit), next: last ? toCursor([last.happenedAt.toISOString(), last.id]) : null };
}

