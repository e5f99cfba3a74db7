import { Controller } from '@nestjs/common';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { FileDesk } from './desk.service';
import { ByCar, History, IncompleteFiles, Into, Page, VehicleCorrection, VehicleInput, VehicleList, VehicleView } from './file.inputs';
import { historyOf, incompleteFiles, vehiclesBy, vehicleView } from './file.queries';
import { Merging } from './merging.service';
import { editors, readers, supervisors } from './roles';

/** CRM-1: one car, one file (一車一檔), of the whole group. */
@Controller('stores/:storeId/vehicles')
export class VehiclesController {
  constructor(private readonly desk: FileDesk, private readonly merging: Merging) {}

  @Command('POST ', { summary: 'Open a car’s file', roles: editors, body: VehicleInput, answer: VehicleView })
  async open(tx: Tx, { storeId, body }: Call<VehicleInput>) {
    return vehicleView(tx, (await this.desk.openVehicle(tx, storeId, body)).id);
  }

  @Query('GET ', { summary: 'The car with this VIN, or the cars with this plate', roles: readers, query: ByCar, answer: VehicleList })
  by(tx: Tx, { query }: Call<undefined, ByCar>) {
    return vehiclesBy(tx, query);
  }

  @Query('GET incomplete', { summary: 'The store’s files that still miss something', roles: readers, answer: IncompleteFiles })
  incomplete(tx: Tx, { storeId }: Call) {
    return incompleteFiles(tx, storeId);
  }

  @Query('GET :vehicleId', { summary: 'One car’s file', roles: readers, answer: VehicleView })
  one(tx: Tx, { params }: Call) {
    return vehicleView(tx, params['vehicleId']!);
  }

  @Query('GET :vehicleId/history', { summary: 'Everything that happened to the car, in any store', roles: readers, query: Page, answer: History })
  history(tx: Tx, { params, query }: Call<undefined, Page>) {
    return historyOf(tx, params['vehicleId']!, query);
  }

  @Command('POST :vehicleId/change', { summary: 'Correct or complete the file', roles: editors, ifMatch: true, body: VehicleCorrection, answer: VehicleView })
  async change(tx: Tx, { params, version, body }: Call<VehicleCorrection>) {
    return vehicleView(tx, (await this.desk.changeVehicle(tx, params['vehicleId']!, version, body)).id);
  }

  @Command('POST :vehicleId/merge', { summary: 'This file and another are one car', roles: supervisors, ifMatch: true, body: Into, answer: VehicleView })
  async merge(tx: Tx, { params, version, body }: Call<Into>) {
    return vehicleView(tx, (await this.merging.vehicle(tx, params['vehicleId']!, body.intoId, version)).id);
  }
}
