import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import seed from '@aftersales/contracts/hq/seed-policies';
import { Settings } from '@aftersales/platform/config/config';
import { Database } from '@aftersales/platform/database/database';
import type { Tx } from '@aftersales/platform/database/tx';
import type { HqSettings } from '../hq.settings';
import { OrganisationService } from './organisation.service';

/** The same policy of the same place has the same id in every installation. */
export const policyIdOf = (kind: string): string => {
  const hex = createHash('sha256').update(`policy:${kind}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** An empty installation gets its first administrator and the group-wide policies it starts from; later starts find them and change nothing. */
@Injectable()
export class FirstStart implements OnApplicationBootstrap {
  readonly #log = new Logger('organisation');

  constructor(private readonly database: Database, private readonly organisation: OrganisationService, private readonly settings: Settings<HqSettings>) {}

  async onApplicationBootstrap(): Promise<void> {
    const admin = this.settings.values.AFTERSALES_FIRST_ADMIN;
    if (!admin) return;
    await this.database.transaction({ stores: [], actor: { kind: 'system', reason: 'first start' } }, async (tx: Tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('first-start'))`);
      if (!(await tx.one(`select 1 from organisation_staff limit 1`))) {
        await this.organisation.staff(tx, admin, null, { name: 'First administrator', posts: [{ role: 'hq-admin', storeId: null }] });
        this.#log.log('first administrator appointed');
      }
      for (const { kind, onOpen, value } of seed) {
        if (await tx.one(`select 1 from organisation_policy where id = $1`, [policyIdOf(kind)])) continue;
        await this.organisation.policy(tx, policyIdOf(kind), null, { kind, scope: { level: 'group' }, value, onOpen, from: '2020-01-01T00:00:00.000Z' });
      }
    });
  }
}
