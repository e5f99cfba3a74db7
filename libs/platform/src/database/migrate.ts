import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Runs the platform's and the service's SQL migrations as the database's owner, each in its own transaction, in the order of their names
 * (`<13 digits>-<what>.sql`). Several replicas may start it at once: one at a time, by an advisory lock.
 */
export async function migrate(ownerUrl: string, folders: readonly string[]): Promise<string[]> {
  const migrations = folders
    .flatMap((folder) => readdirSync(folder).filter((file) => file.endsWith('.sql')).map((file) => ({ file, sql: readFileSync(join(folder, file), 'utf8') })))
    .map(({ file, sql }) => sqlMigration(file, sql));
  const source = await new DataSource({ type: 'postgres', url: ownerUrl, migrations, migrationsTableName: 'migration', synchronize: false, extra: { max: 2 } }).initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query(`select pg_advisory_lock(hashtext('migrate'))`);
    return (await source.runMigrations({ transaction: 'each' })).map((migration) => migration.name);
  } finally {
    await lock.release();
    await source.destroy();
  }
}

function sqlMigration(file: string, sql: string): new () => MigrationInterface {
  const [, stamp, what] = /^(\d{13})-([a-z0-9-]+)\.sql$/.exec(file) ?? [];
  if (!stamp) throw new Error(`${file}: a migration's name reads <13 digits>-<what>.sql`);
  return class implements MigrationInterface {
    readonly name = `${what}${stamp}`; // TypeORM orders by the 13 digits at the end
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('set local row_security = off'); // the owner sees no row of a scoped table: whoever would carry over nothing gets an error and not zero rows
      await runner.query(sql);
    }
    async down(): Promise<void> {
      throw new Error('Migrations only go forward.');
    }
  };
}
