import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import type { Line } from '../visit/visit';
import type { Consent } from './consent';
import type { VersionState } from './estimate';

export interface EstimateVersion {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly visitId: string;
  readonly n: number;
  readonly state: VersionState;
  readonly lines: readonly Line[];
  readonly pricedBy: string | null;
  readonly draftedAt: Date;
  readonly offeredBy: string | null;
  readonly offeredAt: Date | null;
  readonly promisedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly shownHash: string | null;
}

// All of these are read under the lock of their visit's row: versions and answers of one visit are never written side by side.

/** @throws NotFound */
export async function versionOf(tx: Tx, visitId: string, n: number | string): Promise<EstimateVersion> {
  const row = /^[1-9]\d{0,5}$/.test(String(n)) ? await tx.one<EstimateVersion>(`select * from estimate_version where visit_id = $1 and n = $2`, [visitId, Number(n)]) : null;
  if (!row) throw new NotFound('estimate');
  return row;
}

export const newestVersion = (tx: Tx, visitId: string): Promise<EstimateVersion | null> =>
  tx.one<EstimateVersion>(`select * from estimate_version where visit_id = $1 order by n desc limit 1`, [visitId]);

/** The newest version that was shown to the customer; a draft behind it replaces nothing yet. */
export const newestShown = (tx: Tx, visitId: string): Promise<EstimateVersion | null> =>
  tx.one<EstimateVersion>(`select * from estimate_version where visit_id = $1 and offered_at is not null order by n desc limit 1`, [visitId]);

/** What stood in the version shown before `n`, and in every draft since, each line in its newest form. */
export const linesBefore = (tx: Tx, visitId: string, n: number): Promise<Line[]> =>
  tx.query<{ line: Line }>(
    `select distinct on (line->>'lineId') line from estimate_version e, jsonb_array_elements(e.lines) line
     where visit_id = $1 and n < $2 and n >= (select coalesce(max(n), 1) from estimate_version where visit_id = $1 and n < $2 and offered_at is not null) order by line->>'lineId', n desc`, [visitId, n],
  ).then((rows) => rows.map(({ line }) => line));

export const consentsOf = (tx: Tx, visitId: string): Promise<Consent[]> =>
  tx.query<Consent>(`select line_id, since, "by", yes, reason, valid_until from consent where visit_id = $1 order by answered_at, id`, [visitId]);
