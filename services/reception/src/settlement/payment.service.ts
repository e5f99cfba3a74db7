import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { PaymentReceived, PaymentRefunded } from '@aftersales/contracts/reception/payment';
import { holdsRole, policyOf } from '@aftersales/directory/directory';
import { insertRow, lockRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import { visitFor } from '../visit/visit.store';
import type { Visit } from '../visit/visit';
import { owed, settlementOf } from './owed.queries';
import { demandRefundable, take, type Payment } from './payment';
import type { PayInput, RefundInput } from './settlement.inputs';

/** REC-20: money in and out. The visit's row is held, so two cashiers never take the same share twice. */
@Injectable()
export class PaymentService {
  async pay(tx: Tx, cashierId: string, visitId: string, { payer, method, tendered, reference }: PayInput): Promise<Payment> {
    const visit = await visitFor(tx, 'pay', visitId);
    const settlement = await settlementOf(tx, visitId);
    demand(method !== 'insurer' || payer === 'insurer', 'payment.method', 'Only the insurer’s share is paid by the insurer.');
    const { toMinorUnits } = (await policyOf(tx, 'payment.cash-rounding', visit.storeId)).value;
    const { amount, change, rounding } = take(await owed(tx, settlement, payer), tendered, method, toMinorUnits);
    const payment: Payment = { id: uuidv7(), storeId: visit.storeId, version: 1, visitId, payer, method, amount, change, rounding, refunded: 0, reference, cashierId, receivedAt: tx.now };
    await insertRow(tx, 'payment', payment);
    const money = (minor: number) => ({ amount: minor, currency: settlement.currency });
    publish(tx, PaymentReceived, payment, { paymentId: payment.id, visitId, payer, method, amount: money(amount), change: money(change), cashierId, receivedAt: tx.now.toISOString() });
    return payment;
  }

  /** Approved in person by who may, and not by who took it. */
  async refund(tx: Tx, approverId: string, visitId: string, paymentId: string, version: number | null, { amount, reason }: RefundInput): Promise<Payment> {
    const { storeId } = await lockRow<Visit>(tx, 'visit', visitId);
    const payment = await lockRow<Payment>(tx, 'payment', paymentId, version);
    if (payment.visitId !== visitId) throw new NotFound('payment');
    const { approverRoles } = (await policyOf(tx, 'payment.refund-approver', storeId)).value;
    demand(await holdsRole(tx, approverId, storeId, approverRoles), 'payment.refund-approver', `A refund is approved by ${approverRoles.join(' or ')}.`);
    demandRefundable(payment, amount, approverId);
    const refundId = uuidv7();
    await insertRow(tx, 'refund', { id: refundId, storeId, version: 1, paymentId, amount, approverId, reason, refundedAt: tx.now });
    const next = await updateRow(tx, 'payment', payment, { refunded: payment.refunded + amount });
    const { currency } = await settlementOf(tx, visitId);
    publish(tx, PaymentRefunded, next, { paymentId, refundId, visitId, method: payment.method, amount: { amount, currency }, approverId, refundedAt: tx.now.toISOString() });
    return next;
  }
}
