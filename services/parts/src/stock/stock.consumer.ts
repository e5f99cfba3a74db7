import { Consumer } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { StockService } from './stock.service';

@Consumer('parts.stock')
export class StockConsumer {
  constructor(private readonly stock: StockService) {}

  @OnTimer('stock.serve', { locks: 'stock_card' })
  serve(tx: Tx, { subject }: Rung) {
    return this.stock.serve(tx, subject);
  }

  @OnTimer('stock.overdue', { locks: 'stock_card' })
  overdue(tx: Tx, { subject }: Rung) {
    return this.stock.overdue(tx, subject);
  }
}
