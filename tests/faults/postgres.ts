import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Service } from '../support/whole';
import { fault, type Fault } from './fault';
import { pause, services } from './ground';

// PostgreSQL: all six databases are one server here.

const commitAnswersCut = (service: Service, quick?: true): Fault => fault(`COMMIT at ${service} is answered by a cut socket: done, and nobody was told`, { touches: [service], quick }, async (ground) => {
  const route = ground.postgres[service];
  const before = route.disturbed.answersCut;
  route.cutAnswersToCommit(10);
  await ground.until('ten answers are lost', async () => route.disturbed.answersCut - before >= 10);
  route.heal();
  return { disturbed: { 'answers cut': route.disturbed.answersCut - before } };
});

export const postgres: readonly Fault[] = [
  fault('PostgreSQL is restarted', { touches: ['postgres', ...services] }, async (ground) => {
    const before = ended(ground.databaseServer.logFile);
    await ground.databaseServer.stop();
    await pause(1_000);
    await ground.databaseServer.start();
    return { disturbed: { 'sessions ended by the server': ended(ground.databaseServer.logFile) - before } };
  }),

  fault('PostgreSQL is killed, its sessions too, and recovers from its log', { touches: ['postgres', ...services] }, async (ground) => {
    const { rows: [row] } = await ground.asAdmin('postgres', (client) => client.query<{ n: number }>(`select count(*)::int as n from pg_stat_activity where usename like '%\\_service'`));
    await ground.databaseServer.kill9();
    await pause(2_000);
    await ground.databaseServer.start();
    return { disturbed: { 'sessions killed': row!.n } };
  }),

  commitAnswersCut('reception', true),
  commitAnswersCut('crm'),
  commitAnswersCut('claims'),

  fault('PostgreSQL’s connections are used up, and everybody is sent away once', { touches: ['postgres', ...services] }, async (ground) => {
    const held: pg.Client[] = [];
    const url = ground.whole.platform.databases['hq']!.service;
    let refused = 0;
    const take = async (): Promise<boolean> => {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      return client.connect().then(() => held.push(client) > 0, () => ++refused < 0);
    };
    await ground.asAdmin('postgres', async (admin) => {
      while (await take());
      await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename like '%\\_service' and pid <> pg_backend_pid() and application_name = '' and datname <> 'hq'`);
      for (const end = Date.now() + 8_000; Date.now() < end; await pause(50)) await take(); // whatever becomes free is ours
    });
    await Promise.all(held.map((client) => client.end().catch(() => undefined)));
    return { disturbed: { 'connections taken': held.length, 'connections refused': refused } };
  }),

  fault('somebody holds locks on the tables of bookings and visits for 12 s', { touches: ['reception'] }, async (ground) => ground.asAdmin('reception', async (client) => {
    let waited = 0;
    await client.query('begin; lock table appointment, visit in exclusive mode');
    for (const end = Date.now() + 12_000; Date.now() < end; await pause(250)) {
      const { rows: [row] } = await client.query<{ n: number }>(`select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = 'reception'`);
      waited = Math.max(waited, row!.n);
    }
    await client.query('commit');
    return { disturbed: { 'sessions that waited': waited } };
  })),
];

const ended = (log: string): number => readFileSync(log, 'utf8').split('terminating connection due to administrator command').length - 1;
