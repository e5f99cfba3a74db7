import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrate } from '@aftersales/platform/database/migrate';
import pg from 'pg';
import { createDatabases } from '../../tools/stack/databases.mjs';
import { Whole } from '../support/whole';
import { cancelled, noShow, notComing, rescheduled, unknownAtTheGate } from './alternatives';
import { maintenanceJourney } from './maintenance';
import { policiesFollowed } from './policies';
import { Stage, type Addresses } from './stage';

const root = join(__dirname, '../..');

describe('journeys, on the whole system with two replicas of each service', () => {
  let whole: Whole;
  let stage: Stage;
  const told: string[] = [];

  beforeAll(async () => {
    whole = await Whole.start('journeys', 10440, { replicas: 2 });
    stage = await Stage.open(whole.platform.addresses as Addresses, (line) => told.push(line));
  }, 240_000);
  afterAll(async () => {
    await stage?.close();
    await whole?.stop();
  }, 60_000);

  // At the end of every journey nothing is under way and nothing is stuck.
  afterEach(async () => {
    await whole.settled();
    expect(await whole.deadLetters()).toEqual([]);
  }, 90_000);

  it('REC-1 REC-3 REC-6 REC-16 REC-17 WRK-7 WRK-9 PRT-5 PRT-8 CLM-4 CLM-11 CRM-4 CRM-10 CRM-13 HQ-2 one car from the booking call to CSI at headquarters, the claim paid and the next reminder', async () => {
    try {
      await maintenanceJourney(stage);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${told.slice(-40).join('\n')}`);
    }
  }, 180_000);

  it('REC-6 not coming frees bay, hours and parts', () => notComing(stage), 60_000);
  it('REC-9 a no-show frees bay and hours at once and parts at the close of the day', () => noShow(stage), 60_000);
  it('REC-6 TIM-2 a cancelled booking rings nothing', () => cancelled(stage), 60_000);
  it('REC-6 TIM-3 a rescheduled one rings once at the new time', () => rescheduled(stage), 60_000);

  it('REC-12 CRM-1 CRM-5 CRM-16 an unknown car at the gate is introduced once, served, delivered and asked by link; its file is complete in time', () => unknownAtTheGate(stage), 90_000);

  it('TIM-6 HQ-1 HQ-2 REC-1 REC-6 REC-9 REC-16 REC-18 REC-19 WRK-2 PRT-3 PRT-4 CRM-1 CRM-5 CRM-13 CRM-16 CLM-4 CLM-11 what headquarters publishes next is followed by the next promise of each service, not by the running one', () => policiesFollowed(stage), 180_000);

  it('HQ-9 every figure is rebuilt from the topics into an empty database, bit by bit the same', async () => {
    // What an earlier run rebuilt on a stack that was kept is not empty.
    const admin = new pg.Client({ connectionString: whole.platform.stack.databaseAdminUrl });
    await admin.connect();
    await admin.query('drop database if exists hq_rebuilt with (force)').finally(() => admin.end());
    const { hq_rebuilt: urls } = await createDatabases(whole.platform.stack.databaseAdminUrl, ['hq_rebuilt']);
    await migrate(urls!.owner, ['libs/platform', 'libs/directory', 'services/hq'].map((part) => join(root, part, 'migrations')));
    const { env } = whole.part('hq').spec.run().options!;
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'services/hq/dist/rebuild.js')], { cwd: root, env: { ...env, DATABASE_URL: urls!.service, SYSTEM_DATABASE_URL: urls!.system } });
    told.push(stdout);
    const rebuilt = new pg.Client({ connectionString: urls!.system });
    await rebuilt.connect();
    try {
      for (const table of ['csi_sample_day', 'csi_level_day', 'csi_sample_period', 'csi_level_period', 'ledger_promise']) {
        const figures = `select to_jsonb(t) - 'version' as row from ${table} t order by 1`;
        const [now, again] = [await whole.rows('hq', figures), (await rebuilt.query(figures)).rows];
        expect(now.length).toBeGreaterThan(0);
        expect(again).toEqual(now);
      }
    } finally {
      await rebuilt.end();
    }
  }, 120_000);
});
