import { Injectable } from '@nestjs/common';
import { Refused } from '@aftersales/contracts/kernel/refused';
import type { Money } from '@aftersales/contracts/kernel/values';
import { PartChanged } from '@aftersales/contracts/parts/part';
import { insertRow, NotFound, Stale, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import { supersede, type partClasses } from './catalogue';
import { chainsOf } from './chains.queries';

export interface PartInput {
  readonly title: Record<string, string>;
  readonly unit: string;
  readonly listPrices: readonly Money[];
  readonly kind: 'genuine' | 'aftermarket' | 'accessory';
  readonly class: (typeof partClasses)[number];
  readonly supersededBy: string | null;
  readonly returnableCore: boolean;
  readonly assembly: string | null;
  readonly active: boolean;
}
export interface PartRow extends PartInput {
  readonly id: string;
  readonly version: number;
  readonly partNumber: string;
}

/** Chains are checked one after the other, so that two changes at once can't close a ring. */
const chainLock = `select pg_advisory_xact_lock(hashtext('parts.supersession'))`;

@Injectable()
export class CatalogueService {
  async add(tx: Tx, partNumber: string, input: PartInput): Promise<PartRow> {
    await tx.query(chainLock);
    if (await tx.one(`select 1 from part where part_number = $1`, [partNumber])) throw new Refused('parts.number-taken', `${partNumber} is in the catalogue already.`);
    await this.#checkChain(tx, partNumber, input);
    return this.#say(tx, await insertRow(tx, 'part', { id: uuidv7(), version: 1, partNumber, ...input }));
  }

  async change(tx: Tx, partNumber: string, version: number | null, input: PartInput): Promise<PartRow> {
    await tx.query(chainLock);
    const part = await tx.one<PartRow>(`select * from part where part_number = $1 for no key update`, [partNumber]);
    if (!part) throw new NotFound('part');
    if (part.version !== version) throw new Stale('part', part.version);
    await this.#checkChain(tx, partNumber, input);
    return this.#say(tx, await updateRow(tx, 'part', part, input));
  }

  async #checkChain(tx: Tx, partNumber: string, { supersededBy }: PartInput): Promise<void> {
    if (!supersededBy) return;
    const known = await tx.one(`select 1 from part where part_number = $1`, [supersededBy]);
    supersede(partNumber, supersededBy, known !== null, (await chainsOf(tx, [supersededBy])).get(supersededBy)!.slice(1));
  }

  #say(tx: Tx, part: PartRow): PartRow {
    const { partNumber, version, title, unit, listPrices, kind, supersededBy, returnableCore, assembly, active } = part;
    publish(tx, PartChanged, part, { partNumber, version, title, unit, listPrices: [...listPrices], kind, supersededBy, returnableCore, assembly, active });
    return part;
  }
}
