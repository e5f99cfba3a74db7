import { createTestDatabase, type TestDatabase } from '../testing/test-database';

const services = ['reception', 'workshop', 'parts', 'crm', 'claims', 'hq'];

interface Table {
  readonly name: string;
  readonly scope: string | null;
  readonly rowSecurity: boolean;
  readonly forced: boolean;
  readonly owner: string;
  readonly policies: string[];
}

/** What is wrong with a database's tables; empty when each declares its scope and PostgreSQL enforces it. */
async function faultsOf({ admin, name: database }: TestDatabase): Promise<string[]> {
  const { rows: tables } = await admin.query<Table>(`
    select c.relname as name, substring(obj_description(c.oid) from '^scope: (\\w+)$') as scope, c.relrowsecurity as "rowSecurity", c.relforcerowsecurity as forced,
      pg_get_userbyid(c.relowner) as owner, array(select polname::text from pg_policy where polrelid = c.oid order by 1) as policies
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'migration' order by 1`);
  const faults = tables.flatMap(({ name, scope, rowSecurity, forced, owner, policies }) => {
    if (!scope) return [`${name}: no declared scope`];
    if (owner !== `${database}_owner`) return [`${name}: owned by ${owner}`];
    if (scope === 'platform' || scope === 'owner') return [];
    const wanted = scope === 'store' ? ['across_stores', 'own_stores'] : ['across_stores', 'whole_group'];
    return [
      ...(rowSecurity && forced ? [] : [`${name}: row-level security is not forced`]),
      ...(policies.join() === wanted.join() ? [] : [`${name}: policies ${policies.join()}`]),
    ];
  });
  const stored = new Set(tables.filter(({ scope }) => scope === 'store').map(({ name }) => name));
  const { rows: columns } = await admin.query<{ table: string; column: string; type: string; nullable: boolean }>(`
    select table_name as table, column_name as column, data_type as type, is_nullable = 'YES' as nullable from information_schema.columns where table_schema = 'public'`);
  for (const table of stored) if (!columns.some((column) => column.table === table && column.column === 'store_id' && !column.nullable)) faults.push(`${table}: store_id may be missing`);
  for (const { table, column, type } of columns) if (type.startsWith('timestamp without')) faults.push(`${table}.${column}: an instant without its zone`);
  // A unique or foreign key of store rows that does not begin with store_id would tell one store what another has. Ids alone are random and tell nothing.
  const { rows: keys } = await admin.query<{ table: string; key: string; columns: string[]; kind: string; target: string | null }>(`
    select con.conrelid::regclass::text as table, con.conname as key, con.contype as kind, con.confrelid::regclass::text as target,
      array(select attname::text from unnest(con.conkey) with ordinality k(n, o) join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.n order by o) as columns
    from pg_constraint con where con.connamespace = 'public'::regnamespace and con.contype in ('u', 'f')`);
  for (const { table, key, columns: names, kind, target } of keys) {
    if (!stored.has(table) || names[0] === 'store_id' || names.join().endsWith('_hash')) continue; // the hash of a random secret tells nothing
    if (kind === 'f' && target && !stored.has(target)) continue; // to a group row
    faults.push(`${table}: ${key} (${names.join(', ')}) does not begin with store_id`);
  }
  return faults;
}

describe.each(services)('the tables of %s', (service) => {
  let db: TestDatabase;
  beforeAll(async () => (db = await createTestDatabase(service)));
  afterAll(() => db?.drop());

  it('declare their scope, and PostgreSQL enforces it on those who do not own them', async () => {
    expect(await faultsOf(db)).toEqual([]);
    const { rows } = await db.admin.query(`select rolname from pg_roles where rolname like '${db.name}\\_%' and (rolsuper or rolbypassrls)`);
    expect(rows).toEqual([]);
  });
});

describe('the catalogue test', () => {
  let db: TestDatabase;
  beforeAll(async () => (db = await createTestDatabase('hq')));
  afterAll(() => db?.drop());

  it('reports a table without scope, without force, without store, and a key that tells', async () => {
    await db.admin.query(`set role ${db.name}_owner; create table naked (id uuid); create table loose (id uuid, store_id uuid, plate text unique); call declare_scope('loose', 'store'); alter table loose no force row level security; reset role`);
    expect(await faultsOf(db)).toEqual(expect.arrayContaining(['naked: no declared scope', 'loose: row-level security is not forced', 'loose: store_id may be missing', expect.stringMatching(/^loose: loose_plate_key/)]));
  });
});
