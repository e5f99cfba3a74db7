import { addDays, localDate } from '@aftersales/calendar/local-time';
import { store, zone } from './cast';
import type { Stage } from './stage';

/** How a journey ends: nothing under way, nothing dead, and what headquarters now says of the store. */
export async function closing(stage: Stage): Promise<void> {
  stage.step('The end: nothing is under way and no fact is dead; the store as headquarters sees it');
  await stage.calm();
  const dead = await stage.deadLetters();
  if (dead.length) throw new Error(`dead letters: ${dead.join('; ')}`);
  stage.note('outboxes empty, lag 0, no timer overdue, no dead letter');

  const delivered = stage.facts.findLast(({ type }) => type === 'reception.visit-delivered');
  if (!delivered) throw new Error('no car was delivered');
  const day = (n: number): string => addDays(localDate(zone, new Date(delivered.data.deliveredAt)), n);
  const { rows: [csi] } = await stage.ask('store-manager.a', `GET hq/stores/${store.storeId}/csi?per=year&from=${day(0)}&to=${day(1)}&by=store`);
  const { topBox, mean, points } = csi.pooled;
  stage.note(`CSI ${store.code}: top-box ${round(topBox.value)} %, mean ${round(mean.value)} of 100, points ${round(points.value)} of 1000; n ${topBox.n}, response ${round(csi.responseRate.percent)} % of ${csi.responseRate.of}`);
  const { rows } = await stage.ask('store-manager.a', `GET hq/stores/${store.storeId}/promise-ledger?from=${day(-7)}&to=${day(300)}`);
  const sum = (what: 'kept' | 'late'): number => rows.reduce((all: number, row: any) => all + row[what], 0);
  const late = rows.filter((row: any) => row.late).map((row: any) => `${row.kind} ${row.late}`);
  stage.note(`promises of ${store.code}: ${sum('kept')} kept, ${sum('late')} late${late.length ? ` (${late.join(', ')})` : ''}`);
}

const round = (value: number): number => Math.round(value * 10) / 10;
