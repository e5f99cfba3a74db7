import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ensurePrograms } from '../../tools/stack/run.mjs';
import type { Part } from '../../tools/stack/process.mjs';
import type { Service } from '../support/whole';
import { fault, type Fault } from './fault';

// The clock of one process, two hours off (libfaketime), and that process leads. The database's clock is the only one: nothing may fall due early, late
// or twice, and what its service says leaves.

/** Where Debian puts it. */
async function faketimeLibrary(): Promise<string> {
  await ensurePrograms(['faketime'], () => undefined);
  const found = readdirSync('/usr/lib').map((folder) => `/usr/lib/${folder}/faketime/libfaketime.so.1`).find((file) => existsSync(file));
  if (!found) throw new Error('faketime is installed, and there is no libfaketime.so.1 under /usr/lib');
  return found;
}

const leads = (part: Part): number => readFileSync(part.logFile, 'utf8').split('relay: this replica leads').length - 1;

const off = (service: Service, hours: string): Fault => fault(`the clock of one of ${service} is ${hours} h off, and it leads`, { touches: [service] }, async (ground) => {
  const [part, twin] = ground.both(service) as [Part, Part];
  await part.stop();
  const before = leads(part);
  await ground.startWith(part, { LD_PRELOAD: await faketimeLibrary(), FAKETIME: `${hours}h`, FAKETIME_DONT_FAKE_MONOTONIC: '1' });
  await twin.stop(); // the lead is left to it
  await ground.until(`${part.name} leads`, async () => leads(part) > before);
  const led = leads(twin);
  await ground.started(twin); // it alone takes our people's tokens: by the other's clock they have expired
  const newest = async (): Promise<number> => (await ground.whole.rows<{ n: number }>(service, 'select last_value::int as n from outbox_id_seq'))[0]!.n;
  const first = await newest();
  const answer = await fetch(`${ground.whole.platform.url(service)}/health/live`);
  const seen = (Date.parse(answer.headers.get('date')!) - Date.now()) / 3_600_000;
  await ground.more({ policy: 10, booking: 20, visit: 3 });
  const last = await newest();
  await ground.until(`all that ${service} said has left`, async () => (await ground.whole.rows(service, 'select from outbox where id <= $1 limit 1', [last])).length === 0);
  const wrong = [...(Math.round(seen) === Number(hours) ? [] : [`its clock is ${seen} h off`]), ...(leads(twin) === led ? [] : ['the other one leads'])];
  await part.stop();
  await ground.started(part);
  return { disturbed: { 'minutes off': Math.abs(Math.round(seen * 60)), 'facts sent by it': last - first }, wrong };
});

export const clocks: readonly Fault[] = [off('reception', '+2'), off('reception', '-2'), off('workshop', '+2'), off('crm', '-2'), off('claims', '+2'), off('hq', '-2')];
