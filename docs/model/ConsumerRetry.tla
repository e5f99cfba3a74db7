----------------------------- MODULE ConsumerRetry -----------------------------
(* What one fact's trouble must not do to the others. Partition 1 can't go on: its handler meets a lock that is never let go, and is asked again and
   again. Partition 2 begins with a fact that can't be handled at all, and behind it stands one of another key. That one gets its effect. *)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  PauseAlone,      \* a partition whose facts meet a passing fault waits alone, and nothing waits inside the loop over all partitions
                   \*   [libs/platform/src/bus/bus-server.ts:#eachBatch]
  OneByOne,        \* a batch that can't be handled, or meets a lock, is undone and its facts are taken one by one
                   \*   [libs/platform/src/inbox/inbox.ts:apply]
  OnlyItsKey       \* a dead letter holds back the facts of its own key and no others [libs/platform/src/inbox/inbox.ts:#applyFor]

VARIABLES pos, waiting, effects, dead
vars == <<pos, waiting, effects, dead>>

Log == <<<<"stuck">>, <<"broken", "good">>>>
Init == pos = <<0, 0>> /\ waiting = {} /\ effects = {} /\ dead = {}

May(p) == pos[p] < Len(Log[p]) /\ (IF PauseAlone THEN p \notin waiting ELSE waiting = {})
First == May(1) /\ waiting' = waiting \cup {1} /\ UNCHANGED <<pos, effects, dead>>
Second ==
  /\ May(2)
  /\ IF pos[2] = 0 /\ ~OneByOne THEN waiting' = waiting \cup {2} /\ UNCHANGED <<pos, effects, dead>>      \* the two of them as one batch, in vain
     ELSE /\ pos' = [pos EXCEPT ![2] = @ + 1] /\ UNCHANGED waiting
          /\ IF pos[2] = 0 THEN dead' = {"broken"} /\ UNCHANGED effects
             ELSE effects' = (IF OnlyItsKey THEN {"good"} ELSE {}) /\ UNCHANGED dead
Resume(p) == p \in waiting /\ waiting' = waiting \ {p} /\ UNCHANGED <<pos, effects, dead>>

Next == First \/ Second \/ Resume(1) \/ Resume(2)
Spec == Init /\ [][Next]_vars /\ WF_vars(First) /\ WF_vars(Second) /\ WF_vars(Resume(1)) /\ WF_vars(Resume(2))

OthersFlow == <>("good" \in effects)
================================================================================
