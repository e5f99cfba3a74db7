import { join, resolve } from 'node:path';
import pg from 'pg';
import { migrate } from '../database/migrate';
import { stack } from './stack';

export interface TestDatabase {
  readonly name: string;
  readonly service: string;
  readonly system: string;
  readonly owner: string;
  /** As the owner, past row-level security's policies for others: to look, and to move the demo clock. */
  readonly admin: pg.Pool;
  drop(): Promise<void>;
}

const root = resolve(__dirname, '../../../..');
const kinds = ['owner', 'service', 'system'] as const;

/** An own database of `service` for one test file, with its three roles and all migrations. */
export async function createTestDatabase(service: string, ownMigrations = join(root, 'services', service, 'migrations')): Promise<TestDatabase> {
  const name = `t_${service}_${process.pid}_${Date.now().toString(36)}`;
  const admin = new pg.Client({ connectionString: stack.adminUrl });
  await admin.connect();
  for (const kind of kinds) await admin.query(`create role ${name}_${kind} login password '${name}_${kind}'`);
  await admin.query(`create database ${name} owner ${name}_owner`);
  await admin.query(`revoke all on database ${name} from public; grant connect on database ${name} to ${kinds.map((kind) => `${name}_${kind}`).join(', ')}`);
  const at = (role: string): string => {
    const url = new URL(stack.adminUrl);
    url.pathname = `/${name}`;
    [url.username, url.password] = [role, role];
    return url.href;
  };
  const [owner, own, system] = kinds.map((kind) => at(`${name}_${kind}`)) as [string, string, string];
  const superuser = new URL(stack.adminUrl);
  superuser.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: superuser.href, max: 4 });
  pool.on('error', () => undefined);
  await pool.query(`alter schema public owner to ${name}_owner; revoke all on schema public from public; grant usage on schema public to ${name}_service, ${name}_system`);
  await migrate(owner, [join(root, 'libs/platform/migrations'), join(root, 'libs/directory/migrations'), ownMigrations]);
  return {
    name, owner, service: own, system, admin: pool,
    drop: async () => {
      await pool.end();
      await admin.query(`drop database ${name} with (force)`);
      for (const kind of kinds) await admin.query(`drop role ${name}_${kind}`);
      await admin.end();
    },
  };
}
