// Bull Board over the rings of all services: what is due soon.
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Queue } from 'bullmq';
import fastify from 'fastify';
import { Redis } from 'ioredis';

/** @param {{ port: number, redisUrl: string, services: string[] }} options */
export async function startQueueBoard({ port, redisUrl, services }) {
  // The whole URL: a given Redis may want a password, TLS, another database.
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queues = services.map((service) => new Queue(`${service}-rings`, { connection }));
  const adapter = new FastifyAdapter();
  createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })), serverAdapter: adapter });
  adapter.setBasePath('/queues');
  const app = fastify();
  app.register(/** @type {any} */ (adapter.registerPlugin()), { prefix: '/queues' });
  await app.listen({ port, host: '127.0.0.1' });
  const stop = async () => {
    await app.close();
    await Promise.all(queues.map((queue) => queue.close()));
    connection.disconnect();
  };
  return { url: `http://127.0.0.1:${port}/queues`, stop };
}
