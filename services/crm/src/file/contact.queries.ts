import type { Tx } from '@aftersales/platform/database/tx';
import { keeperOf } from './alias.store';
import type { Customer } from './file';
import type { Phone } from './phone';

export type Purpose = 'service' | 'marketing';
export type Way = 'phone' | 'sms' | 'email';

/** How a customer may be reached, as it stands now. For what reaches them (messages, calls); screens show it masked. */
export interface Contact extends Customer {
  readonly phones: readonly Phone[];
  readonly consents: readonly { readonly purpose: Purpose; readonly channel: Way; readonly allowed: boolean }[];
}

/** Null when nothing is known of that customer (yet). A merged file answers for the one it was merged into. */
export async function contactOf(tx: Tx, customerId: string): Promise<Contact | null> {
  return tx.one<Contact>(
    `select c.*,
       coalesce((select jsonb_agg(jsonb_build_object('number', p.number, 'kind', p.kind) order by p.position) from customer_phone p where p.customer_id = c.id), '[]') as phones,
       coalesce((select jsonb_agg(jsonb_build_object('purpose', n.purpose, 'channel', n.channel, 'allowed', n.allowed) order by n.purpose, n.channel) from consent n where n.customer_id = c.id), '[]') as consents
     from customer c where c.id = $1`,
    [await keeperOf(tx, customerId)],
  );
}

/** CRM-2: what was said, else service yes and marketing no. Who is not to be called gets no marketing at all. */
export function allows(contact: Pick<Contact, 'consents' | 'doNotCall'>, purpose: Purpose, channel: Way): boolean {
  if (contact.doNotCall && (channel === 'phone' || purpose === 'marketing')) return false;
  return contact.consents.find((consent) => consent.purpose === purpose && consent.channel === channel)?.allowed ?? purpose === 'service';
}

/** What completeness asks of an owner. */
export function ownerOf(tx: Tx, customerId: string): Promise<{ name: string | null; phones: string[] } | null> {
  return tx.one(
    `select name, coalesce((select jsonb_agg(number) from customer_phone where customer_id = customer.id), '[]') as phones from customer where id = $1`, [customerId],
  );
}
