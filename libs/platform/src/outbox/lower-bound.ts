import type { LeaderConnection } from './leader-connection';

const worthIt = 500; // deleted rows that the scan passes before it is worth raising

/**
 * At or below `id` no outbox row waits and none ever will: what spares the scan the rows that are sent and deleted but, while somebody's report
 * keeps an old snapshot, still stand in table and index. It lives in the memory of one lead (Relay.tla: Low); the next begins at 0.
 *
 * A row whose id was drawn may commit long after rows with higher ids. So a probe takes the newest id drawn and, in a later statement, a
 * transaction id: whoever drew up to that id opened before it (`app_open` takes the transaction id in the opening statement). When
 * all those have ended, each of their rows is visible or will never be. The transaction id is one of our own and not `pg_snapshot_xmax`, which
 * is one past the last *completed* transaction: open ones may be younger than it.
 */
export class LowerBound {
  #id = 0;
  #deleted = 0;
  #probe: { readonly newest: number; readonly xid: string } | undefined;

  constructor(private readonly connection: LeaderConnection) {}

  get id(): number {
    return this.#id;
  }

  /** After `deleted` rows more: probes, or looks whether the probe's time has come, or does nothing yet. */
  async move(deleted: number): Promise<void> {
    this.#deleted += deleted;
    if (this.#probe) await this.#raise(this.#probe);
    else if (this.#deleted >= worthIt) await this.#take();
  }

  async #take(): Promise<void> {
    // Relay.tla: IdThenXid, OwnXid. Two statements, in this order. `last_value` of a sequence that was never used is 1, which nobody has drawn.
    const [drawn] = await this.connection.query<{ newest: number }>('select case when is_called then last_value else 0 end as newest from outbox_id_seq');
    const [opened] = await this.connection.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
    this.#probe = { newest: drawn!.newest, xid: opened!.xid };
    this.#deleted = 0;
  }

  /** One statement, one snapshot: where it shows the older transactions as ended, it shows what they left. Relay.tla: SafeLow, OneSnapshot; RelaySending.tla: BoundByTable */
  async #raise({ newest, xid }: { newest: number; xid: string }): Promise<void> {
    const [seen] = await this.connection.query<{ bound: number | null }>(
      `select case when pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8
         then least($2::bigint, (select id - 1 from outbox where id > $3 order by id limit 1)) end as bound`, [xid, newest, this.#id],
    );
    if (seen!.bound === null) return;
    this.#id = seen!.bound;
    this.#probe = undefined;
  }
}
