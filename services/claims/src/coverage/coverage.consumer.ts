import type { Fact } from '@aftersales/contracts/kernel/event';
import { CoverageAsked } from '@aftersales/contracts/reception/visit';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { CoverageService } from './coverage.service';

@Consumer('claims.coverage')
export class CoverageConsumer {
  constructor(private readonly coverages: CoverageService) {}

  @On(CoverageAsked)
  asked(tx: Tx, { data, storeId }: Fact<typeof CoverageAsked>) {
    return this.coverages.asked(tx, storeId!, data);
  }
}
