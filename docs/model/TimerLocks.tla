------------------------------- MODULE TimerLocks -------------------------------
(* In which order rows are locked. Everybody who has to do with a timer takes, step by step, the rows of its list and lets go of all of them at its end:
   a worker that fires the timers of two things; a command that changes both and writes their timers; another that only wakes them; a worker that
   puts one off. Nobody waits in a circle. *)
EXTENDS Naturals, Sequences

CONSTANTS
  SubjectFirst,    \* a worker locks the rows that the timers are about, and only then the timers [libs/platform/src/timers/timers.ts:#fire]
  IdOrder,         \* several of them in the order of their ids [libs/platform/src/timers/timers.ts:#fire]
  TimersLast,      \* a command writes its timers at its end, when it holds the rows they are about [libs/platform/src/database/flush.ts:flush]
  OneTimerOrder,   \* and all of them in one order: not everybody who wakes a thing holds it [libs/platform/src/database/flush.ts:inOneOrder]
  PostponeAlone    \* who puts a timer off holds nothing but that timer [libs/platform/src/timers/timers.ts:#postpone]

(* s1, s2: the things; t1, t2: their timers; p1: the promise of the first. *)
Worker == LET subjects == IF IdOrder THEN <<"s1", "s2">> ELSE <<"s2", "s1">>
          IN IF SubjectFirst THEN subjects \o <<"t1", "t2", "p1">> ELSE <<"t1", "t2">> \o subjects \o <<"p1">>
Command == IF TimersLast THEN <<"s1", "s2", "p1", "t1", "t2">> ELSE <<"t1", "s1", "s2", "p1", "t2">>
Waker == IF OneTimerOrder THEN <<"t1", "t2">> ELSE <<"t2", "t1">>
Postponer == IF PostponeAlone THEN <<"t1">> ELSE <<"t1", "s1">>
Lists == <<Worker, Command, Waker, Postponer>>
Who == DOMAIN Lists

VARIABLES held      \* how many rows of its list each has; one more than all: it has ended and holds nothing

Init == held = [p \in Who |-> 0]
Done(p) == held[p] > Len(Lists[p])
Rows(p) == IF Done(p) THEN {} ELSE {Lists[p][i] : i \in 1..held[p]}
MayGoOn(p) == IF Done(p) THEN FALSE ELSE IF held[p] = Len(Lists[p]) THEN TRUE ELSE \A q \in Who \ {p} : Lists[p][held[p] + 1] \notin Rows(q)
Next == \E p \in Who : MayGoOn(p) /\ held' = [held EXCEPT ![p] = @ + 1]
Spec == Init /\ [][Next]_held

NobodyStuck == (\A p \in Who : Done(p)) \/ \E p \in Who : MayGoOn(p)
================================================================================
