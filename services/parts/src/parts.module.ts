import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { CatalogueModule } from './catalogue/catalogue.module';
import { InboundModule } from './inbound/inbound.module';
import { RequisitionModule } from './requisition/requisition.module';
import { ReservationModule } from './reservation/reservation.module';
import { StockModule } from './stock/stock.module';
import { TransferModule } from './transfer/transfer.module';

@Module({ imports: [DirectoryModule.for('parts'), CatalogueModule, StockModule, InboundModule, TransferModule, ReservationModule, RequisitionModule] })
export class PartsModule {}
