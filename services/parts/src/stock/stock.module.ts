import { Module } from '@nestjs/common';
import { StockConsumer } from './stock.consumer';
import { StockController } from './stock.controller';
import { StockService } from './stock.service';

@Module({ controllers: [StockController, StockConsumer], providers: [StockService] })
export class StockModule {}
