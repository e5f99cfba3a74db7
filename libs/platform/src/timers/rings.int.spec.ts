import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { stack } from '../testing/stack';
import { Rings } from './rings';

describe('rings', () => {
  it('a stop waits two seconds for a frozen Redis, not for ever, and what was under way then leaves the process its time', async () => {
    const sockets: Socket[] = [];
    let frozen = false;
    const { hostname, port } = new URL(stack.redisUrl);
    const proxy = createServer((near) => {
      const far = createConnection(Number(port), hostname);
      sockets.push(near, far);
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.on('data', (bytes) => frozen || far.write(bytes));
      far.on('data', (bytes) => frozen || near.write(bytes));
      near.on('close', () => far.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const rings = new Rings(`rings-${process.pid}`, `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    try {
      const rung = new Promise<void>((resolve) => rings.start(async () => resolve()));
      await rings.queue.waitUntilReady();
      rings.ring(0);
      await rung; // both connections work
      frozen = true;
      const from = Date.now();
      await rings.stop();
      expect(Date.now() - from).toBeLessThan(5_000);
      const before = performance.eventLoopUtilization();
      await pause(300); // long enough to see whether it is idle
      expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
      // Redis is back: the job is told as done, and nothing of ours is connected any more.
      frozen = false;
      for (const socket of sockets.splice(0)) socket.destroy();
      const open = () => sockets.filter(({ destroyed }) => !destroyed);
      for (const end = Date.now() + 10_000; (sockets.length === 0 || open().length > 0) && Date.now() < end; ) await pause(50);
      expect(sockets.length).toBeGreaterThan(0);
      expect(open().length).toBe(0);
    } finally {
      frozen = false;
      for (const socket of sockets) socket.destroy();
      proxy.close();
    }
  }, 20_000);
});
