------------------------------- MODULE TimerBatch -------------------------------
(* What one timer's trouble must not do to the others. Three are due at once and are looked for in batches: one of a kind that nobody here answers
   (a version was rolled back), one whose handler always fails or whose rows somebody holds for ever, and a good one. The good one fires. *)
EXTENDS Naturals, Sequences

CONSTANTS
  KnownKinds,      \* kinds that nobody answers are left out of a batch before it is cut off at its limit, not after
                   \*   [libs/platform/src/timers/timers.ts:#fireAllDue]
  OneByOne,        \* a batch that fails is undone and its timers are fired one by one [libs/platform/src/timers/timers.ts:#fireTogether]
  Postpone,        \* one that fails alone rings again later, behind those that are due now [libs/platform/src/timers/timers.ts:#postpone]
  ItsOwnTrouble,   \* a lock not got in time is the timer's own trouble; it doesn't end the look, as a database that is away does
                   \*   [libs/platform/src/timers/timers.ts:#fireTogether]
  GoesOnAnyway,    \* nor does a timer that can't even be put off, for somebody holds its own row [libs/platform/src/timers/timers.ts:#postpone]
  Held,            \* does somebody
  Limit            \* timers a batch

VARIABLES queue, batch, fired       \* by ring_at; taken together; the good one has
vars == <<queue, batch, fired>>

Init == queue = <<"foreign", "bad", "good">> /\ batch = <<>> /\ fired = FALSE

UpTo(s, n) == IF Len(s) <= n THEN s ELSE SubSeq(s, 1, n)
Known(s) == SelectSeq(s, LAMBDA t : t # "foreign")
Without(s, t) == SelectSeq(s, LAMBDA u : u # t)
Look == /\ batch = <<>> /\ batch' = (IF KnownKinds THEN UpTo(Known(queue), Limit) ELSE Known(UpTo(queue, Limit))) /\ batch' # <<>> /\ UNCHANGED <<queue, fired>>
Fire == /\ batch # <<>>
        /\ LET t == batch[1] IN
           IF t = "bad" /\ (~ItsOwnTrouble \/ (Len(batch) > 1 /\ ~OneByOne) \/ (Held /\ ~GoesOnAnyway)) THEN batch' = <<>> /\ UNCHANGED <<queue, fired>>     \* all undone, at the next sweep again
           ELSE /\ batch' = Tail(batch) /\ fired' = (fired \/ t = "good")
                /\ queue' = (IF t = "good" THEN Without(queue, t) ELSE IF Postpone /\ ~Held THEN Append(Without(queue, t), t) ELSE queue)

Next == Look \/ Fire
Spec == Init /\ [][Next]_vars /\ WF_vars(Next)

OthersFlow == <>fired
================================================================================
