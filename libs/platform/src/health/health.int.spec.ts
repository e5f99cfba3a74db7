import pino from 'pino';
import type { BusServer } from '../bus/bus-server';
import { kafkaClient } from '../bus/kafka';
import { Health } from './health';

describe('live', () => {
  it('without a broker the watchdog answers within seconds, and asks for no restart', async () => {
    const health = new Health(undefined as never, kafkaClient('health-test', ['127.0.0.1:1'], pino({ level: 'silent' })));
    health.bus = { silentMs: 60_000 } as BusServer;
    const from = Date.now();
    expect(await health.stuck()).toBe(false);
    expect(Date.now() - from).toBeLessThan(5_000);
  }, 90_000);
});
