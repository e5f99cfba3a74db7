import type { Tx } from '@aftersales/platform/database/tx';
import { keeperOf } from '../file/alias.store';
import { allows, contactOf, type Contact } from '../file/contact.queries';
import { maskedName, maskedPhone } from '../file/mask';

/** The same thing with the ids of the files that are kept: what is planned and said from now on names those. */
export async function withKeptFiles<T extends { readonly customerId: string; readonly contactId: string; readonly vehicleId: string }>(tx: Tx, about: T): Promise<T> {
  return { ...about, customerId: await keeperOf(tx, about.customerId), contactId: await keeperOf(tx, about.contactId), vehicleId: await keeperOf(tx, about.vehicleId) };
}

/** CRM-4: as the customer's file says at this moment; who is not known here yet has said nothing. */
export const neverDial = (contact: Contact | null): boolean => contact !== null && !allows(contact, 'service', 'phone');

/** The same question in SQL, of a customer `c`. */
export const neverDialSql = `(c.do_not_call or exists (select 1 from consent n where n.customer_id = c.id and n.purpose = 'service' and n.channel = 'phone' and not n.allowed))`;

export const isNeverDialled = async (tx: Tx, contactId: string): Promise<boolean> => neverDial(await contactOf(tx, contactId));

/** What a list shows of somebody: the number itself is an unmasking of the file, with a reason. */
export const masked = (contact: { name: string | null; phones: readonly { number: string }[]; language: string | null; preferredFrom: string | null; preferredTo: string | null } | null) => ({
  name: maskedName(contact?.name ?? null), phones: (contact?.phones ?? []).map(({ number }) => maskedPhone(number)), language: contact?.language ?? null,
  preferredFrom: contact?.preferredFrom ?? null, preferredTo: contact?.preferredTo ?? null,
});
