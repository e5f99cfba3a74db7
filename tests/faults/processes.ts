import { readFileSync } from 'node:fs';
import type { Failpoint } from '@aftersales/platform/failpoint/failpoint';
import type { Part } from '../../tools/stack/process.mjs';
import type { Service } from '../support/whole';
import { fault, type Fault } from './fault';
import { pause, services, type Ground } from './ground';

// Our own processes: killed where it hurts most, frozen and thawed, stopped in turn.

const deaths = (part: Part): number => readFileSync(part.logFile, 'utf8').split('failpoint ').length - 1;

/** A replica dies at its nth time at the failpoint, and is started again without it; both carry a relay's, for one of them leads. */
const diesAt = (name: string, service: Service, point: Failpoint, nth: number, quick?: true): Fault =>
  fault(name, { touches: [service], quick }, async (ground) => {
    const parts = point.startsWith('relay.') ? ground.both(service) : [ground.part(service)];
    const before = parts.map(deaths);
    await Promise.all(parts.map(async (part) => {
      await part.stop();
      await ground.startWith(part, { AFTERSALES_FAILPOINT: `${point}#${nth}` });
    }));
    const died = (): number => parts.filter((part, i) => deaths(part) > before[i]!).length;
    await ground.until(`one died at ${point}`, async () => died() > 0, 90_000);
    await Promise.all(parts.map(async (part) => {
      await part.stop(); // the other leads now, and dies too, or has not come so far
      await ground.started(part);
    }));
    const disturbed = { [`${service} died at ${point}`]: died() };
    if (point !== 'bus.after-effect') return { disturbed };
    return { disturbed: { ...disturbed, 'facts heard again': await ground.until('what it did is heard again', () => ground.metric('inbox_duplicates_total', [service])) } };
  });

const kill = async (parts: readonly Part[]): Promise<void> => void (await Promise.all(parts.map((part) => part.kill9())));

export const processes: readonly Fault[] = [
  diesAt('reception dies mid-transaction, everything written and not committed', 'reception', 'database.before-commit', 20),
  diesAt('reception dies between commit and publish', 'reception', 'database.after-commit', 20),
  diesAt('reception’s relay dies after the send, before it deletes what it sent', 'reception', 'relay.after-send', 10),
  diesAt('WRK-2 workshop dies after the effect, before the offset: bookings are heard again and answered once', 'workshop', 'bus.after-effect', 10, true),
  diesAt('crm’s relay dies after the send, before it deletes what it sent', 'crm', 'relay.after-send', 5),
  diesAt('claims dies after the effect, before the offset', 'claims', 'bus.after-effect', 10),
  diesAt('hq dies mid-transaction, everything written and not committed', 'hq', 'database.before-commit', 20),

  fault('hq is killed with facts committed that can’t leave', { touches: ['hq', 'kafka'], quick: true }, async (ground) => {
    for (const broker of ground.brokers) ground.signal(broker, 'SIGSTOP');
    await ground.more({ policy: 10 });
    const [row] = await ground.whole.rows<{ n: number }>('hq', 'select count(*)::int as n from outbox');
    await kill(ground.both('hq'));
    for (const broker of ground.brokers) ground.signal(broker, 'SIGCONT');
    await ground.started(...ground.both('hq'));
    return { disturbed: { 'facts waiting at hq': row!.n } };
  }),

  ...(['reception', 'crm'] as const).map((service) => fault(`one of ${service} is frozen 20 s, taken over, and thawed`, { touches: [service] }, async (ground) => {
    const part = ground.part(service);
    ground.signal(part, 'SIGSTOP');
    await pause(12_000); // past the session of a Kafka member (10 s) and of a leader (5 s)
    const others = ground.told('policy').length;
    await ground.more({ booking: 5, visit: 1 }); // the other one does it all
    await pause(8_000);
    ground.signal(part, 'SIGCONT');
    return { disturbed: { 'acknowledged by the others meanwhile': ground.told('policy').length - others, 'asked in vain': await aNumberOf(ground, part) } };
  })),

  fault('SIGTERM under load, one replica after the other: each stops by itself', { touches: [...services], quick: true }, async (ground) => {
    const { lines } = ground.whole;
    const before = lines.length;
    let restarted = 0;
    for (const service of ['reception', 'workshop'] as const) for (const part of ground.both(service)) {
      await part.stop();
      await ground.more({ policy: 1, booking: 1 });
      await ground.started(part);
      restarted++;
    }
    return { disturbed: { restarted }, wrong: lines.slice(before).filter((line) => line.includes('no clean stop')) };
  }),

  fault('every process is killed at once, ours and theirs, and comes back in any order', { touches: ['everything'] }, async (ground) => {
    const { everything } = ground;
    await kill(everything);
    const dead = everything.filter((part) => !part.running).length;
    // Databases answer before a service may start: nobody waits for one longer than its start takes.
    const shuffled = everything.map((part) => ({ part, at: ground.chance() })).sort((a, b) => a.at - b.at).map(({ part }) => part);
    await Promise.all(shuffled.map(async (part, i) => {
      await pause(i * 300);
      await ground.started(part);
    }));
    return { disturbed: { killed: dead } };
  }),
];

/** While it was frozen it answered nobody: its health now says since when. */
async function aNumberOf(ground: Ground, part: Part): Promise<number> {
  await ground.until(`${part.name} answers again`, () => part.spec.probe().then(() => true, () => false));
  return 1;
}
