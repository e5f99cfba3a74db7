import type { DataOf, SealedOf } from '@aftersales/contracts/kernel/event';
import { CustomerIntroduced } from '@aftersales/contracts/reception/customer';
import { VisitDelivered, VisitOpened } from '@aftersales/contracts/reception/visit';
import type { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';

/** A car and its owner as the desk of one store tells crm about them. */
export class Told {
  readonly customerId = uuidv7();
  readonly vehicleId = uuidv7();
  readonly visitId = uuidv7();
  readonly advisorId = uuidv7();
  readonly vin = randomVin();
  readonly phone = `+8869${Math.floor(Math.random() * 1e8).toString().padStart(8, '0')}`;

  constructor(readonly service: TestService, readonly storeId: string) {}

  introduced(data: Partial<DataOf<typeof CustomerIntroduced>> = {}, sealed: Partial<SealedOf<typeof CustomerIntroduced>> = {}, about: { id?: string; version?: number } = {}) {
    return this.service.hear(CustomerIntroduced, {
      customerId: this.customerId, vehicleId: this.vehicleId, storeId: this.storeId, appointmentId: null, visitId: null, vin: this.vin, brand: 'nova', model: 'ES6', market: 'TW',
      use: 'household', saleDate: '2024-08-01', mileage: null, ...data,
    }, { sealed: { name: '王小明', phones: [this.phone], plate: 'ABC-1234', email: null, address: null, language: 'zh-TW', preferredChannel: null, ...sealed }, ...about });
  }

  async opened(data: Partial<DataOf<typeof VisitOpened>> = {}, about: { storeId?: string; id?: string; version?: number } = {}) {
    const now = (await this.service.now()).toISOString();
    return this.service.hear(VisitOpened, {
      visitId: this.visitId, customerId: this.customerId, vehicleId: this.vehicleId, appointmentId: null, repairOrder: 'RO-1', brand: 'nova', kind: 'maintenance', concerns: [], mileage: 20_000,
      mileageCorrected: false, advisorId: this.advisorId, arrivedAt: now, openedAt: now, ...data,
    }, { storeId: this.storeId, version: 2, ...about });
  }

  async delivered(data: Partial<DataOf<typeof VisitDelivered>> = {}, about: { storeId?: string; id?: string; version?: number } = {}) {
    const now = (await this.service.now()).toISOString();
    return this.service.hear(VisitDelivered, {
      visitId: this.visitId, customerId: this.customerId, vehicleId: this.vehicleId, contactId: this.customerId, appointmentId: null, repairOrder: 'RO-1', brand: 'nova', kind: 'maintenance', mileage: 20_001,
      deliveredAt: now, promisedAt: null, advisorId: this.advisorId, technicianIds: [], inspectorIds: [], operationCodes: [], maintenanceDone: true, nextServiceOn: null, nextServiceAtKm: null, ...data,
    }, { storeId: this.storeId, version: 9, ...about });
  }
}

const letters = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789';
const randomVin = (): string => Array.from({ length: 17 }, () => letters[Math.floor(Math.random() * letters.length)]).join('');
