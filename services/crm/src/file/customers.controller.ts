import { Controller } from '@nestjs/common';
import { storeOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { FileDesk } from './desk.service';
import { ByPhone, ConsentInput, ContactChange, ContactInput, Customers, CustomerView, Into, Reason, Unmasked } from './file.inputs';
import { customersByPhone, customerView } from './file.queries';
import { Merging } from './merging.service';
import { phoneOf } from './phone';
import { editors, readers, supervisors } from './roles';
import { unmask } from './unmask.service';

/** CRM-2. Names, numbers and addresses go in as they are and come out masked. */
@Controller('stores/:storeId/customers')
export class CustomersController {
  constructor(private readonly desk: FileDesk, private readonly merging: Merging) {}

  @Command('POST ', { summary: 'Open a customer’s file', roles: editors, body: ContactInput, answer: CustomerView })
  async open(tx: Tx, { storeId, body }: Call<ContactInput>) {
    return customerView(tx, (await this.desk.openCustomer(tx, storeId, body)).id);
  }

  @Query('GET ', { summary: 'Customers with this number', roles: readers, query: ByPhone, answer: Customers })
  async byPhone(tx: Tx, { storeId, query }: Call<undefined, ByPhone>) {
    return customersByPhone(tx, phoneOf(query.phone, (await storeOf(tx, storeId)).market)?.number ?? '');
  }

  @Query('GET :customerId', { summary: 'One customer, masked', roles: readers, answer: CustomerView })
  one(tx: Tx, { params }: Call) {
    return customerView(tx, params['customerId']!);
  }

  @Command('POST :customerId/change-contact', { summary: 'Change name, numbers, address, language, window or do-not-call', roles: editors, ifMatch: true, body: ContactChange, answer: CustomerView })
  async change(tx: Tx, { storeId, params, version, body }: Call<ContactChange>) {
    return customerView(tx, (await this.desk.changeContact(tx, storeId, params['customerId']!, version, body)).id);
  }

  @Command('POST :customerId/consent', { summary: 'What the customer allows, for one purpose on one channel', roles: editors, ifMatch: true, body: ConsentInput, answer: CustomerView })
  async consent(tx: Tx, { params, version, body, person }: Call<ConsentInput>) {
    return customerView(tx, (await this.desk.consent(tx, params['customerId']!, version, body, person.id)).id);
  }

  @Command('PUT :customerId/unmaskings/:unmaskingId', { summary: 'See name and numbers as they are, with a reason; noted and limited', roles: readers, body: Reason, answer: Unmasked })
  unmask(tx: Tx, { storeId, params, body, person }: Call<Reason>) {
    return unmask(tx, { id: params['unmaskingId']!, storeId, customerId: params['customerId']!, staffId: person.id, reason: body.reason });
  }

  @Command('POST :customerId/merge', { summary: 'This file and another are one person', roles: supervisors, ifMatch: true, body: Into, answer: CustomerView })
  async merge(tx: Tx, { params, version, body }: Call<Into>) {
    return customerView(tx, (await this.merging.customer(tx, params['customerId']!, body.intoId, version)).id);
  }
}
