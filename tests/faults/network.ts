import type { Service } from '../support/whole';
import { fault, type Fault } from './fault';
import { pause, type Ground } from './ground';
import type { Route } from './proxy';

// What a network does to connections between services and their stores, by the proxy.

const sum = (routes: readonly Route[], what: keyof Route['disturbed']): number => routes.reduce((all, route) => all + route.disturbed[what], 0);

const cut = (name: string, touches: readonly string[], routes: (ground: Ground) => readonly Route[], seconds: number): Fault => fault(name, { touches }, async (ground) => {
  const ways = routes(ground);
  const before = sum(ways, 'cut');
  for (const way of ways) way.cut();
  await pause(seconds * 1_000);
  for (const way of ways) way.heal();
  return { disturbed: { 'connections cut': sum(ways, 'cut') - before } };
});

const slow = (name: string, touches: readonly string[], routes: (ground: Ground) => readonly Route[], ms: number): Fault => fault(name, { touches }, async (ground) => {
  const ways = routes(ground);
  const before = sum(ways, 'delayed');
  for (const way of ways) way.slow(ms);
  await ground.more({ policy: 3, booking: 5 });
  await pause(8_000);
  for (const way of ways) way.heal();
  return { disturbed: { 'chunks delayed': sum(ways, 'delayed') - before } };
});

/** Nobody mends these connections: both ends must find out by themselves, and take new ones. */
const halfOpen = (name: string, touches: readonly string[], routes: (ground: Ground) => readonly Route[]): Fault => fault(name, { touches }, async (ground) => {
  const ways = routes(ground);
  const before = sum(ways, 'silenced');
  for (const way of ways) way.silence();
  return { disturbed: { 'connections silent': sum(ways, 'silenced') - before } };
});

const database = (service: Service) => ({ postgres }: Ground): Route[] => [postgres[service]];

export const network: readonly Fault[] = [
  cut('reception’s connections to PostgreSQL are cut for 5 s', ['reception'], database('reception'), 5),
  cut('every connection to PostgreSQL is cut for 5 s', ['postgres'], ({ postgres }) => Object.values(postgres), 5),
  cut('every connection to the brokers is cut for 10 s', ['kafka'], ({ kafka }) => kafka, 10),
  cut('every connection to Redis is cut for 10 s', ['redis'], ({ redis }) => [redis], 10),
  slow('PostgreSQL is 50 ms away from workshop', ['workshop'], database('workshop'), 50),
  slow('the brokers are 200 ms away', ['kafka'], ({ kafka }) => kafka, 200),
  slow('Redis is 300 ms away', ['redis'], ({ redis }) => [redis], 300),
  halfOpen('half-open: PostgreSQL never hears of hq again, nor hq of it', ['hq'], database('hq')),
  halfOpen('half-open: the brokers never hear of anybody again', ['kafka'], ({ kafka }) => kafka),
  halfOpen('half-open: Redis never hears of anybody again', ['redis'], ({ redis }) => [redis]),
];
