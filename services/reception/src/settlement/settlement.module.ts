import { Module } from '@nestjs/common';
import { PartsConsumer } from './parts.consumer';
import { PaymentService } from './payment.service';
import { SettlementController } from './settlement.controller';
import { SettlementService } from './settlement.service';

@Module({ controllers: [SettlementController, PartsConsumer], providers: [SettlementService, PaymentService] })
export class SettlementModule {}
