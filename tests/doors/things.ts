import { randomUUID } from 'node:crypto';
import type { Whole } from '../support/whole';
import { own } from './cast';

const day = 24 * 3_600_000;

/** What the journey leaves nothing of: a bay out of order, a technician away, a look at a customer's name. */
export async function things(whole: Whole): Promise<void> {
  const at = (service: string): string => `${service}/stores/${own}`;
  const ask = whole.as.ask;
  const now = (await whole.now()).getTime();
  const away = { from: new Date(now + 30 * day).toISOString(), to: new Date(now + 31 * day).toISOString(), reason: 'doors' };
  const { bays } = await ask('workshop-manager.a', `GET ${at('workshop')}/bays`);
  const bay = bays.at(-1);
  await ask('workshop-manager.a', `POST ${at('workshop')}/bays/${bay.id}/down`, { ifMatch: bay.version, body: away });
  const { technicians } = await ask('workshop-manager.a', `GET ${at('workshop')}/technicians`);
  const technician = technicians.at(-1);
  await ask('workshop-manager.a', `POST ${at('workshop')}/technicians/${technician.id}/absent`, { ifMatch: technician.version, body: away });
  const [customer] = await whole.rows('crm', 'select id from customer limit 1');
  await ask('advisor.a', `PUT ${at('crm')}/customers/${customer!['id']}/unmaskings/${randomUUID()}`, { body: { reason: 'a call back' } });
}
