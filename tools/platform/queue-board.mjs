// Bull Board over the rings of all services: what is due soon.
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Queue } from 'bullmq';
import fastify from 'fastify';

/** @param {{ port: number, redisUrl: string, services: string[] }} options @returns {Promise<string>} its address */
export async function startQueueBoard({ port, redisUrl, services }) {
  const { hostname, port: redisPort } = new URL(redisUrl);
  const queues = services.map((service) => new BullMQAdapter(new Queue(`${service}-rings`, { connection: { host: hostname, port: Number(redisPort), maxRetriesPerRequest: null } }), { readOnlyMode: true }));
  const adapter = new FastifyAdapter();
  createBullBoard({ queues, serverAdapter: adapter });
  adapter.setBasePath('/queues');
  const app = fastify();
  app.register(/** @type {any} */ (adapter.registerPlugin()), { prefix: '/queues' });
  await app.listen({ port, host: '127.0.0.1' });
  return `http://127.0.0.1:${port}/queues`;
}
