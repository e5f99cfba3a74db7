import type { Fact } from '@aftersales/contracts/kernel/event';
import { EtaChanged, EtaSlipped, OldPartHandedIn, PartsPicked, PartsShort } from '@aftersales/contracts/parts/reservation';
import { PromiseMoved, VisitAuthorised, VisitOpened, VisitSettled } from '@aftersales/contracts/reception/visit';
import { FaultFound, JobCompleted, JobOpened } from '@aftersales/contracts/workshop/job';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { authorised, comesAt, completed, faultFound, hasCome, jobOpened, oldPart, opened, promiseMoved, settled, waitsFor, type Repair } from './repair';
import { RepairService } from './repair.service';

@Consumer('claims.repair')
export class RepairConsumer {
  constructor(private readonly repairs: RepairService) {}

  @On(VisitOpened)
  opened(tx: Tx, fact: Fact<typeof VisitOpened>) {
    return this.#ofVisit(tx, fact, (repair) => opened(repair, fact.data));
  }

  @On(VisitAuthorised)
  authorised(tx: Tx, fact: Fact<typeof VisitAuthorised>) {
    return this.#ofVisit(tx, fact, (repair, zone) => authorised(repair, fact.data, zone));
  }

  @On(PromiseMoved)
  promiseMoved(tx: Tx, fact: Fact<typeof PromiseMoved>) {
    return this.#ofVisit(tx, fact, (repair) => promiseMoved(repair, fact.data));
  }

  @On(VisitSettled)
  settled(tx: Tx, fact: Fact<typeof VisitSettled>) {
    return this.#ofVisit(tx, fact, (repair) => settled(repair, fact.data));
  }

  @On(FaultFound)
  faultFound(tx: Tx, fact: Fact<typeof FaultFound>) {
    return this.#ofVisit(tx, fact, (repair) => faultFound(repair, fact.data));
  }

  @On(JobOpened)
  jobOpened(tx: Tx, fact: Fact<typeof JobOpened>) {
    return this.#ofVisit(tx, fact, (repair) => jobOpened(repair, fact.data));
  }

  @On(JobCompleted)
  completed(tx: Tx, fact: Fact<typeof JobCompleted>) {
    return this.#ofVisit(tx, fact, (repair) => completed(repair, fact.data));
  }

  @On(OldPartHandedIn)
  oldPart(tx: Tx, fact: Fact<typeof OldPartHandedIn>) {
    return this.#ofHolder(tx, fact, (repair) => oldPart(repair, fact.data));
  }

  @On(PartsShort)
  short(tx: Tx, fact: Fact<typeof PartsShort>) {
    return this.#ofHolder(tx, fact, (repair) => waitsFor(repair, fact.data.lines));
  }

  @On(EtaChanged)
  etaChanged(tx: Tx, fact: Fact<typeof EtaChanged>) {
    return this.#ofHolder(tx, fact, (repair) => comesAt(repair, fact.data.lines));
  }

  @On(EtaSlipped)
  etaSlipped(tx: Tx, fact: Fact<typeof EtaSlipped>) {
    return this.#ofHolder(tx, fact, (repair) => comesAt(repair, fact.data.lines));
  }

  @On(PartsPicked)
  picked(tx: Tx, fact: Fact<typeof PartsPicked>) {
    return this.#ofHolder(tx, fact, (repair) => hasCome(repair, fact.data.lines.map(({ lineId }) => lineId)));
  }

  #ofVisit(tx: Tx, fact: Fact, change: (repair: Repair, zone: string) => Repair): Promise<void> {
    return this.repairs.follow(tx, fact.data.visitId, fact.storeId!, change);
  }

  /** What the store room holds for an appointment concerns nobody here: it is told again under the visit. */
  async #ofHolder(tx: Tx, fact: Fact, change: (repair: Repair) => Repair): Promise<void> {
    if (fact.data.holderKind === 'visit') await this.repairs.follow(tx, fact.data.holderId, fact.storeId!, change);
  }
}
