// What holds the platform together, each taken out by a few lines that exist only here, with the test that must turn red for it.
// `find` stands exactly once in its file; `seen` is what the red test must say, so that a patch that merely breaks everything proves nothing.

/**
 * @typedef {object} Sabotage
 * @property {string} name
 * @property {{ file: string, find: string, put: string }[]} edits  of a copy of the sources, never of the sources
 * @property {string} spec   the test's file
 * @property {string} title  a part of its title that stands in the file as it is
 * @property {RegExp} seen
 */

const platform = 'libs/platform/src';
const inbox = `${platform}/inbox/inbox.ts`;
const relay = `${platform}/outbox/relay.ts`;
const lowerBound = `${platform}/outbox/lower-bound.ts`;
const timers = `${platform}/timers/timers.ts`;
const database = `${platform}/database/database.ts`;
const door = `${platform}/http/operation-door.ts`;
const opening = 'libs/platform/migrations/1764000000000-platform.sql';

const spec = {
  inbox: `${platform}/inbox/inbox.int.spec.ts`,
  bus: `${platform}/bus/bus-server.int.spec.ts`,
  producer: `${platform}/bus/producer.int.spec.ts`,
  relay: `${platform}/outbox/relay.int.spec.ts`,
  lowerBound: `${platform}/outbox/lower-bound.int.spec.ts`,
  timers: `${platform}/timers/timers.int.spec.ts`,
  stopping: `${platform}/service/stopping.int.spec.ts`,
  timersApart: `${platform}/timers/timers-apart.int.spec.ts`,
  database: `${platform}/database/database.int.spec.ts`,
  catalogue: `${platform}/database/catalogue.int.spec.ts`,
  http: `${platform}/http/http.int.spec.ts`,
};

/** @type {readonly Sabotage[]} */
export const sabotages = [
  // --- the consumer ---
  {
    name: 'inbox off',
    edits: [{ file: inbox, find: 'const fresh = await this.#note(tx, consumer, arrived);', put: 'const fresh = arrived;' }],
    spec: spec.inbox, title: 'a fact delivered again has its effect once', seen: /\+ {3}1,/,
  },
  {
    name: 'inbox in another transaction',
    edits: [{ file: inbox, find: 'await this.#note(tx, consumer, arrived)', put: "await this.database.acrossStores('sabotage', (other) => this.#note(other, consumer, arrived))" }],
    spec: spec.inbox, title: 'a fact whose transaction was undone by a passing fault has its effect when it comes again', seen: /- {3}1,/,
  },
  {
    name: "parking without the key's lock",
    edits: [{ file: inbox, find: 'and key = any($3::text[]) order by key for update`', put: 'and key = any($3::text[]) order by key`' }],
    spec: spec.inbox, title: 'what arrives while somebody replays waits for him', seen: /parked/,
  },
  {
    name: 'later facts of a dead key go on',
    edits: [{ file: inbox, find: 'const behindDead = dead.has(one.message.key);', put: 'const behindDead = false;' }],
    spec: spec.inbox, title: 'what can not be handled becomes a dead letter, later facts of its key are parked', seen: /\+ {5}3,/,
  },
  {
    name: 'dead letter without inbox row',
    edits: [{
      file: inbox, find: 'const fresh = await this.#note(tx, consumer, arrived);',
      put: 'const fresh = [...(await this.#note(tx, consumer, arrived.filter(({ broken }) => !broken))), ...arrived.filter(({ broken }) => broken)];',
    }],
    spec: spec.inbox, title: 'a dead letter that was replayed and comes again has its effect once', seen: /\+ {3}1,/,
  },
  {
    name: 'unknown type as dead letter',
    edits: [{ file: `${platform}/inbox/arrived.ts`, find: 'return hearers ? unreadable(`unknown version ${envelope.type}`, hearers, known) : null;', put: 'return unreadable(`unknown version ${envelope.type}`, hearers ?? this.consumers, known);' }],
    spec: spec.inbox, title: 'a type nobody here hears is skipped', seen: /unknown version hq\.parcel-weighed\.v1/,
  },
  {
    name: "replay in the person's stores",
    edits: [{ file: `${platform}/inbox/dead-letter.controller.ts`, find: ", within: within('replay')", put: '' }],
    spec: spec.inbox, title: 'a replay runs in the stores of the fact, not in those of the person', seen: /\+ /,
  },
  {
    name: 'catch-all that commits offsets',
    edits: [{
      file: `${platform}/bus/bus-server.ts`, find: 'const resume = pause();',
      put: 'resolveOffset(batch.lastOffset());\n      return offsets.done(payload);\n      const resume = pause();',
    }],
    spec: spec.bus, title: 'leaves what a member could not apply, uncommitted, to the next', seen: /Received: \d/,
  },
  {
    name: 'a hundred facts a transaction, however slow',
    edits: [{ file: `${platform}/bus/bus-server.ts`, find: 'from + this.#chunk.of(topic)', put: 'from + 100' }],
    spec: spec.bus, title: 'slow facts hold their rows for half a second at a time, quick ones go by the crowd', seen: /Received: +\d/,
  },
  {
    name: 'one partition’s slow facts keep all others waiting',
    edits: [{ file: `${platform}/bus/bus-server.ts`, find: ' || performance.now() - began > turnMs', put: '' }],
    spec: spec.bus, title: 'a partition with much slow work lets the others have their turn', seen: /Received/,
  },
  {
    name: 'a consumer that joined its group by half goes on',
    edits: [{ file: `${platform}/bus/bus-server.ts`, find: "onHalfJoin(consumer, () => void this.#beginAnew(kafka, consumer, 'it has joined its group by half'));", put: '' }],
    spec: spec.bus, title: 'who joins its group and never hears what it was given begins anew', seen: /not within 60 s: all are/,
  },
  {
    name: 'offsets that could not be committed are tried under the next generation',
    edits: [{ file: `${platform}/bus/offsets.ts`, find: 'await group.commitOffsetsIfNecessary(offsets);', put: 'for (;;) { try { await group.commitOffsetsIfNecessary(offsets); break; } catch { await new Promise((again) => setTimeout(again, 100)); } }' }],
    spec: spec.bus, title: 'never set back what the next owner of a partition has committed', seen: /not within 30 s: all are/,
  },
  {
    name: 'offset committed before the effect',
    edits: [{
      file: `${platform}/bus/bus-server.ts`, find: 'if (arrived.length) await this.#apply(',
      put: 'resolveOffset(messages[messages.length - 1]!.offset);\n        offsets.done(payload);\n        if (arrived.length) await this.#apply(',
    }],
    spec: spec.bus, title: 'leaves what a member could not apply, uncommitted, to the next', seen: /Received: \d/,
  },
  {
    name: 'what is older than the inbox remembers is applied',
    edits: [{ file: `${platform}/bus/bus-server.ts`, find: 'this.options.inboxDays * dayMs && !compacted', put: 'Infinity' }],
    spec: spec.bus, title: 'what was said before the inbox remembers stops its partition, also when it was sent only now', seen: /not stopped/,
  },
  {
    name: 'same id, other bytes pass for a redelivery',
    edits: [{ file: inbox, find: 'digests.get(one.eventId) !== one.digest', put: '!digests' }],
    spec: spec.inbox, title: 'the same id with other bytes is a dead letter', seen: /- {3}"same id, other bytes"/,
  },
  {
    name: 'a message under a strange key holds the id it bears',
    edits: [{ file: `${platform}/inbox/arrived.ts`, find: 'hearers, { type: known.type, storeId: known.storeId })', put: 'hearers, known)' }],
    spec: spec.inbox, title: 'under a key that is not its own, stays free for the fact itself', seen: /same id, other bytes/,
  },
  {
    name: 'what always takes too long is tried for ever',
    edits: [{ file: inbox, find: 'return times >= patience;', put: 'return false;' }],
    spec: spec.inbox, title: 'the limit of its time is taken one by one too', seen: /in trouble/,
  },
  {
    name: 'a batch that met a deadlock is tried again as a whole',
    edits: [{ file: inbox, find: 'arrived.length > 1 ? 1 : undefined', put: 'undefined' }],
    spec: spec.inbox, title: 'a deadlock is taken one by one at once, and not again as a whole', seen: /"n": 6/,
  },
  {
    name: 'a connection at rest looks each millisecond',
    edits: [{ file: `${platform}/bus/kafka.ts`, find: 'quietQueues();\n', put: '' }],
    spec: spec.producer, title: 'a connection with nothing to send looks for nothing to send', seen: /\+ {3}/,
  },
  {
    name: 'facts that met others stay together',
    edits: [{ file: `${platform}/bus/bus-server.ts`, find: '() => this.#chunk.apart(topic)', put: '() => undefined' }],
    spec: spec.bus, title: 'facts that met others together go one a transaction for a while', seen: /"transactions": \d/,
  },
  {
    name: "a dead letter's reason is stored as it came",
    edits: [{ file: inbox, find: 'broken ? storable(broken) :', put: 'broken ? broken :' }],
    spec: spec.inbox, title: 'what can not be handled becomes a dead letter, later facts of its key are parked', seen: /invalid byte sequence/,
  },

  // --- the relay ---
  {
    name: 'publish before commit',
    edits: [{
      file: database, find: 'written = writes ? await flush(tx) : undefined;',
      put: `const apart = new pg.Client({ connectionString: this.urls.service });
      await apart.connect();
      const early = Object.assign(new Tx(apart as never, tx.now, scope), { pending: tx.pending });
      written = writes ? await flush(early) : undefined;
      await early.settled();
      await apart.end();`,
    }],
    spec: spec.database, title: 'what fails at its commit has said nothing and set no timer', seen: /\+ .*"key"/,
  },
  {
    name: '`id > last` poller',
    edits: [
      { file: relay, find: '[this.#bound.id, sending', put: '[this.last, sending' },
      { file: relay, find: 'return withinLimits(rows);', put: 'const next = withinLimits(rows);\n    this.last = next.at(-1)?.id ?? this.last;\n    return next;' },
      { file: relay, find: '  #bound: LowerBound;', put: '  private last = 0;\n  #bound: LowerBound;' },
    ],
    spec: spec.relay, title: 'a lower id that is committed after the batch being sent was read comes before the later facts of its key', seen: /not within/,
  },
  {
    name: 'bound raised too early',
    edits: [{ file: lowerBound, find: 'case when pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8', put: 'case when $1::xid8 is not null' }],
    spec: spec.lowerBound, title: 'is not raised over a row whose transaction is still open (SafeLow)', seen: /Expected: </,
  },
  {
    name: 'probe reads the transaction id before the newest row id',
    edits: [
      { file: lowerBound, find: "const [drawn] = await", put: "const [opened] = await this.connection.query<{ xid: string }>('select pg_current_xact_id()::text as xid');\n    const [drawn] = await" },
      { file: lowerBound, find: "\n    const [opened] = await this.connection.query<{ xid: string }>('select pg_current_xact_id()::text as xid');\n    this.#probe", put: '\n    this.#probe' },
    ],
    spec: spec.lowerBound, title: 'the newest id is read before the transaction id (IdThenXid)', seen: /Expected: </,
  },
  {
    name: 'xid after the outbox id',
    edits: [{ file: opening, find: '  if writes then perform pg_current_xact_id(); end if;\n', put: '' }],
    spec: spec.lowerBound, title: 'every transaction has its transaction id from its opening statement on (XidFirst)', seen: /not\.toBeNull/,
  },
  {
    name: 'mark before send',
    edits: [{ file: relay, find: 'this.#deleteAndRead(sent, batch)', put: 'this.#deleteAndRead(batch, batch)' }],
    spec: spec.relay, title: 'a send that fails keeps every row, and a new producer sends them', seen: /not within/,
  },
  {
    name: 'relay by any plan',
    edits: [{ file: `${platform}/outbox/leader-connection.ts`, find: '5s ${byIndex}`', put: '5s`' }],
    spec: spec.relay, title: 'reads a long backlog by its index', seen: /Received: \d+/,
  },
  {
    name: 'relay without leader',
    edits: [{ file: `${platform}/outbox/leader-connection.ts`, find: "'select pg_try_advisory_lock(hashtext($1)) as leads'", put: "'select $1::text is not null as leads'" }],
    spec: spec.relay, title: 'a replica that does not lead sends nothing while the leader is at it', seen: /- {3}0,/,
  },
  {
    name: "kafkajs' own retry",
    edits: [{ file: `${platform}/bus/producer.ts`, find: ', retry: { retries: 0 } });', put: ' });' }],
    spec: spec.producer, title: 'a send whose answer is lost is told to the relay, and not repeated by the client', seen: /resolved/,
  },
  {
    name: 'facts are dated by whoever sends them',
    edits: [{ file: 'libs/contracts/src/catalogue.ts', find: "'message.timestamp.type': 'LogAppendTime'", put: "'message.timestamp.type': 'CreateTime'" }],
    spec: spec.producer, title: 'a leader whose clock is two hours ahead sends too', seen: /out of acceptable range/,
  },
  {
    name: 'a slow send costs the lead',
    edits: [{ file: relay, find: 'this.connection.keptDuring(this.#producer.send(rows))', put: 'this.#producer.send(rows)' }],
    spec: spec.relay, title: 'a send that takes longer than the session may idle keeps the lead: it is sent once', seen: /\+ {3}\d/,
  },
  {
    name: 'a producer that takes long to end costs the lead',
    edits: [{ file: relay, find: 'this.connection.keptDuring(this.#dropProducer())', put: 'this.#dropProducer()' }],
    spec: spec.relay, title: 'a producer that takes longer to end than the session may idle keeps the lead', seen: /\+ {3}2,/,
  },

  // --- timers ---
  {
    name: 'a drain of one look',
    edits: [{ file: timers, find: 'if (due.length < atOnce || this.#stopping) return', put: 'return' }],
    spec: spec.timers, title: 'TIM-3 fires 2 500 at once, more than a look finds, each once, looked for by two workers', seen: /- {3}2500,\n\+ {3}\d+,/,
  },
  {
    name: 'all stores in one lane',
    edits: [{ file: timers, find: 'i % Math.min(lanes, Math.ceil(due.length / few))', put: 'i - i' }],
    spec: spec.timers, title: "one store's ring in their order, another's beside them", seen: /before the others/,
  },
  {
    name: "a store's timers in several lanes",
    edits: [{ file: timers, find: '      const inLane = due.filter(({ storeId }) => laneOf.get(storeId) === lane);', put: '      const inLane = due.filter((_, i) => laneOf.size > 0 && Math.floor((i * lanes) / due.length) === lane);' }],
    spec: spec.timers, title: "one store's ring in their order, another's beside them", seen: /\+ {3}"|- {3}"/,
  },
  {
    name: 'timer locked before its subject',
    edits: [
      { file: timers, find: "      await tx.query(`select id from ${locks} where id = any($1::uuid[]) order by id for no key update`, [subjects]);\n", put: '' },
      { file: timers, find: '      for (const timer of still.sort(', put: "      await tx.query(`select id from ${locks} where id = any($1::uuid[]) order by id for no key update`, [subjects]);\n      for (const timer of still.sort(" },
    ],
    spec: spec.timersApart, title: 'whoever holds the subject reaches its timer, though a worker is about to ring it', seen: /lock timeout/,
  },
  {
    name: 'timers only in Redis',
    edits: [{ file: timers, find: 'this.#sweeping = setInterval(() => void this.#sweep(), sweepMs);', put: '' }],
    spec: spec.timers, title: 'TIM-3 Redis emptied with the ring in it: the sweep finds what is due', seen: /nobody has found it/,
  },
  {
    name: 'who hears a ring too early does not wait',
    edits: [{ file: timers, find: 'if (next && this.#sweeping && !this.#stopping)', put: 'if (!next)' }],
    spec: spec.timers, title: 'TIM-3 a ring comes a moment early: whoever hears it waits for the instant, not for the next sweep', seen: /Expected: < 1500/,
  },
  {
    name: 'what is overdue by 25 days overflows the look for it, and stops all',
    edits: [{ file: timers, find: 'greatest(0, extract(epoch from ring_at - app_now()))', put: 'extract(epoch from ring_at - app_now())' }],
    spec: spec.timers, title: 'TIM-3 what is overdue by months rings like any other', seen: /Expected: 1/,
  },
  {
    name: "worker clock instead of the database's",
    edits: [
      { file: timers, find: '(epoch from ring_at - app_now())) * 1000)', put: '(epoch from ring_at - to_timestamp(${Date.now()} / 1000.0))) * 1000)' },
      { file: timers, find: 'and ring_at <= app_now() + interval', put: 'and ring_at <= to_timestamp(${Date.now()} / 1000.0) + interval' },
      { file: timers, find: "and ring_at - app_now() <= interval '0' returning *", put: 'and ring_at <= to_timestamp(${Date.now()} / 1000.0) returning *' },
    ],
    spec: spec.timers, title: 'TIM-3 rings at the due instant, not before, and once whatever looks', seen: /- {3}1,/,
  },
  {
    name: 'timer looked at before the lock',
    edits: [{ file: timers, find: 'for (const timer of still.sort(', put: 'for (const timer of [...due].sort(' }],
    spec: spec.timers, title: 'TIM-3 fires 2 500 at once, more than a look finds, each once, looked for by two workers', seen: /- {3}2500,\n\+ {3}\d+,/,
  },
  {
    name: 'effect and claim in two transactions',
    edits: [{ file: timers, find: 'const still = await tx.query<TimerRow>(`delete', put: "const still = await this.database.acrossStores('sabotage', (other) => other.query<TimerRow>(`delete" }, { file: timers, find: 'returning *`, [kind, subjects]);', put: 'returning *`, [kind, subjects]));' }],
    spec: spec.timers, title: 'TIM-3 one that fails is tried again later, and stops no other', seen: /- {3}1,\n\+ {3}0,/,
  },
  {
    name: 'timers written in the order of the handler',
    edits: [{ file: `${platform}/database/flush.ts`, find: '[...timers].sort((a, b) => (a.kind + a.subject < b.kind + b.subject ? -1 : 1))', put: '[...timers]' }],
    spec: spec.timersApart, title: 'two transactions that wake the same subjects, each in an order of its own, never close a ring of waiting', seen: /Expected: 10/,
  },
  {
    name: 'what is cancelled goes before all that is set',
    edits: [{ file: `${platform}/database/flush.ts`, find: "sendSet(); // what is set before it in the order\n", put: '' }],
    spec: spec.timersApart, title: 'nor does one that wakes two with one that wakes the first and lets the second sleep', seen: /Received: 4/,
  },
  {
    name: 'whatever is met late was an outage',
    edits: [{ file: `${platform}/promises/promises.ts`, find: 'cause: kept ? null : causeAt(tx.now, row)', put: "cause: kept ? null : 'outage'" }],
    spec: spec.timers, title: 'TIM-4 met a moment too late it is late, and the machines are not to blame', seen: /\+ .*"cause": "outage"/,
  },

  // --- the database ---
  {
    name: 'state looked at before the lock',
    edits: [{ file: `${platform}/database/rows.ts`, find: "export async function lockRow<R extends Row>(tx: Tx, table: string, id: string, version?: number | null): Promise<R> {\n  const row = await tx.one<R>(`select * from ${table} where id = $1 for no key update`, [id]);", put: "export async function lockRow<R extends Row>(tx: Tx, table: string, id: string, version?: number | null): Promise<R> {\n  const row = await tx.one<R>(`select * from ${table} where id = $1`, [id]);" }],
    spec: spec.http, title: 'of two changes at once one wins', seen: /- {3}412,/,
  },
  {
    name: '`for update` where a foreign key looks',
    edits: [{ file: `${platform}/database/rows.ts`, find: "  const row = await tx.one<R>(`select * from ${table} where id = $1 for no key update`", put: "  const row = await tx.one<R>(`select * from ${table} where id = $1 for update`" }],
    spec: spec.database, title: 'who holds a row stops nobody who only refers to it', seen: /lock timeout/,
  },
  {
    name: '`for update` on a stock card closes a ring of waiting',
    edits: [{ file: 'services/parts/src/stock/cards.store.ts', find: 'order by part_number for no key update', put: 'order by part_number for update' }],
    spec: 'services/parts/src/stock/interleavings.int.spec.ts', title: 'PRT-3 who holds a card or a holder stops nobody whose line only refers to it', seen: /lock timeout/,
  },
  {
    name: 'a stock card looked at before its lock',
    edits: [{ file: 'services/parts/src/stock/cards.store.ts', find: 'order by part_number for no key update', put: 'order by part_number' }],
    spec: 'services/parts/src/stock/interleavings.int.spec.ts', title: 'PRT-3 who wants a part waits for who holds its card before he looks at it, and gets what that one left', seen: /nobody waited/,
  },
  {
    name: 'idle-client error unhandled',
    edits: [{ file: database, find: 'poolErrorHandler: () => undefined,', put: 'poolErrorHandler: (error: unknown) => { throw error; },' }],
    spec: spec.database, title: 'a connection that the server ends, idle or between two statements, is a passing fault at most', seen: /terminat/i,
  },
  {
    name: 'a swallowed error passes for committed',
    edits: [{ file: database, find: "if (writes && command !== 'COMMIT')", put: "if (writes && command === 'nothing')" }],
    spec: spec.database, title: 'a transaction whose error was swallowed does not pass for committed', seen: /resolved/,
  },
  {
    name: 'a transaction that is over still writes',
    edits: [{ file: `${platform}/database/tx.ts`, find: '    this.#over = true;\n', put: '' }],
    spec: spec.database, title: 'what goes on after its transaction ended writes in nobody else', seen: /resolved/,
  },
  {
    name: 'what nobody waited for is forgotten',
    edits: [{ file: database, find: "await Promise.all([client.query('commit'), tx.settled()])", put: "[await client.query('commit')]" }],
    spec: spec.database, title: 'a write that nobody waited for fails its transaction with its own error, whatever came behind it', seen: /swallowed/,
  },
  {
    name: 'what a savepoint has undone fails the transaction after all',
    edits: [{ file: `${platform}/database/tx.ts`, find: '      this.#sent.length = 0;\n', put: '' }],
    spec: spec.database, title: 'one that failed in a savepoint is undone with it, and the transaction goes on', seen: /duplicate key/,
  },
  {
    name: 'deadlocks are not repeated',
    edits: [{ file: database, find: "new Set(['40P01', '40001', '0A000'])", put: "new Set(['0A000'])" }],
    spec: spec.database, title: 'a deadlock is repeated, and both get their turn', seen: /deadlock detected/,
  },
  {
    name: 'RLS not forced',
    edits: [{ file: opening, find: "  execute format('alter table %s force row level security', tbl);\n", put: '' }],
    spec: spec.catalogue, title: 'declare their scope, and PostgreSQL enforces it on those who do not own them', seen: /row-level security is not forced/,
  },
  {
    name: 'RLS shows every store',
    edits: [{ file: opening, find: 'using (store_id = any((select app_stores())::uuid[])) with check', put: 'using (true) with check' }],
    spec: spec.database, title: 'a transaction sees and writes the rows of its stores alone; without stores it sees nothing', seen: /\+ .*"id"/,
  },
  {
    name: 'plain foreign key',
    edits: [{ file: 'services/claims/migrations/1764600000200-claim.sql', find: 'foreign key (store_id, claim_id) references claim (store_id, id)', put: 'foreign key (claim_id) references claim (id)' }],
    spec: spec.catalogue, title: 'declare their scope, and PostgreSQL enforces it on those who do not own them', seen: /\(claim_id\) does not begin with store_id/,
  },
  {
    name: 'session SET',
    edits: [{ file: opening, find: "perform set_config('app.stores', stores, true), set_config('app.now', now::text, true);", put: "perform set_config('app.stores', stores, false), set_config('app.now', now::text, false);" }],
    spec: spec.database, title: 'what a transaction opened with ends with it, on whatever connection', seen: /- {5}"stores": null/,
  },

  // --- doors ---
  {
    name: 'idempotency saved after commit',
    edits: [{
      file: door, find: 'if (key) tx.pending.answer = {', put: 'if (key) tx.onCommit.push(() => void this.database.transaction(scope, async (after) => void (after.pending.answer = {',
    }, { file: door, find: 'etag: etagOf(answer) };\n      return answer;', put: 'etag: etagOf(answer) })));\n      return answer;' }],
    spec: spec.http, title: 'twins in flight get one answer and have one effect', seen: /Received: 6/,
  },
  {
    name: '403 instead of 404',
    edits: [{ file: door, find: "throw storeId ? new NotFound('store') : new Forbidden();", put: 'throw new Forbidden();' }],
    spec: spec.http, title: 'another role is 403, another store is 404 with the body of an absent one', seen: /Received: 403/,
  },
  {
    name: 'role not asked',
    edits: [{ file: door, find: 'if (able.length === 0) throw new Forbidden();', put: '' }],
    spec: spec.http, title: 'another role is 403, another store is 404 with the body of an absent one', seen: /\+ .*"status": 201/,
  },
  {
    name: 'tokens of any audience',
    edits: [{ file: `${platform}/auth/auth.ts`, find: 'audience: this.options.audience, ', put: '' }],
    spec: spec.http, title: 'no token, or one we do not take, is 401', seen: /\+ {3}201,/,
  },
  {
    name: 'any subject is looked up',
    edits: [{ file: 'libs/directory/src/directory-staff.ts', find: '/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i', put: '/./' }],
    spec: 'libs/directory/src/directory-staff.int.spec.ts', title: 'a subject that no person of ours can have is a stranger', seen: /\+ .*"status": 422/,
  },
  {
    name: 'half a request keeps its connection for a minute',
    edits: [{ file: `${platform}/service/build-service.ts`, find: 'headersTimeout: requestMs, ', put: '' }],
    spec: spec.http, title: 'a request that comes to no end has half a minute', seen: /\+ {3}"headersTimeout": 60000,/,
  },
  {
    name: 'a stop waits for whoever says nothing',
    edits: [{ file: `${platform}/service/build-service.ts`, find: 'setTimeout(() => adapter.getHttpServer().closeAllConnections(), lastAnswersMs).unref();', put: '' }],
    spec: spec.stopping, title: 'a stop waits ten seconds at most for callers who say nothing', seen: /Exceeded timeout/,
  },
  {
    name: 'links may be guessed for ever',
    edits: [{ file: `${platform}/http/link-door.ts`, find: '  @UseGuards(ThrottlerGuard)\n', put: '' }],
    spec: 'services/reception/src/link/link.int.spec.ts', title: 'REC-6 whoever tries tokens is slowed down, with a page', seen: /Received: 0/,
  },
  {
    name: 'facts write into a file that is being merged',
    edits: [{ file: 'services/crm/src/file/alias.store.ts', find: 'select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', put: 'select $1::text' }],
    spec: 'services/crm/src/reminder/bookings.int.spec.ts', title: 'what is heard of a car while its file is merged goes to the file that is kept', seen: /\+ .*"what": "appointment-booked"/,
  },
  {
    name: 'two senders claim one message',
    edits: [{ file: 'services/crm/src/message/claiming.service.ts', find: ' for no key update skip locked`', put: '`' }],
    spec: 'services/crm/src/message/message.int.spec.ts', title: 'CRM-24 what one sender is claiming another leaves alone', seen: /- {3}null,/,
  },
  {
    name: 'send inside a handler',
    edits: [
      { file: 'services/crm/src/message/message.sender.ts', find: "(tx) => this.claiming.claim(tx, id));", put: `async (tx) => {
        const claimed = await this.claiming.claim(tx, id);
        return claimed && { ...claimed, outcome: await (claimed.channel === 'sms' ? this.sms : this.mail).send(claimed) };
      });` },
      { file: 'services/crm/src/message/message.sender.ts', find: "const outcome = await (letter.channel === 'sms' ? this.sms : this.mail).send(letter);", put: 'const { outcome } = letter;' },
    ],
    spec: 'services/crm/src/message/gateways.int.spec.ts', title: 'CRM-24 while a gateway takes its time the claim is committed and no transaction is open', seen: /Expected value: +"queued"/,
  },
];

/** The sabotaged text of each file it changes. @param {Sabotage} sabotage @param {(file: string) => string} read @throws where a patch does not apply */
export function patch({ edits }, read) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const { file, find, put } of edits) {
    const [before, after, ...more] = (texts.get(file) ?? read(file)).split(find);
    if (after === undefined || more.length > 0) throw new Error(`the patch does not apply, ${file} has ${more.length ? 'more than one' : 'no'} ${JSON.stringify(find)}`);
    texts.set(file, `${before}${put}${after}`);
  }
  return texts;
}
