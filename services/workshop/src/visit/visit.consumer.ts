import type { Fact } from '@aftersales/contracts/kernel/event';
import { LinesDeclined, PromiseMoved, VisitArrived, VisitAuthorised, VisitDelivered, VisitLeft, VisitOpened } from '@aftersales/contracts/reception/visit';
import { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { VisitService } from './visit.service';

@Consumer('workshop.visit')
export class VisitConsumer {
  constructor(private readonly visits: VisitService) {}

  @On(VisitArrived)
  arrived(tx: Tx, { storeId, data }: Fact<typeof VisitArrived>) {
    return this.visits.know(tx, storeId!, data.visitId, { arrivedAt: new Date(data.arrivedAt), waiting: data.waiting, ...(data.appointmentId && { appointmentId: data.appointmentId }), ...(data.vehicleId && { vehicleId: data.vehicleId }) });
  }

  @On(VisitOpened)
  opened(tx: Tx, { storeId, data }: Fact<typeof VisitOpened>) {
    return this.visits.know(tx, storeId!, data.visitId, {
      appointmentId: data.appointmentId, vehicleId: data.vehicleId, repairOrder: data.repairOrder, brand: data.brand, kind: data.kind, advisorId: data.advisorId, concerns: data.concerns, arrivedAt: new Date(data.arrivedAt),
    });
  }

  /** From a topic of its own: it may come before the visit is known here, or after it is gone. */
  @On(VisitLabelled)
  labelled(tx: Tx, { storeId, data }: Fact<typeof VisitLabelled>) {
    return this.visits.know(tx, storeId!, data.visitId, { plate: data.plate, keyTag: data.keyTag });
  }

  @On(VisitAuthorised)
  authorised(tx: Tx, { storeId, version, data }: Fact<typeof VisitAuthorised>) {
    return this.visits.authorised(tx, storeId!, version, data);
  }

  @On(LinesDeclined)
  declined(tx: Tx, { storeId, data }: Fact<typeof LinesDeclined>) {
    return this.visits.declined(tx, storeId!, data);
  }

  @On(PromiseMoved)
  promiseMoved(tx: Tx, { storeId, version, data }: Fact<typeof PromiseMoved>) {
    return this.visits.promiseMoved(tx, storeId!, data.visitId, version, data.promisedAt);
  }

  @On(VisitLeft)
  left(tx: Tx, { storeId, data }: Fact<typeof VisitLeft>) {
    return this.visits.gone(tx, storeId!, data.visitId);
  }

  @On(VisitDelivered)
  delivered(tx: Tx, { storeId, data }: Fact<typeof VisitDelivered>) {
    return this.visits.gone(tx, storeId!, data.visitId);
  }
}
