import { Injectable } from '@nestjs/common';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { jobOfVisit, type JobRow } from '../job/job.rows';
import { BlockService } from './block.service';

interface Line {
  readonly lineId: string;
  readonly partNumber: string;
  readonly quantity?: number;
  readonly eta?: string | null;
}

/** The parts of a job as the store room tells them. They may come before the consent they follow from: then they wait on the card. */
@Injectable()
export class PartsService {
  constructor(private readonly blocks: BlockService) {}

  /** The whole list of what is not here: what it does not name is. */
  async short(tx: Tx, storeId: string, visitId: string, version: number, lines: readonly Line[]): Promise<void> {
    const job = await jobOfVisit(tx, storeId, visitId);
    if (version < job.partsSeen) return;
    await this.#know(tx, job, lines);
    await tx.query(
      `update job_part p set short = l.line is not null, on_shelf = p.on_shelf and l.line is null, eta = coalesce((l.line->>'eta')::timestamptz, p.eta), version = p.version + 1
       from job_part q left join jsonb_array_elements($3::jsonb) l(line) on (l.line->>'lineId')::uuid = q.line_id
       where p.id = q.id and p.store_id = $1 and p.job_id = $2`,
      [storeId, job.id, JSON.stringify(lines)],
    );
    await this.#follow(tx, job, version);
  }

  /** Another time. `late`: what was promised does not come as promised, so somebody waits for it. */
  async eta(tx: Tx, storeId: string, visitId: string, lines: readonly Line[], late: boolean): Promise<void> {
    const job = await jobOfVisit(tx, storeId, visitId);
    await this.#know(tx, job, lines);
    await tx.query(
      `update job_part p set eta = (l.line->>'eta')::timestamptz, short = p.short or ($4 and not p.on_shelf and p.issued = 0), version = p.version + 1
       from jsonb_array_elements($3::jsonb) l(line) where p.store_id = $1 and p.job_id = $2 and p.line_id = (l.line->>'lineId')::uuid`,
      [storeId, job.id, JSON.stringify(lines), late],
    );
    await this.#follow(tx, job);
  }

  async onShelf(tx: Tx, storeId: string, visitId: string, version: number, lines: readonly Line[]): Promise<void> {
    const job = await jobOfVisit(tx, storeId, visitId);
    await this.#know(tx, job, lines);
    await tx.query(`update job_part set short = false, on_shelf = true, version = version + 1 where store_id = $1 and job_id = $2 and line_id = any($3::uuid[])`, [storeId, job.id, lines.map(({ lineId }) => lineId)]);
    await this.#follow(tx, job, version);
  }

  /** Handed to the technician, or (`sign` −1) back on its shelf: what stays out is what was replaced. */
  async issued(tx: Tx, storeId: string, visitId: string, version: number, lines: readonly Line[], sign: 1 | -1): Promise<void> {
    const job = await jobOfVisit(tx, storeId, visitId);
    await this.#know(tx, job, lines);
    for (const { lineId, quantity = 0 } of lines) {
      await tx.query(`update job_part set short = short and $4 < 0, issued = issued + $4, version = version + 1 where store_id = $1 and job_id = $2 and line_id = $3`, [storeId, job.id, lineId, sign * quantity]);
    }
    await this.#follow(tx, job, version);
  }

  async #know(tx: Tx, job: JobRow, lines: readonly Line[]): Promise<void> {
    for (const { lineId, partNumber, quantity = 0 } of lines) {
      await tx.query(
        `insert into job_part (id, store_id, version, job_id, line_id, part_number, quantity, consented, short, on_shelf, issued) values ($1, $2, 1, $3, $4, $5, $6, false, false, false, 0)
         on conflict (store_id, job_id, line_id) do nothing`,
        [uuidv7(), job.storeId, job.id, lineId, partNumber, quantity],
      );
    }
  }

  async #follow(tx: Tx, job: JobRow, seen = job.partsSeen): Promise<void> {
    await this.blocks.follow(tx, await updateRow(tx, 'job', job, { partsSeen: Math.max(seen, job.partsSeen) }));
  }
}
