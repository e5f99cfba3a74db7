import { Controller, Global, Injectable, Module } from '@nestjs/common';
import { defineEvent, type Fact } from '@aftersales/contracts/kernel/event';
import { demand } from '@aftersales/contracts/kernel/refused';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Staff, type Post } from '../../auth/staff';
import { Consumer, On } from '../../bus/on';
import { insertRow, lockRow, updateRow, findRow } from '../../database/rows';
import type { Tx } from '../../database/tx';
import { Command, Query } from '../../http/operation';
import type { Call } from '../../http/operation-spec';
import { publish } from '../../outbox/publish';
import { Promises } from '../../promises/promises';
import { OnTimer, type Rung } from '../../timers/on-timer';
import { letSleep, wake } from '../../timers/wake';

// The smallest feature with all three doors, for the platform's own tests.

export interface ParcelRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly state: 'packed' | 'sent' | 'lost';
  readonly note: string;
}

export const ParcelSent = defineEvent({
  type: 'hq.parcel-sent.v1', topic: 'hq.parcel', key: ({ parcelId }) => parcelId,
  data: z.object({ parcelId: z.uuid(), step: z.int(), poison: z.boolean().optional() }), heardBy: {},
});

/** A whole-group fact: every store's parcels are relabelled. */
export const LabelRenamed = defineEvent({
  type: 'hq.label-renamed.v1', topic: 'hq.label', scope: 'group', key: ({ labelId }) => labelId,
  data: z.object({ labelId: z.uuid(), note: z.string() }), heardBy: {},
});

export const stores = { a: uuidv7(), b: uuidv7() };
export const staff = { clerkA: uuidv7(), clerkB: uuidv7(), guestA: uuidv7(), admin: uuidv7(), adminA: uuidv7() };
const posts: Record<string, Post[]> = {
  [staff.clerkA]: [{ role: 'advisor', storeId: stores.a }],
  [staff.clerkB]: [{ role: 'advisor', storeId: stores.b }],
  [staff.guestA]: [{ role: 'driver', storeId: stores.a }],
  [staff.admin]: [{ role: 'hq-admin', storeId: null }],
  [staff.adminA]: [{ role: 'hq-admin', storeId: stores.a }],
};

@Injectable()
class FixedStaff extends Staff {
  postsOf = async (subject: string): Promise<readonly Post[]> => posts[subject] ?? [];
  isStore = async (storeId: string): Promise<boolean> => Object.values(stores).includes(storeId);
  allStores = async (): Promise<readonly string[]> => Object.values(stores);
}

/** What a test wants the consumer to stumble over; mended by taking it out. */
export const broken = new Set<string>();
/** Quotes what no database can hold, as an error may that was given it by somebody else. */
const stumbled = (): Error => new Error('stumbled over \0');

const New = z.strictObject({ note: z.string().max(50), remindInMs: z.int().optional(), promiseInMs: z.int().optional() });
const View = z.object({ id: z.uuid(), version: z.int(), state: z.string(), note: z.string() });

@Controller('stores/:storeId/parcels')
class ParcelController {
  constructor(private readonly promises: Promises) {}

  @Command('POST ', { summary: 'Pack', roles: ['advisor'], body: New, answer: View })
  async pack(tx: Tx, { storeId, body }: Call<z.output<typeof New>>) {
    const parcel = await insertRow<ParcelRow>(tx, 'parcel', { id: uuidv7(), storeId, version: 1, state: 'packed', note: body.note });
    if (body.remindInMs !== undefined) wake(tx, 'parcel.remind', parcel, new Date(tx.now.getTime() + body.remindInMs));
    if (body.promiseInMs !== undefined)
      await this.promises.open(tx, { kind: 'parcel.deliver', subject: parcel.id, storeId, ownerRole: 'driver', policy: { kind: 'parcel', version: 1 }, dueAt: new Date(tx.now.getTime() + body.promiseInMs) });
    publish(tx, ParcelSent, parcel, { parcelId: parcel.id, step: 1 });
    return parcel;
  }

  @Command('POST :parcelId/send', { summary: 'Send', roles: ['advisor'], ifMatch: true, answer: View })
  async send(tx: Tx, { params, version }: Call) {
    const parcel = await lockRow<ParcelRow>(tx, 'parcel', params['parcelId']!, version);
    demand(parcel.state === 'packed', 'parcel.packed-first', 'Only a packed parcel is sent.');
    const sent = await updateRow(tx, 'parcel', parcel, { state: 'sent' });
    letSleep(tx, 'parcel.remind', sent);
    await this.promises.keep(tx, 'parcel.deliver', sent.id);
    publish(tx, ParcelSent, sent, { parcelId: sent.id, step: sent.version });
    return sent;
  }

  @Query('GET :parcelId', { summary: 'Look', roles: ['advisor', 'driver'], answer: View })
  look(tx: Tx, { params }: Call) {
    return findRow<ParcelRow>(tx, 'parcel', params['parcelId']!);
  }

  @Query('GET ', { summary: 'All', roles: ['advisor'], answer: z.object({ parcels: z.array(View) }) })
  async all(tx: Tx) {
    return { parcels: await tx.query<ParcelRow>('select * from parcel order by id') };
  }
}

@Consumer('hq.parcel')
class ParcelConsumer {
  @On(ParcelSent)
  async sent(tx: Tx, { data, storeId, id }: Fact<typeof ParcelSent>) {
    if (data.poison || broken.has(id)) throw stumbled();
    await tx.query('insert into parcel_heard (store_id, parcel_id, step, stores) values ($1, $2, $3, app_stores())', [storeId, data.parcelId, data.step]);
  }

  @On(LabelRenamed)
  async renamed(tx: Tx, { data, id }: Fact<typeof LabelRenamed>) {
    if (broken.has(id)) throw stumbled();
    await tx.query('update parcel set note = $1', [data.note]);
  }

  @OnTimer('parcel.remind', { locks: 'parcel' })
  async remind(tx: Tx, { subject, storeId }: Rung): Promise<string | void> {
    if (broken.has(subject)) throw stumbled();
    const parcel = await findRow<ParcelRow>(tx, 'parcel', subject);
    if (parcel.state !== 'packed') return `it is ${parcel.state}`;
    await tx.query('insert into parcel_rung (store_id, parcel_id, at) values ($1, $2, $3)', [storeId, subject, tx.now]);
  }

  @OnTimer('parcel.deliver', { locks: 'parcel' })
  async deliver(): Promise<string | void> {}
}

@Global()
@Module({ controllers: [ParcelController, ParcelConsumer], providers: [{ provide: Staff, useClass: FixedStaff }], exports: [Staff] })
export class ParcelModule {}

export const sample = { name: 'hq', module: ParcelModule } as const;
