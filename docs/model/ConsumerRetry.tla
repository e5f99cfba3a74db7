----------------------------- MODULE ConsumerRetry -----------------------------
(* What one fact's trouble must not do to the others. Partition 1 can't go on: its handler meets a lock that is never let go, and is asked again and
   again. Partition 2 begins with a fact that can't be handled at all, partition 3 with one that takes too long whenever it is tried; behind each stands
   one of another key. Those get their effects. *)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  PauseAlone,      \* a partition whose facts meet a passing fault waits alone, and nothing waits inside the loop over all partitions
                   \*   [libs/platform/src/bus/bus-server.ts:#eachBatch]
  OneByOne,        \* a batch that can't be handled, meets a lock or takes too long, is undone and its facts are taken one by one
                   \*   [libs/platform/src/inbox/inbox.ts:apply]
  Patience,        \* one that takes too long, alone, so many times, is a dead letter; one that meets a lock never is [libs/platform/src/inbox/inbox.ts:#alone]
  OnlyItsKey       \* a dead letter holds back the facts of its own key and no others [libs/platform/src/inbox/inbox.ts:#applyFor]

VARIABLES pos, waiting, tried, effects, dead
vars == <<pos, waiting, tried, effects, dead>>

Log == <<<<"stuck">>, <<"broken", "good">>, <<"slow", "behind">>>>
Often == 2
Init == pos = <<0, 0, 0>> /\ waiting = {} /\ tried = 0 /\ effects = {} /\ dead = {}

May(p) == pos[p] < Len(Log[p]) /\ (IF PauseAlone THEN p \notin waiting ELSE waiting = {})
Waits(p) == waiting' = waiting \cup {p} /\ UNCHANGED <<pos, effects, dead>>
First == May(1) /\ Waits(1) /\ UNCHANGED tried
Rest(p) ==
  /\ pos' = [pos EXCEPT ![p] = @ + 1] /\ UNCHANGED waiting
  /\ IF pos[p] = 0 THEN dead' = dead \cup {Log[p][1]} /\ UNCHANGED effects
     ELSE effects' = (IF OnlyItsKey THEN effects \cup {Log[p][2]} ELSE effects) /\ UNCHANGED dead
InVain(p) == pos[p] = 0 /\ ~OneByOne                                              \* the two of them as one batch
Second == May(2) /\ (IF InVain(2) THEN Waits(2) ELSE Rest(2)) /\ UNCHANGED tried
TooLong == pos[3] = 0 /\ (~Patience \/ tried < Often)
Third ==
  /\ May(3)
  /\ IF InVain(3) \/ TooLong THEN Waits(3) /\ tried' = (IF tried < Often THEN tried + 1 ELSE tried)
     ELSE Rest(3) /\ UNCHANGED tried
Resume(p) == p \in waiting /\ waiting' = waiting \ {p} /\ UNCHANGED <<pos, tried, effects, dead>>

Next == First \/ Second \/ Third \/ \E p \in DOMAIN Log : Resume(p)
Spec == Init /\ [][Next]_vars /\ WF_vars(First) /\ WF_vars(Second) /\ WF_vars(Third) /\ \A p \in DOMAIN Log : WF_vars(Resume(p))

OthersFlow == <>({"good", "behind"} \subseteq effects)
================================================================================
