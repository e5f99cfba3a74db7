import { CoverageDecided } from '@aftersales/contracts/claims/coverage';
import type { Fact } from '@aftersales/contracts/kernel/event';
import { PartChanged } from '@aftersales/contracts/parts/part';
import { FaultFound } from '@aftersales/contracts/workshop/job';
import { Consumer, On } from '@aftersales/platform/bus/on';
import { lockRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import type { Visit } from '../visit/visit';
import { CoverageService } from './coverage.service';
import { EstimateService, expiry } from './estimate.service';
import { FaultService } from './fault.service';

@Consumer('reception.estimate')
export class EstimateConsumer {
  constructor(private readonly estimates: EstimateService, private readonly coverage: CoverageService, private readonly faults: FaultService) {}

  @On(CoverageDecided)
  decided(tx: Tx, { data, storeId }: Fact<typeof CoverageDecided>) {
    return this.coverage.decided(tx, storeId!, data);
  }

  @On(FaultFound)
  found(tx: Tx, { data, storeId }: Fact<typeof FaultFound>) {
    return this.faults.found(tx, storeId!, data);
  }

  @On(PartChanged)
  part(tx: Tx, { data }: Fact<typeof PartChanged>) {
    return tx.query(
      `insert into price_list_part (part_number, part_version, title, list_prices, superseded_by, active) values ($1, $2, $3, $4, $5, $6)
       on conflict (part_number) do update set part_version = excluded.part_version, title = excluded.title, list_prices = excluded.list_prices, superseded_by = excluded.superseded_by, active = excluded.active
       where price_list_part.part_version < excluded.part_version`,
      [data.partNumber, data.version, JSON.stringify(data.title), JSON.stringify(data.listPrices), data.supersededBy, data.active],
    );
  }

  /** However late it is rung, an offer that has run out is out: nothing to catch up. */
  @OnTimer(expiry, { locks: 'visit' })
  async expire(tx: Tx, { subject }: Rung) {
    return this.estimates.expire(tx, await lockRow<Visit>(tx, 'visit', subject));
  }
}
