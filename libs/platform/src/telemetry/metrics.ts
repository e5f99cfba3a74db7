import { Counter, Gauge, Histogram, register } from 'prom-client';

const counters = new Map<string, Counter>();

/** Adds to a counter; names end in `_total`. Labels never hold ids or anything personal. */
export function count(name: string, labels: Record<string, string> = {}, by = 1): void {
  let counter = counters.get(name);
  if (!counter) counters.set(name, (counter = new Counter({ name, help: name.replaceAll('_', ' '), labelNames: Object.keys(labels) })));
  counter.inc(labels, by);
}

/** A gauge read when metrics are asked for. */
export function gauge(name: string, help: string, read: () => Promise<number> | number): void {
  register.removeSingleMetric(name);
  new Gauge({
    name,
    help,
    async collect() {
      try {
        this.set(await read());
      } catch {
        this.set(NaN); // what can't be read is not a number, and never a failed scrape
      }
    },
  });
}

const histograms = new Map<string, Histogram>();
export function observe(name: string, labels: Record<string, string>, value: number, buckets: number[]): void {
  let histogram = histograms.get(name);
  if (!histogram) histograms.set(name, (histogram = new Histogram({ name, help: name.replaceAll('_', ' '), labelNames: Object.keys(labels), buckets })));
  histogram.observe(labels, value);
}
