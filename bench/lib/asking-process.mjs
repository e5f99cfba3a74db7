// Those who ask, in a process of their own as callers are: what they take is not the service's. Each round is told by IPC: the requests, and who asks at once.
import { Asking } from './http.mjs';
import { seconds, shared } from './rounds.mjs';

const connections = new Map(); // by port
process.on('message', async ({ port, workers, requests, status }) => {
  if (!connections.has(port)) connections.set(port, []);
  const asking = connections.get(port);
  while (asking.length < workers) asking.push(await Asking.to(port));
  try {
    const took = await seconds(() => shared(requests.length, workers, async (i, worker) => {
      const answer = await asking[worker].post(...requests[i]);
      if (answer.status !== status) throw new Error(`answered ${answer.status}: ${answer.body}`);
    }));
    process.send({ took });
  } catch (error) {
    process.send({ failed: error.stack });
  }
});
process.on('disconnect', () => process.exit()); // whoever started it is gone
