import { createRequire } from 'node:module';
import { root, TestService, uuidv7 } from '../lib/ours.mjs';
import { keptFacts, plainSql } from '../lib/csi.mjs';
import { alone, demand, ratio, seconds, shared } from '../lib/rounds.mjs';

const require = createRequire(import.meta.url);
const { HqModule } = require(`${root}/services/hq/dist/hq.module.js`);
const { hqSettings } = require(`${root}/services/hq/dist/hq.settings.js`);
const { count } = require(`${root}/services/hq/dist/csi/count-days.sql.js`);
const { TestOrganisation } = require('@aftersales/directory/testing/organisation');
const { Staff } = require('@aftersales/platform/auth/staff');
const { StoreChanged } = require('@aftersales/contracts/hq/store');

/**
 * What headquarters asks first: three years by region and by brand, with intervals, factors and means of stores, through hq's own door – beside one
 * SQL statement each over the kept facts. Both must say the same; and after all days, months and years were thrown away and counted again in
 * another order, ours must say it again, byte for byte.
 */
export const figure = { id: 'P11', what: 'CSI of 1,000 stores × 3 years by region and brand ÷ plain SQL over the facts', unit: '×', floor: 0.3, goal: 0.02, less: true, byData: true, rates: 's' };

export async function measure({ quick, slow, rounds, size }) {
  if (slow) return null; // it reads
  const [stores, perDay] = size ? [(quick ? 1 : 10) * size, 1] : quick ? [10, 1] : [1_000, 2];
  const service = await TestService.start({ name: 'hq', module: HqModule, settings: hqSettings });
  const { admin } = service.db;
  try {
    const org = await TestOrganisation.publish(service);
    await admin.query('delete from directory_store');
    const ids = Array.from({ length: stores }, () => uuidv7());
    for (const [i, storeId] of ids.entries())
      await service.hear(StoreChanged, { storeId, version: 1, code: `S-${i}`, region: `region-${i % 10}`, brands: ['nova', 'vela'], market: 'TW', zone: 'Asia/Taipei', currency: 'TWD', locale: 'zh-TW', name: `Store ${i}`, phone: '+886255501001', address: 'Bench Road 1', closed: false });
    service.get(Staff).forget();
    for (const id of ids) await keptFacts(admin, id, perDay);
    await admin.query('analyze csi_visit, csi_follow_up, csi_answer, csi_share');
    await counted(service, ids, 'id');
    await admin.query('vacuum analyze');

    const ask = async (by, per = 'year') => {
      const { status, body } = await service.http(`GET /csi?per=${per}&from=2023-01-01&to=2025-12-31&by=${by}`, { as: org.hqAdmin });
      demand(status === 200, `answered ${status}: ${JSON.stringify(body).slice(0, 300)}`);
      return body;
    };
    const both = ['region', 'brand'];
    demand((await ask('region')).rows.length === 3 * Math.min(10, stores), 'a region is missing');
    for (const by of both) same((await ask(by)).rows, (await admin.query(plainSql(by))).rows);
    const ours = () => seconds(async () => { for (const by of both) await ask(by); });
    const peer = () => seconds(async () => { for (const by of both) await admin.query(plainSql(by)); });
    const result = size ? await alone(rounds, ours) : await ratio(rounds, ours, peer);

    if (size) return { ...result, also: `${stores.toLocaleString('en')} stores; the plain SQL ${(await peer()).toFixed(2)} s` };
    const asked = async () => JSON.stringify([await ask('region'), await ask('brand'), await ask('region', 'month'), await ask('brand', 'month')]);
    const [before, months] = [await asked(), await seconds(() => ask('region', 'month'))];
    await admin.query('truncate csi_sample_day, csi_level_day, csi_sample_period, csi_level_period');
    await counted(service, [...ids].reverse(), 'locked_position, delivered_at desc');
    demand((await asked()) === before, 'counted again, the figures differ');
    const { rows: [{ visits }] } = await admin.query('select count(*)::int as visits from csi_visit');
    return { ...result, also: `${stores.toLocaleString('en')} stores, ${visits.toLocaleString('en')} visits; by month, 36 rows a region: ${months.toFixed(2)} s; counted again: the same bytes` };
  } finally {
    await service.stop();
  }
}

/** hq's own counting, a store a transaction. */
const counted = (service, ids, order) => shared(ids.length, 2, async (i) => {
  const visits = (await service.rows(`select id from csi_visit where store_id = $1 order by ${order}`, [ids[i]])).map(({ id }) => id);
  await service.transaction([ids[i]], (tx) => count(tx, visits));
});

const names = ['topBox', 'top2Box', 'mean', 'points', 'nps'];

function same(ours, plain) {
  demand(ours.length === plain.length, `${ours.length} rows against ${plain.length}`);
  for (const [i, { period, member, sample, pooled, meanOfStores }] of ours.entries()) {
    const row = plain[i];
    const told = [period.from, member, sample.visits, sample.answered, sample.planned, sample.reached];
    const expected = [`${row.year}-01-01`, row.member, row.visits, row.answered, row.planned, row.reached];
    demand(told.join() === expected.join(), `${told} against ${expected}`);
    for (const [n, name] of names.entries())
      for (const [mine, theirs] of [[pooled[name].value, row.pooled[n]], [meanOfStores[name].value, row.of_stores[n]]])
        demand(Math.abs(mine - theirs) < 1e-9 * Math.max(1, Math.abs(theirs)), `${member} ${period.from} ${name}: ${mine} against ${theirs}`);
  }
}
