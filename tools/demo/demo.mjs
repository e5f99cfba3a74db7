// The demo group of three stores, loaded through the services' own doors; loading it again changes nothing.
import { client } from './client.mjs';
import { loadOrganisation } from './organisation.mjs';

/** @param {import('./client.mjs').Addresses} addresses @param {(line: string) => void} log */
export async function loadDemo(addresses, log) {
  const as = client(addresses);
  await loadOrganisation(as, log);
}
