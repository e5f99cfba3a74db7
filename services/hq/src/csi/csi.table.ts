import { atLocal } from '@aftersales/calendar/local-time';
import type { Store } from '@aftersales/directory/directory';
import type { Levels } from './csi';
import type { levelsOf, notLocked, Sampled } from './csi.queries';
import type { FigureView, RowView } from './csi.view';
import { byFactor, figureNames, meanOfStores, nothing, plus, pooled, rate, type Counted, type CsiMethod, type Figure, type Figures } from './figures';
import { methodOf, type Method } from './method';
import { periodOf, type Span } from './period';

interface Found {
  readonly sampled: readonly Sampled[];
  readonly notLocked: Awaited<ReturnType<typeof notLocked>>;
  readonly levels: Awaited<ReturnType<typeof levelsOf>>;
}

interface Table {
  readonly per: Span;
  readonly by: 'group' | 'region' | 'brand' | 'store' | 'advisor' | 'technician';
  readonly stores: readonly Store[];
  readonly methods: readonly Method[];
  /** Whose midnight a period begins at. */
  readonly zone: string;
}

const counters = ['locked', 'excluded', 'planned', 'doNotCall', 'reached', 'failed', 'answered', 'corrected'] as const;
type Sample = Record<(typeof counters)[number] | 'notLocked', number>;

interface OneStore {
  readonly sample: Sample;
  readonly levels: Map<string, Levels>;
  recommend: readonly number[];
}

const emptyStore = (): OneStore => ({ sample: { locked: 0, excluded: 0, notLocked: 0, planned: 0, doNotCall: 0, reached: 0, failed: 0, answered: 0, corrected: 0 }, levels: new Map(), recommend: nothing.recommend });

/** Rows of the answer: what was counted a store, put together by period and member in the order of both, and of the stores within. */
export function tableOf(found: Found, { per, by, stores, methods, zone }: Table): RowView[] {
  const regions = new Map(stores.map(({ storeId, region }) => [storeId, region]));
  const memberOf = ({ storeId, member }: { storeId: string; member: string }): string => (by === 'group' ? '' : by === 'region' ? regions.get(storeId)! : by === 'store' ? storeId : member);
  const rows = new Map<string, Map<string, OneStore>>();
  const cell = (one: { storeId: string; period: string; member: string }): OneStore => {
    const key = `${one.period}/${memberOf(one)}`;
    const ofRow = rows.get(key) ?? rows.set(key, new Map()).get(key)!;
    return ofRow.get(one.storeId) ?? ofRow.set(one.storeId, emptyStore()).get(one.storeId)!;
  };
  for (const one of found.sampled) {
    const its = cell(one);
    for (const name of counters) its.sample[name] = one[name];
    its.recommend = one.recommend;
  }
  for (const one of found.notLocked) cell(one).sample.notLocked = one.count;
  for (const one of found.levels) cell(one).levels.set(one.factor, one.levels);
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, cells]) => {
    const [from, member] = [key.slice(0, 10), key.slice(11)];
    const method = methodOf(methods, atLocal(zone, from, '00:00'))!;
    const ofStores = [...cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    return rowOf(ofStores, method, { period: periodOf(per, from), member: by === 'group' ? null : member });
  });
}

function rowOf(stores: readonly OneStore[], { policyId, version, value: method }: Method, of: Pick<RowView, 'period' | 'member'>): RowView {
  const sample = emptyStore().sample;
  for (const one of stores) for (const name of [...counters, 'notLocked'] as const) sample[name] += one.sample[name];
  const counted = stores.map(countedOf);
  const all = plus(...counted);
  const view = (figure: Figure | null): FigureView => figureView(figure, all.visits, method, version);
  const five = (figures: Figures) => Object.fromEntries(figureNames.map((name) => [name, view(figures[name])])) as Record<keyof Figures, FigureView>;
  return {
    ...of, method: { policyId, version }, sample: { visits: all.visits, ...sample },
    coverage: rateOf(all.planned, all.visits, method), reachedRate: rateOf(all.reached, all.visits, method), responseRate: rateOf(sample.answered, all.visits, method),
    pooled: { ...five(pooled(all, method)), factors: byFactor(all, method).map(({ topBox, top2Box, mean, ...factor }) => ({ ...factor, topBox: view(topBox), top2Box: view(top2Box), mean: view(mean) })) },
    meanOfStores: { stores: counted.filter(({ levels }) => levels.has('')).length, ...five(meanOfStores(counted, method)) },
  };
}

const countedOf = ({ sample, levels, recommend }: OneStore): Counted => ({ visits: sample.locked - sample.excluded + sample.notLocked, planned: sample.planned, reached: sample.reached, levels, recommend });

const figureView = (figure: Figure | null, visits: number, { confidencePercent }: CsiMethod, methodVersion: number): FigureView =>
  figure
    ? { value: figure.value, n: figure.n, responseRate: (100 * figure.n) / visits, interval: { low: figure.low, high: figure.high, confidencePercent, method: figure.method }, methodVersion }
    : { value: null, n: 0, responseRate: visits === 0 ? null : 0, interval: null, methodVersion };

const rateOf = (count: number, of: number, method: CsiMethod): RowView['coverage'] => ({ count, of, ...(rate(count, of, method) ?? { percent: null, low: null, high: null }) });
