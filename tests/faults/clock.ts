import { addDays, atLocal, localDate, weekday } from '@aftersales/calendar/local-time';
import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { stores } from '../../tools/demo/people.mjs';
import type { Whole } from '../support/whole';

const { zone } = stores[0]!;
/** When desks work and calls are made, with an hour left of it (tools/demo/organisation.mjs). */
const hours = [['09:05', '10:45'], ['14:05', '16:45']] as const;

/** The demo clock of all services, moved on together. A database that is away gets what it missed with the next move. */
export class Clock {
  #shiftMs = 0;
  #ticking = false;
  #tick: Promise<void> = Promise.resolve();

  constructor(private readonly whole: Whole) {}

  async read(): Promise<void> {
    const [row] = await this.whole.rows<{ ms: number }>('reception', `select coalesce(extract(epoch from (select shift from clock_shift)) * 1000, 0)::float8 as ms`);
    this.#shiftMs = row!.ms;
  }

  async move(ms: number): Promise<void> {
    this.#shiftMs += ms;
    await Promise.all(Object.values(this.whole.platform.databases).map(async ({ owner }) => {
      const client = new pg.Client({ connectionString: owner, connectionTimeoutMillis: 2_000, query_timeout: 5_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.query(`insert into clock_shift (shift) values ($1 * interval '1 ms') on conflict (only_row) do update set shift = greatest(clock_shift.shift, excluded.shift)`, [this.#shiftMs]);
        await client.query('notify clock');
      } catch {
        /* away: the next move */
      } finally {
        await client.end().catch(() => undefined);
      }
    }));
  }

  /** Ten seconds each second: what is promised falls due while things break. */
  start(): void {
    this.#ticking = true;
    this.#tick = (async () => {
      while (this.#ticking) {
        await this.move(9_000);
        await pause(1_000);
      }
    })();
  }

  async stop(): Promise<void> {
    this.#ticking = false;
    await this.#tick;
  }

  /** On to the next hour in which desks work and calls are made, if it is none now. */
  async toWorkingHours(): Promise<void> {
    const now = await this.whole.now();
    for (let date = localDate(zone, now); ; date = addDays(date, 1)) {
      if (weekday(date) === 'sun') continue;
      for (const [from, to] of hours) {
        if (now >= atLocal(zone, date, from) && now < atLocal(zone, date, to)) return;
        if (now < atLocal(zone, date, from)) return this.move(atLocal(zone, date, from).getTime() - now.getTime());
      }
    }
  }
}
