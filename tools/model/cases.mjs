// Every run of TLC: a model with all its guards, or with one of them off, and what must come out. Titles say what the code would do then.

/**
 * @typedef {{ module: string, set: Record<string, string | number>, invariants?: string[], property?: string }} Model
 *   `set`: its constants that are no guards; guards are on unless a case turns them off
 * @typedef {{ model: Model, title: string, off?: string, set?: Record<string, string | number>, expect: string }} Case
 *   `expect`: "holds", or the invariant or property that must be violated
 */

/** @type {Model} */
const relay = { module: 'Relay', set: { Scan: '"pending"', Low: 'TRUE', Faults: 1 }, invariants: ['NothingLost', 'InOrder'] };
/** @type {Model} */
const sending = { module: 'RelaySending', set: { Limit: 2, Bad: '{}', Faults: 2 }, invariants: ['NothingLost', 'InOrder'] };
/** @type {Model} */
const flowing = { module: 'RelaySending', set: { Limit: 1, Bad: '{1}', Faults: 1 }, property: 'OthersFlow' };
/** @type {Model} */
const consumer = { module: 'Consumer', set: { Faults: 1, Repeats: 1 }, invariants: ['NothingLost', 'NothingDoubled', 'NoneStuck', 'InOrder'] };
/** @type {Model} */
const retry = { module: 'ConsumerRetry', set: {}, property: 'OthersFlow' };
/** @type {Model} */
const timer = { module: 'Timer', set: { Horizon: 3, Life: 1, Faults: 2, Changes: 1 }, invariants: ['Once', 'NeverWrong'], property: 'NotNever' };
/** @type {Model} */
const batch = { module: 'TimerBatch', set: { Limit: 1, Held: 'FALSE' }, property: 'OthersFlow' };
/** @type {Model} */
const locks = { module: 'TimerLocks', set: {}, invariants: ['NobodyStuck'] };

const unbounded = { Low: 'FALSE' };
const oneBad = { Bad: '{1}' };

/** @type {Case[]} */
export const cases = [
  // The long ones first: two run at a time.
  { model: consumer, title: 'with two faults', set: { Faults: 2 }, expect: 'holds' },
  { model: relay, title: 'with the lower bound', expect: 'holds' },

  { model: relay, title: 'every row from the beginning of the table', set: unbounded, expect: 'holds' },
  { model: relay, title: 'rows found by "id > last"', set: { ...unbounded, Scan: '"last-id"' }, expect: 'NothingLost' },
  { model: relay, title: 'rows found by "id > last and xid < xmin"', set: { ...unbounded, Scan: '"xmin-id"' }, expect: 'NothingLost' },
  { model: relay, title: 'rows found by "(xid, id) > last and xid < xmin"', set: { ...unbounded, Scan: '"xmin-xid-id"' }, expect: 'InOrder' },
  { model: relay, title: 'deleted before the acknowledgement', off: 'MarkAfterSend', set: unbounded, expect: 'NothingLost' },
  { model: relay, title: 'outbox id drawn before the lock', off: 'DrawUnderLock', set: unbounded, expect: 'InOrder' },
  { model: relay, title: 'ids handed out in blocks', off: 'CacheOne', set: unbounded, expect: 'InOrder' },
  { model: relay, title: 'outbox id drawn before the transaction id', off: 'XidFirst', expect: 'NothingLost' },
  { model: relay, title: 'the same without a bound does no harm', off: 'XidFirst', set: unbounded, expect: 'holds' },
  { model: relay, title: 'bound raised at once', off: 'SafeLow', expect: 'NothingLost' },
  { model: relay, title: 'transaction id read before the newest row id', off: 'IdThenXid', expect: 'NothingLost' },
  { model: relay, title: "a snapshot's xmax instead of a transaction id of one's own", off: 'OwnXid', expect: 'NothingLost' },
  { model: relay, title: 'first row read before the others have ended', off: 'OneSnapshot', expect: 'NothingLost' },

  { model: sending, title: 'brokers that never answer, a lead that moves', expect: 'holds' },
  { model: sending, title: 'and a fact that is never taken', set: oneBad, expect: 'holds' },
  { model: sending, title: 'read ahead above the last one being sent', off: 'AheadBeside', expect: 'InOrder' },
  { model: sending, title: 'what was read ahead is kept when a send fails', off: 'DropAhead', expect: 'InOrder' },
  { model: sending, title: 'a refused fact is passed by its key', off: 'KeyWaits', set: oneBad, expect: 'InOrder' },
  { model: sending, title: 'a topic that is away is asked again for the next row', off: 'TopicWaits', expect: 'InOrder' },
  { model: sending, title: 'bound raised over what is being sent', off: 'BoundByTable', expect: 'NothingLost' },
  { model: sending, title: 'not promised: a compacted topic ends with the newest state', expect: 'NewestLast' },
  { model: flowing, title: 'one key is refused for ever, the others flow', expect: 'holds' },
  { model: flowing, title: 'what waits is left out after the limit', off: 'WaitBeforeLimit', expect: 'OthersFlow' },
  { model: flowing, title: 'the session falls asleep while a broker takes its time', off: 'AwakeDuringSend', expect: 'OthersFlow' },

  { model: consumer, title: 'inbox note in a transaction of its own', off: 'InboxInTx', expect: 'NothingDoubled' },
  { model: consumer, title: 'offset before the effect', off: 'OffsetAfterTx', expect: 'NothingLost' },
  { model: consumer, title: 'what met a passing fault is passed over', off: 'StayOnTransient', expect: 'NothingLost' },
  { model: consumer, title: 'later facts pass a dead letter', off: 'WaitBehindDead', expect: 'InOrder' },
  { model: consumer, title: 'dead letters looked at before the note', off: 'LookAfterNote', expect: 'InOrder' },
  { model: consumer, title: "parked without the key's lock", off: 'LockKey', expect: 'NoneStuck' },
  { model: consumer, title: 'any dead letter may be taken', off: 'EarliestFirst', expect: 'InOrder' },
  { model: consumer, title: 'a replay goes past the next dead one', off: 'UpToNextDead', expect: 'InOrder' },
  { model: consumer, title: 'a parked one that fails in a replay stays parked', off: 'NextIsDead', expect: 'NoneStuck' },
  { model: consumer, title: "age by the message's time", off: 'OldByFact', expect: 'NothingDoubled' },
  { model: retry, title: 'a stuck partition, a broken fact, one that takes too long', expect: 'holds' },
  { model: retry, title: 'all partitions wait with one', off: 'PauseAlone', expect: 'OthersFlow' },
  { model: retry, title: 'a batch again and again as a whole', off: 'OneByOne', expect: 'OthersFlow' },
  { model: retry, title: 'what takes too long is tried for ever', off: 'Patience', expect: 'OthersFlow' },
  { model: retry, title: 'a dead letter parks every key', off: 'OnlyItsKey', expect: 'OthersFlow' },

  { model: timer, title: 'all guards', expect: 'holds' },
  { model: timer, title: 'no sweep', off: 'Sweep', expect: 'NotNever' },
  { model: timer, title: 'looked at before the lock', off: 'LookUnderLock', expect: 'NeverWrong' },
  { model: timer, title: 'effect and claim apart', off: 'OneTransaction', expect: 'Once' },
  { model: timer, title: "the worker's clock", off: 'DatabaseClock', expect: 'NeverWrong' },
  { model: timer, title: 'claimed by a later now than the handler sees', off: 'OneNow', expect: 'NotNever' },
  { model: timer, title: 'the demo clock set back', off: 'OnlyGrows', expect: 'NeverWrong' },
  { model: timer, title: 'a timer whose handler failed is gone', off: 'KeepFailed', expect: 'NotNever' },
  { model: timer, title: 'put off although moved meanwhile', off: 'PostponeOnlyDue', expect: 'NotNever' },
  { model: timer, title: 'put off with its due instant', off: 'DueStays', expect: 'NeverWrong' },
  { model: timer, title: 'acted on however late', off: 'CatchUp', expect: 'NeverWrong' },
  { model: timer, title: 'kept, because nobody had called it late', off: 'KeptByDue', expect: 'NeverWrong' },
  { model: batch, title: 'one at a time', expect: 'holds' },
  { model: batch, title: 'all at once, one of them held', set: { Limit: 3, Held: 'TRUE' }, expect: 'holds' },
  { model: batch, title: 'unknown kinds left out after the limit', off: 'KnownKinds', expect: 'OthersFlow' },
  { model: batch, title: 'a batch again and again as a whole', off: 'OneByOne', set: { Limit: 3 }, expect: 'OthersFlow' },
  { model: batch, title: 'one that fails stays at the head', off: 'Postpone', expect: 'OthersFlow' },
  { model: batch, title: "one that can't even be put off ends the look", off: 'GoesOnAnyway', set: { Limit: 3, Held: 'TRUE' }, expect: 'OthersFlow' },
  { model: batch, title: 'a lock not got ends the look', off: 'ItsOwnTrouble', expect: 'OthersFlow' },
  { model: locks, title: 'one order of locks', expect: 'holds' },
  { model: locks, title: 'timers locked before their subjects', off: 'SubjectFirst', expect: 'NobodyStuck' },
  { model: locks, title: 'subjects in any order', off: 'IdOrder', expect: 'NobodyStuck' },
  { model: locks, title: 'a timer written before the row is held', off: 'TimersLast', expect: 'NobodyStuck' },
  { model: locks, title: 'timers woken in any order', off: 'OneTimerOrder', expect: 'NobodyStuck' },
  { model: locks, title: 'put off while holding the subject', off: 'PostponeAlone', expect: 'NobodyStuck' },
];
