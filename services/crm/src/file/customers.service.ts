import { Injectable } from '@nestjs/common';
import { ConsentChanged } from '@aftersales/contracts/crm/consent';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import type { Customer } from './file';
import type { Phone } from './phone';
import { Vehicles } from './vehicles.service';

export type CustomerFields = Pick<Customer, 'name' | 'email' | 'address' | 'language' | 'preferredChannel' | 'preferredFrom' | 'preferredTo' | 'doNotCall'>;
export interface Consent {
  readonly purpose: 'service' | 'marketing';
  readonly channel: 'phone' | 'sms' | 'email';
  readonly allowed: boolean;
}

const nothing: CustomerFields = { name: null, email: null, address: null, language: null, preferredChannel: null, preferredFrom: null, preferredTo: null, doNotCall: false };

/** CRM-2: who a customer is and how they want to be reached. */
@Injectable()
export class Customers {
  constructor(private readonly vehicles: Vehicles) {}

  async open(tx: Tx, id: string, storeId: string, fields: Partial<CustomerFields>, phones: readonly Phone[]): Promise<Customer> {
    const row = await insertRow<Customer>(tx, 'customer', { id, storeId, version: 1, ...nothing, ...fields, mergedInto: null, openedAt: tx.now });
    await this.#writePhones(tx, id, phones);
    return row;
  }

  /** @param phones all of them from now on; what is not given stays */
  async change(tx: Tx, row: Customer, fields: Partial<CustomerFields>, phones?: readonly Phone[]): Promise<Customer> {
    const next = await updateRow(tx, 'customer', row, fields);
    if (phones) await this.#writePhones(tx, row.id, phones);
    if (fields.doNotCall !== undefined && fields.doNotCall !== row.doNotCall) this.#sayConsent(tx, next, { purpose: 'service', channel: 'phone', allowed: !fields.doNotCall });
    if (phones || fields.name !== undefined) await this.vehicles.ownerChanged(tx, row.id);
    return next;
  }

  /** One purpose on one channel; said again as it is, it changes and says nothing. */
  async consent(tx: Tx, row: Customer, consent: Consent, by: string): Promise<Customer> {
    const [changed] = await tx.query(
      `insert into consent (customer_id, purpose, channel, allowed, changed_at, changed_by) values ($1, $2, $3, $4, $5, $6)
       on conflict (customer_id, purpose, channel) do update set allowed = excluded.allowed, changed_at = excluded.changed_at, changed_by = excluded.changed_by
       where consent.allowed <> excluded.allowed returning 1 as one`,
      [row.id, consent.purpose, consent.channel, consent.allowed, tx.now, by],
    );
    if (!changed) return row;
    const next = await updateRow(tx, 'customer', row, {});
    this.#sayConsent(tx, next, consent);
    return next;
  }

  async #writePhones(tx: Tx, customerId: string, phones: readonly Phone[]): Promise<void> {
    await tx.query(`delete from customer_phone where customer_id = $1`, [customerId]);
    await tx.query(
      `insert into customer_phone (customer_id, number, kind, position) select $1, p->>'number', p->>'kind', n from jsonb_array_elements($2::jsonb) with ordinality t(p, n) on conflict do nothing`,
      [customerId, JSON.stringify(phones)],
    );
  }

  #sayConsent(tx: Tx, row: Customer, { purpose, channel, allowed }: Consent): void {
    publish(tx, ConsentChanged, row, { customerId: row.id, purpose, channel, allowed, doNotCall: row.doNotCall, changedAt: tx.now.toISOString() });
  }
}
