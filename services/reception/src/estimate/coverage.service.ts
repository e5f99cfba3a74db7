import { Injectable } from '@nestjs/common';
import type { CoverageDecided } from '@aftersales/contracts/claims/coverage';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import { lockRowIfKnown, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import type { Visit } from '../visit/visit';
import { undecided } from './consent';
import { consentsOf, newestVersion, type EstimateVersion } from './version.queries';

/** CLM-11: the maker's answer, line by line; it may come in parts, and again. */
@Injectable()
export class CoverageService {
  async decided(tx: Tx, storeId: string, { visitId, version: n, lines, decidedAt, validUntil }: DataOf<typeof CoverageDecided>): Promise<void> {
    const visit = await lockRowIfKnown<Visit>(tx, 'visit', visitId);
    const about = visit && (await tx.one<EstimateVersion>(`select * from estimate_version where visit_id = $1 and n = $2`, [visitId, n]));
    if (!about) return;
    for (const { lineId, covered, reason, preApproval } of lines) {
      const line = about.lines.find((one) => one.lineId === lineId && one.payer === 'warranty');
      if (!line) continue;
      await tx.query(
        `insert into consent as c (id, store_id, version, visit_id, n, line_id, since, "by", yes, how, approval, reason, answered_at, valid_until)
         values ($1, $2, 1, $3, $4, $5, $6, 'warranty', $7, 'coverage', $8, $9, $10, $11)
         on conflict (store_id, visit_id, line_id, since, "by") do update set yes = excluded.yes, approval = excluded.approval, reason = excluded.reason, answered_at = excluded.answered_at,
           valid_until = excluded.valid_until, version = c.version + 1 where c.answered_at < excluded.answered_at`,
        [uuidv7(), storeId, visitId, n, lineId, line.since, covered, preApproval, covered ? null : (reason ?? 'not-covered'), decidedAt, validUntil],
      );
    }
    const newest = (await newestVersion(tx, visitId))!;
    if (newest.state === 'coverage-asked' && undecided(newest.lines, await consentsOf(tx, visitId), tx.now).length === 0) await updateRow(tx, 'estimate_version', newest, { state: 'draft' });
    await updateRow(tx, 'visit', visit, {});
  }
}
