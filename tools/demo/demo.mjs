// The demo group of three stores, loaded through the services' own doors; loading it again changes nothing.
import { setTimeout as pause } from 'node:timers/promises';
import { client } from './client.mjs';
import { loadCustomers } from './customers.mjs';
import { loadFloor } from './floor.mjs';
import { loadOrganisation } from './organisation.mjs';
import { stores } from './people.mjs';
import { loadStoreRoom } from './store-room.mjs';

/** @param {import('./client.mjs').Addresses} addresses @param {(line: string) => void} log */
export async function loadDemo(addresses, log) {
  const as = client(addresses);
  await loadOrganisation(as, log);
  await staffKnown(as);
  await Promise.all([loadFloor(as, log), loadStoreRoom(as, log), loadCustomers(as, log)]);
}

/** The last person published is known everywhere: the facts have arrived. @param {import('./client.mjs').Client} as */
async function staffKnown({ ask }) {
  const last = stores.at(-1);
  const asked = [`workshop/stores/${last?.storeId}/bays`, `parts/stores/${last?.storeId}/stock`, `crm/stores/${last?.storeId}/vehicles?plate=none`, `reception/stores/${last?.storeId}/desk-tasks`, `claims/stores/${last?.storeId}/claims`];
  for (const path of asked) {
    for (const end = Date.now() + 30_000; ; await pause(100)) {
      const failure = await ask('service-manager.c', `GET ${path}`).then(() => null, (/** @type {Error} */ error) => error);
      if (!failure) break;
      if (Date.now() > end) throw failure;
    }
  }
}
