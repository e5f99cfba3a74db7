import { existsSync, readdirSync } from 'node:fs';
import { ensurePrograms } from '../../tools/stack/run.mjs';
import type { Service } from '../support/whole';
import { fault, type Fault } from './fault';

// The clock of one process, two hours off (libfaketime). The database's clock is the only one: nothing may fall due early, late or twice.

/** Where Debian puts it. */
async function faketimeLibrary(): Promise<string> {
  await ensurePrograms(['faketime'], () => undefined);
  const found = readdirSync('/usr/lib').map((folder) => `/usr/lib/${folder}/faketime/libfaketime.so.1`).find((file) => existsSync(file));
  if (!found) throw new Error('faketime is installed, and there is no libfaketime.so.1 under /usr/lib');
  return found;
}

const off = (service: Service, hours: string): Fault => fault(`the clock of one of ${service} is ${hours} h off`, { touches: [service] }, async (ground) => {
  const part = ground.part(service);
  await part.stop();
  await ground.startWith(part, { LD_PRELOAD: await faketimeLibrary(), FAKETIME: `${hours}h`, FAKETIME_DONT_FAKE_MONOTONIC: '1' });
  const answer = await fetch(`${ground.whole.platform.url(service)}/health/live`);
  const seen = (Date.parse(answer.headers.get('date')!) - Date.now()) / 3_600_000;
  await ground.more({ policy: 10, booking: 20, visit: 3 });
  await part.stop();
  await ground.started(part);
  return { disturbed: { 'minutes off': Math.abs(Math.round(seen * 60)) }, wrong: Math.round(seen) === Number(hours) ? [] : [`its clock is ${seen} h off`] };
});

export const clocks: readonly Fault[] = [off('reception', '+2'), off('reception', '-2'), off('workshop', '+2'), off('crm', '-2'), off('claims', '+2'), off('hq', '-2')];
