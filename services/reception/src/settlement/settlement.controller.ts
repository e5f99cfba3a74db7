import { Controller } from '@nestjs/common';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { settlementOf } from './owed.queries';
import { PaymentService } from './payment.service';
import { PayInput, RefundInput, ReleaseInput, SettleInput } from './settlement.inputs';
import { SettlementService } from './settlement.service';
import { PaymentView, paymentView, SettlementView, settlementView } from './settlement.views';

const till = ['cashier', 'front-desk-supervisor', 'service-manager'];
const approving = ['service-manager', 'store-manager', 'finance', 'front-desk-supervisor'];

@Controller('stores/:storeId/visits/:visitId')
export class SettlementController {
  constructor(private readonly settlements: SettlementService, private readonly payments: PaymentService) {}

  @Command('POST settle', { summary: 'Bill what was agreed to and done, split by payer; the customer signs', roles: [...till, 'advisor'], body: SettleInput, ifMatch: true, answer: SettlementView })
  async settle(tx: Tx, { params, version, body, person }: Call<SettleInput>) {
    return settlementView(tx, await this.settlements.settle(tx, person.id, params['visitId']!, version, body));
  }

  @Command('POST release', { summary: 'Let the car go although the customer’s share is open', roles: approving, body: ReleaseInput, ifMatch: true, answer: SettlementView })
  async release(tx: Tx, { params, version, body, person }: Call<ReleaseInput>) {
    return settlementView(tx, await this.settlements.release(tx, person.id, params['visitId']!, version, body));
  }

  @Command('POST payments', { summary: 'Take a payment, and give change', roles: till, body: PayInput, answer: PaymentView })
  async pay(tx: Tx, { params, body, person }: Call<PayInput>) {
    return paymentView(await this.payments.pay(tx, person.id, params['visitId']!, body));
  }

  @Command('POST payments/:paymentId/refund', { summary: 'Approve that money goes back', roles: [...approving, 'cashier'], body: RefundInput, ifMatch: true, answer: PaymentView })
  async refund(tx: Tx, { params, version, body, person }: Call<RefundInput>) {
    return paymentView(await this.payments.refund(tx, person.id, params['visitId']!, params['paymentId']!, version, body));
  }

  @Query('GET settlement', { summary: 'The settlement, as it is printed, with what is still owed', roles: [...new Set([...till, ...approving, 'advisor', 'claims-clerk'])], answer: SettlementView })
  async one(tx: Tx, { params }: Call) {
    await findRow(tx, 'visit', params['visitId']!);
    return settlementView(tx, await settlementOf(tx, params['visitId']!));
  }
}
