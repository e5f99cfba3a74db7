import { Module } from '@nestjs/common';
import { Ledger } from './ledger.service';
import { PromiseConsumer } from './promise.consumer';
import { PromiseLedgerController } from './promise.controller';

@Module({ controllers: [PromiseLedgerController, PromiseConsumer], providers: [Ledger] })
export class PromiseModule {}
