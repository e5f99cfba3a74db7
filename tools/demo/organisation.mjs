// The demo group at headquarters: stores, calendars, people. Loading it again finds it and changes nothing.
import { idOf, people, stores } from './people.mjs';

const work = [{ from: '08:30', to: '12:00' }, { from: '13:30', to: '18:00' }];
const calls = [{ from: '09:00', to: '11:30' }, { from: '14:00', to: '19:00' }];
const desks = { service: work, calls };

/** @param {import('./client.mjs').Client} client @param {(line: string) => void} log */
export async function loadOrganisation({ ask }, log) {
  const put = async (/** @type {string} */ what, /** @type {string} */ id, /** @type {object} */ body) => {
    try {
      await ask('hq-admin', `PUT hq/organisation/${what}/${id}`, { body });
    } catch (error) {
      if (!String(error).includes('→ 412')) throw error; // somebody changed it since: theirs stays
    }
  };
  for (const { key, storeId, ...store } of stores) {
    await put('stores', storeId, { ...store, closed: false });
    for (const [desk, open] of Object.entries(desks)) {
      const week = { mon: open, tue: open, wed: open, thu: open, fri: open, sat: open, sun: [] };
      await put('calendars', idOf(`calendar ${key} ${desk}`), { storeId, desk, calendar: { zone: store.zone, week, days: {} } });
    }
  }
  for (const { sub, name, role, storeId } of people) await put('staff', sub, { name, posts: [{ role, storeId, from: '2026-01-01T00:00:00.000Z' }] });
  log(`organisation: ${stores.length} stores, ${people.length} people`);
}
