// One database per service with three roles: owner (migrations), service (store scope), system (work across stores).
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {{ owner: string, service: string, system: string }} DatabaseUrls */

const kinds = /** @type {const} */ (['owner', 'service', 'system']);

/** Two runs at once step on each other's catalogue rows, or the server is just starting: such errors pass. */
const passing = new Set([
  '42P04', '42710', '23505', // created by the other run meanwhile
  '55006', '40001', '40P01', 'XX000', // template or tuple in use
  '57P03', '08006', 'ECONNREFUSED', 'ECONNRESET', // not up yet
]);

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function retried(work) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error);
      if (attempt === 10 || !passing.has(code ?? '')) throw error;
      await sleep(50 * attempt);
    }
  }
}

/**
 * @template T
 * @param {string} url
 * @param {(query: (sql: string, values?: unknown[]) => Promise<import('pg').QueryResult>) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function connected(url, work) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // a lost connection also rejects the query under way
  try {
    await client.connect();
    return await work((sql, values) => client.query(sql, values));
  } finally {
    await client.end();
  }
}

/** @param {string} name */
const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

/** @param {string} adminUrl @param {string} database @param {string} [role] password = role name: local only */
function urlOf(adminUrl, database, role) {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  if (role) [url.username, url.password] = [role, role];
  return url.href;
}

/** @param {string} adminUrl @param {string} service */
async function createDatabase(adminUrl, service) {
  const database = quoted(service);
  const [owner, ...others] = /** @type {[string, ...string[]]} */ (kinds.map((kind) => quoted(`${service}_${kind}`)));
  const roles = [owner, ...others].join(', ');
  await connected(adminUrl, async (query) => {
    for (const kind of kinds) {
      const role = `${service}_${kind}`;
      const { rowCount } = await query('select from pg_roles where rolname = $1', [role]);
      const rights = `login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '${role.replaceAll("'", "''")}'`;
      await query(`${rowCount ? 'alter' : 'create'} role ${quoted(role)} with ${rights}`);
    }
    const { rowCount } = await query('select from pg_database where datname = $1', [service]);
    if (!rowCount) await query(`create database ${database} owner ${owner}`);
    await query(`revoke all on database ${database} from public`);
    await query(`grant connect on database ${database} to ${roles}`);
  });
  await connected(urlOf(adminUrl, service), async (query) => {
    await query(`alter schema public owner to ${owner}`);
    await query('revoke all on schema public from public');
    await query(`grant usage on schema public to ${others.join(', ')}`);
  });
}

/**
 * Idempotent. `adminUrl` must be a superuser's.
 * @param {string} adminUrl
 * @param {string[]} services
 * @returns {Promise<Record<string, DatabaseUrls>>}
 */
export async function createDatabases(adminUrl, services) {
  /** @type {Record<string, DatabaseUrls>} */
  const urls = {};
  for (const service of services) {
    await retried(() => createDatabase(adminUrl, service));
    const url = (/** @type {string} */ kind) => urlOf(adminUrl, service, `${service}_${kind}`);
    urls[service] = { owner: url('owner'), service: url('service'), system: url('system') };
  }
  return urls;
}

/** Ends their sessions too. @param {string} adminUrl @param {string[]} services */
export async function dropDatabases(adminUrl, services) {
  for (const service of services) {
    await retried(() => connected(adminUrl, async (query) => {
      await query(`drop database if exists ${quoted(service)} with (force)`);
      for (const kind of kinds) await query(`drop role if exists ${quoted(`${service}_${kind}`)}`);
    }));
  }
}
