import type { Fact } from '@aftersales/contracts/kernel/event';
import { EtaChanged, EtaSlipped, PartsIssued, PartsPicked, PartsReturned, PartsShort, ReservationMade } from '@aftersales/contracts/parts/reservation';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { PartsService } from './parts.service';

/** What the store room says of a visit's parts. Appointments' parts don't concern the floor. */
@Consumer('workshop.parts')
export class PartsConsumer {
  constructor(private readonly parts: PartsService) {}

  @On(ReservationMade)
  async reserved(tx: Tx, { storeId, data }: Fact<typeof ReservationMade>): Promise<void> {
    if (data.holderKind === 'visit') await this.parts.eta(tx, storeId!, data.holderId, data.lines, false);
  }

  @On(PartsShort)
  async short(tx: Tx, { storeId, version, data }: Fact<typeof PartsShort>): Promise<void> {
    if (data.holderKind === 'visit') await this.parts.short(tx, storeId!, data.holderId, version, data.lines);
  }

  @On(EtaChanged)
  async etaChanged(tx: Tx, { storeId, data }: Fact<typeof EtaChanged>): Promise<void> {
    if (data.holderKind === 'visit') await this.parts.eta(tx, storeId!, data.holderId, data.lines, false);
  }

  @On(EtaSlipped)
  async etaSlipped(tx: Tx, { storeId, data }: Fact<typeof EtaSlipped>): Promise<void> {
    if (data.holderKind === 'visit') await this.parts.eta(tx, storeId!, data.holderId, data.lines, true);
  }

  @On(PartsPicked)
  async picked(tx: Tx, { storeId, version, data }: Fact<typeof PartsPicked>): Promise<void> {
    if (data.holderKind === 'visit') await this.parts.onShelf(tx, storeId!, data.holderId, version, data.lines);
  }

  @On(PartsIssued)
  async issued(tx: Tx, { storeId, version, data }: Fact<typeof PartsIssued>): Promise<void> {
    if (data.holderKind === 'visit') await this.parts.issued(tx, storeId!, data.holderId, version, data.lines, 1);
  }

  @On(PartsReturned)
  async returned(tx: Tx, { storeId, version, data }: Fact<typeof PartsReturned>): Promise<void> {
    if (data.holderKind === 'visit') await this.parts.issued(tx, storeId!, data.holderId, version, data.lines, -1);
  }
}
