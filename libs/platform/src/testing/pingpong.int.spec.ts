import { Module } from '@nestjs/common';
import { z } from 'zod';
import { defineEvent, type Fact } from '@aftersales/contracts/kernel/event';
import { Staff } from '../auth/staff';
import { Consumer, On } from '../bus/on';
import type { Tx } from '../database/tx';
import { TestService } from './test-service';

const Pinged = defineEvent({ type: 'hq.ball-pinged.v1', topic: 'hq.ball', key: (b) => b.ballId, data: z.object({ ballId: z.uuid() }), heardBy: {} });

@Consumer('crm.ball')
class BallConsumer {
  static seen: string[] = [];
  @On(Pinged)
  async pinged(tx: Tx, fact: Fact<typeof Pinged>) {
    BallConsumer.seen.push(fact.data.ballId + tx.scope.stores.join());
  }
}
@Module({ controllers: [BallConsumer], providers: [{ provide: Staff, useValue: { postsOf: async () => [], isStore: async () => true, allStores: async () => [] } }], exports: [Staff], })
class BallModule {}
Reflect.decorate([require('@nestjs/common').Global()], BallModule);

it('hears', async () => {
  const service = await TestService.start({ name: 'crm', module: BallModule });
  try {
    const store = '0190c000-0000-7000-8000-000000000001';
    await service.hear(Pinged, { ballId: store }, { storeId: store, id: 'x1' });
    expect(BallConsumer.seen).toEqual([store + store]);
    expect((await service.http('GET /dead-letters', {})).status).toBe(401);
    expect((await service.http('GET /health/ready', {})).body).toMatchObject({status:'ok'});
  } finally { await service.stop(); }
});
