------------------------------ MODULE RelaySending ------------------------------
(* From the command's transaction to the partition, second half: how the rows that were found (Relay.tla) are sent. While a batch is out, the one before
   it is deleted and the next is read. Brokers refuse or never answer, and what was given up may still arrive; the lead goes to another replica while
   the old leader, frozen a while, goes on with what it holds. Nothing is lost, and the facts of a key first arrive in their order. *)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  AheadBeside,     \* read ahead is what is not being sent, not only what has a higher id: a lower one may have been committed since
                   \*   [libs/platform/src/outbox/relay.ts:#read]
  DropAhead,       \* when a send fails, what was read ahead is thrown away with it [libs/platform/src/outbox/relay.ts:#drain]
  KeyWaits,        \* behind a fact that the broker never takes, all facts of its key wait, also those already read [libs/platform/src/outbox/relay.ts:#apart]
  TopicWaits,      \* and behind one whose topic takes nothing now, all of the topic [libs/platform/src/outbox/relay.ts:#apart]
  WaitBeforeLimit, \* what waits is left out of a batch before it is cut off at its limit, not after [libs/platform/src/outbox/relay.ts:#read]
  BoundByTable,    \* the lower bound stops at the first row in the table, also at one that waits or is being sent [libs/platform/src/outbox/lower-bound.ts:#raise]
  AwakeDuringSend, \* the leader's session is kept awake while a slow broker takes its time [libs/platform/src/outbox/leader-connection.ts:keptDuring]
  Limit, Bad, Faults  \* rows a batch; rows that the broker never takes; how often something goes wrong

KeyOf == <<"b", "a", "b">>             \* three rows of one topic, by id; the first may be committed after the second, never after the third
Rows == DOMAIN KeyOf
Keys == {"a", "b"}
Replicas == {1, 2}

VARIABLES
  visible, gone,                       \* rows committed; rows deleted
  low,                                 \* the lower bound: what is at or below it is not looked for
  lead,                                \* who holds the advisory lock; only its connection reads and deletes
  hand, ahead, sent, alone, waiting,   \* per replica: rows being sent, rows read meanwhile, rows acknowledged and to be deleted; is a refused batch
                                       \*   being sent row by row; keys that wait
  late,                                \* sends that were given up and are still on their way
  first, last,                         \* the topic: rows in the order of their first arrival; the last one of each key
  faults

vars == <<visible, gone, low, lead, hand, ahead, sent, alone, waiting, late, first, last, faults>>
relay == <<hand, ahead, sent, alone, waiting>>
topic == <<late, first, last>>

Range(s) == {s[i] : i \in DOMAIN s}
Of(s, K) == SelectSeq(s, LAMBDA i : KeyOf[i] \in K)
RECURSIVE InTurn(_)
InTurn(S) == IF S = {} THEN <<>> ELSE LET f == CHOOSE x \in S : \A y \in S : x <= y IN <<f>> \o InTurn(S \ {f})
UpTo(s, n) == IF Len(s) <= n THEN s ELSE SubSeq(s, 1, n)

Init == /\ visible = {} /\ gone = {} /\ low = 0 /\ lead = 1 /\ hand = [r \in Replicas |-> <<>>] /\ ahead = hand /\ sent = [r \in Replicas |-> {}]
        /\ alone = [r \in Replicas |-> FALSE] /\ waiting = sent /\ late = {} /\ first = <<>> /\ last = [k \in Keys |-> 0] /\ faults = 0

(* A row is drawn and committed under the lock of what it is about (Relay.tla, DrawUnderLock): within a key in the order of the ids. *)
Commit(i) == /\ i \notin visible /\ (\A j \in 1..(i - 1) : KeyOf[j] = KeyOf[i] => j \in visible) /\ visible' = visible \cup {i}
             /\ UNCHANGED <<gone, low, lead, relay, topic, faults>>

Table == {i \in visible \ gone : i > low}
Found(r, S) == IF WaitBeforeLimit THEN UpTo(InTurn({i \in S : KeyOf[i] \notin waiting[r]}), Limit) ELSE Of(UpTo(InTurn(S), Limit), Keys \ waiting[r])
Arrives(s) == /\ first' = first \o SelectSeq(s, LAMBDA i : i \notin Range(first))
              /\ last' = [k \in Keys |-> LET o == Of(s, {k}) IN IF o = <<>> THEN last[k] ELSE o[Len(o)]]

Read(r) == /\ lead = r /\ hand[r] = <<>> /\ sent[r] = {} /\ Found(r, Table) # <<>> /\ hand' = [hand EXCEPT ![r] = Found(r, Table)]
           /\ UNCHANGED <<visible, gone, low, lead, ahead, sent, alone, waiting, topic, faults>>
ReadAhead(r) ==
  /\ lead = r /\ hand[r] # <<>> /\ ~alone[r] /\ sent[r] = {} /\ ahead[r] = <<>>
  /\ LET others == IF AheadBeside THEN Table \ Range(hand[r]) ELSE {i \in Table : i > hand[r][Len(hand[r])]}
     IN ahead' = [ahead EXCEPT ![r] = Found(r, others)]
  /\ UNCHANGED <<visible, gone, low, lead, hand, sent, alone, waiting, topic, faults>>

Acknowledged(r) ==
  /\ hand[r] # <<>> /\ ~alone[r] /\ sent[r] = {} /\ Range(hand[r]) \cap Bad = {} /\ Arrives(hand[r])
  /\ sent' = [sent EXCEPT ![r] = Range(hand[r])] /\ hand' = [hand EXCEPT ![r] = ahead[r]] /\ ahead' = [ahead EXCEPT ![r] = <<>>]
  /\ UNCHANGED <<visible, gone, low, lead, alone, waiting, late, faults>>
Delete(r) == /\ lead = r /\ sent[r] # {} /\ gone' = gone \cup sent[r] /\ sent' = [sent EXCEPT ![r] = {}]
             /\ UNCHANGED <<visible, low, lead, hand, ahead, alone, waiting, topic, faults>>

(* No answer: partitions may have it, or get it later, or never. It begins again from the table. *)
Out(r) == IF alone[r] THEN Of(UpTo(hand[r], 1), Keys \ waiting[r]) ELSE hand[r]
GivenUp(r) ==
  /\ faults < Faults /\ faults' = faults + 1 /\ Out(r) # <<>>
  /\ \E K, L \in SUBSET {k \in Keys : Range(Of(Out(r), {k})) \cap Bad = {}} :
       Arrives(Of(Out(r), K)) /\ late' = (IF Of(Out(r), L) = <<>> THEN late ELSE late \cup {Of(Out(r), L)})
  /\ hand' = [hand EXCEPT ![r] = IF DropAhead THEN <<>> ELSE ahead[r]] /\ ahead' = [ahead EXCEPT ![r] = <<>>] /\ alone' = [alone EXCEPT ![r] = FALSE]
  /\ UNCHANGED <<visible, gone, low, lead, sent, waiting>>
LateArrives == \E s \in late : Arrives(s) /\ late' = late \ {s} /\ UNCHANGED <<visible, gone, low, lead, relay, faults>>

(* The broker answers that it doesn't take the batch (for one of its rows, or because a topic is away): it is sent again row by row. *)
Refused(r) == /\ hand[r] # <<>> /\ ~alone[r] /\ (IF Range(hand[r]) \cap Bad # {} THEN UNCHANGED faults ELSE faults < Faults /\ faults' = faults + 1)
              /\ alone' = [alone EXCEPT ![r] = TRUE] /\ ahead' = [ahead EXCEPT ![r] = IF DropAhead THEN <<>> ELSE @]
              /\ UNCHANGED <<visible, gone, low, lead, hand, sent, waiting, topic>>
Alone(r) ==
  /\ alone[r] /\ sent[r] = {}
  /\ IF hand[r] = <<>> THEN alone' = [alone EXCEPT ![r] = FALSE] /\ hand' = [hand EXCEPT ![r] = ahead[r]] /\ ahead' = [ahead EXCEPT ![r] = <<>>]
                            /\ UNCHANGED <<sent, waiting, first, last, faults>>
     ELSE LET i == hand[r][1] IN
          /\ hand' = [hand EXCEPT ![r] = Tail(@)] /\ UNCHANGED <<alone, ahead>>
          /\ \/ KeyOf[i] \in waiting[r] /\ UNCHANGED <<sent, waiting, first, last, faults>>
             \/ KeyOf[i] \notin waiting[r] /\ i \in Bad /\ waiting' = [waiting EXCEPT ![r] = IF KeyWaits THEN @ \cup {KeyOf[i]} ELSE @] /\ UNCHANGED <<sent, first, last, faults>>
             \/ KeyOf[i] \notin waiting[r] /\ faults < Faults /\ faults' = faults + 1     \* its topic is away
                /\ waiting' = [waiting EXCEPT ![r] = IF TopicWaits THEN Keys ELSE @] /\ UNCHANGED <<sent, first, last>>
             \/ KeyOf[i] \notin waiting[r] /\ i \notin Bad /\ Arrives(<<i>>) /\ sent' = [sent EXCEPT ![r] = {i}] /\ UNCHANGED <<waiting, faults>>
  /\ UNCHANGED <<visible, gone, low, lead, late>>
(* A wait is over at any time, mostly after all the others have been sent. *)
WaitedEnough(r) == /\ waiting[r] # {} /\ ~alone[r] /\ hand[r] = <<>> /\ waiting' = [waiting EXCEPT ![r] = {}]
                   /\ IF lead = r /\ Found(r, Table) = <<>> THEN UNCHANGED faults ELSE faults < Faults /\ faults' = faults + 1
                   /\ UNCHANGED <<visible, gone, low, lead, hand, ahead, sent, alone, topic>>

(* The lower bound. By Relay.tla its candidate is such that every row up to it is visible, or will never be. *)
Raise(r) ==
  /\ lead = r
  /\ \E c \in Rows : /\ 1..c \subseteq visible
                     /\ LET there == IF BoundByTable THEN visible \ gone ELSE {i \in Table \ Range(hand[r]) : KeyOf[i] \notin waiting[r]}
                            up == IF there \cap 1..c = {} THEN c ELSE InTurn(there)[1] - 1
                        IN up > low /\ low' = up
  /\ UNCHANGED <<visible, gone, lead, relay, topic, faults>>

(* The lead. Whoever has lost it may not know yet and sends what it holds, but reads and deletes nothing more. *)
Empty(r) == /\ hand' = [hand EXCEPT ![r] = <<>>] /\ ahead' = [ahead EXCEPT ![r] = <<>>] /\ sent' = [sent EXCEPT ![r] = {}] /\ alone' = [alone EXCEPT ![r] = FALSE]
            /\ waiting' = [waiting EXCEPT ![r] = {}] /\ UNCHANGED <<visible, gone, low, topic>>
LeadMoves == faults < Faults /\ faults' = faults + 1 /\ lead' = 3 - lead /\ UNCHANGED <<visible, gone, low, relay, topic>>
Notices(r) == lead # r /\ (hand[r] # <<>> \/ sent[r] # {}) /\ Empty(r) /\ UNCHANGED <<lead, faults>>
FallsAsleep(r) == ~AwakeDuringSend /\ lead = r /\ hand[r] # <<>> /\ lead' = 3 - lead /\ Empty(r) /\ UNCHANGED faults

Steps(r) == Read(r) \/ ReadAhead(r) \/ Acknowledged(r) \/ Delete(r) \/ Refused(r) \/ Alone(r) \/ Raise(r) \/ Notices(r) \/ WaitedEnough(r)
Next == \/ LateArrives \/ LeadMoves \/ \E i \in Rows : Commit(i)
        \/ \E r \in Replicas : Steps(r) \/ GivenUp(r) \/ FallsAsleep(r)
Spec == Init /\ [][Next]_vars /\ (\A i \in Rows : WF_vars(Commit(i))) /\ \A r \in Replicas : WF_vars(Steps(r))

NothingLost == \A i \in visible : i \in Range(first) \/ i \in Table
InOrder == \A k \in Keys : LET seen == Of(first, {k}) IN seen = UpTo(Of(<<1, 2, 3>>, {k}), Len(seen))
OthersFlow == \A i \in Rows : KeyOf[i] \notin {KeyOf[b] : b \in Bad} => <>(i \in Range(first))
(* Not promised: at rest a compacted topic ends with each thing's newest state. See README.md, "What is not proven". *)
NewestLast == (gone = Rows /\ late = {} /\ \A r \in Replicas : hand[r] = <<>>) => last["b"] = 3
================================================================================
