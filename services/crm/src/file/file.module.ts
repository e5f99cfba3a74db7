import { Module } from '@nestjs/common';
import { Customers } from './customers.service';
import { CustomersController } from './customers.controller';
import { FileDesk } from './desk.service';
import { FileConsumer } from './file.consumer';
import { Introductions } from './introductions.service';
import { Merging } from './merging.service';
import { Vehicles } from './vehicles.service';
import { VehiclesController } from './vehicles.controller';

@Module({
  controllers: [CustomersController, VehiclesController, FileConsumer],
  providers: [Customers, Vehicles, Merging, Introductions, FileDesk],
  exports: [Introductions, Merging],
})
export class FileModule {}
