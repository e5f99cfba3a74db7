// PRT-5: papers before goods. signed (technician) → countersigned (advisor) → issued; there is no way to issued but through both signatures,
// the claims clerk's where the maker pays, and the old part of every line, or somebody's word why not.
import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import type { Payer } from '@aftersales/contracts/kernel/values';

export type State = 'signed' | 'countersigned' | 'issued' | 'withdrawn';

export interface RequisitionLine {
  readonly lineId: string;
  readonly partNumber: string;
  readonly quantity: number;
  readonly returned: number;
  readonly payer: Payer;
  readonly oldPart: 'exempt' | 'due' | 'handed-in' | 'excepted';
}

export interface Requisition {
  readonly state: State;
  readonly lines: readonly RequisitionLine[];
  readonly technicianId: string;
  readonly advisorId: string | null;
  readonly claimsClerkId: string | null;
}

export const moves = {
  countersign: { from: ['signed'], to: 'countersigned', roles: ['advisor'] },
  'sign-claims': { from: ['signed', 'countersigned'], to: null, roles: ['claims-clerk'] },
  'hand-in': { from: ['signed', 'countersigned'], to: null, roles: ['parts-keeper'] },
  except: { from: ['signed', 'countersigned'], to: null, roles: ['parts-manager', 'service-manager'] },
  issue: { from: ['countersigned'], to: 'issued', roles: ['parts-keeper'] },
  return: { from: ['issued'], to: null, roles: ['parts-keeper'] },
  withdraw: { from: ['signed', 'countersigned'], to: 'withdrawn', roles: ['technician', 'advisor', 'parts-keeper'] },
} as const satisfies Record<string, { from: readonly State[]; to: State | null; roles: readonly string[] }>;
export type Move = keyof typeof moves;

export const isOpen = ({ state }: Pick<Requisition, 'state'>): boolean => state === 'signed' || state === 'countersigned';

export const isWarranty = ({ lines }: Requisition): boolean => lines.some(({ payer }) => payer === 'warranty');

/** What is open to a person with these roles now. */
export function allowed(requisition: Requisition, roles: readonly string[]): Move[] {
  const { state, lines, claimsClerkId } = requisition;
  const due = lines.some(({ oldPart }) => oldPart === 'due');
  const now: Record<Move, boolean> = {
    countersign: true,
    'sign-claims': isWarranty(requisition) && !claimsClerkId,
    'hand-in': due,
    except: due,
    issue: !due && (!isWarranty(requisition) || claimsClerkId !== null),
    return: lines.some(({ quantity, returned }) => returned < quantity),
    withdraw: true,
  };
  return (Object.keys(moves) as Move[]).filter((move) => now[move] && (moves[move].from as readonly State[]).includes(state) && moves[move].roles.some((role) => roles.includes(role)));
}

export function countersign(requisition: Requisition, advisorId: string): Pick<Requisition, 'state' | 'advisorId'> {
  movable(requisition, 'countersign');
  demand(advisorId !== requisition.technicianId, 'parts.two-people', 'Who signed as technician does not countersign.');
  demand(advisorId !== requisition.claimsClerkId, 'parts.two-people', 'Who signed for claims does not countersign.');
  return { state: 'countersigned', advisorId };
}

export function signClaims(requisition: Requisition, claimsClerkId: string): Pick<Requisition, 'claimsClerkId'> {
  movable(requisition, 'sign-claims');
  demand(isWarranty(requisition), 'parts.no-warranty-line', 'No line of it is paid by the maker.');
  demand(!requisition.claimsClerkId, 'parts.signed-already', 'Claims has signed already.');
  demand(claimsClerkId !== requisition.technicianId && claimsClerkId !== requisition.advisorId, 'parts.two-people', 'Two roles of one person are one signature.');
  return { claimsClerkId };
}

/** The removed part is here; another person than the technician takes it in. */
export function handInOldPart(requisition: Requisition, lineId: string, keeperId: string): readonly RequisitionLine[] {
  movable(requisition, 'hand-in');
  demand(keeperId !== requisition.technicianId, 'parts.two-people', 'Who removed the part does not take it in.');
  return settleOldPart(requisition, lineId, 'handed-in');
}

/** No old part, and somebody other than the technician answers for that. */
export function exceptOldPart(requisition: Requisition, lineId: string, approverId: string): readonly RequisitionLine[] {
  movable(requisition, 'except');
  demand(approverId !== requisition.technicianId, 'parts.two-people', 'Nobody excuses himself from handing in the old part.');
  return settleOldPart(requisition, lineId, 'excepted');
}

export function issue(requisition: Requisition): Pick<Requisition, 'state'> {
  movable(requisition, 'issue');
  demand(!isWarranty(requisition) || requisition.claimsClerkId, 'parts.claims-signature-first', 'A warranty line needs the claims clerk\'s signature first.');
  demand(requisition.lines.every(({ oldPart }) => oldPart !== 'due'), 'parts.old-part-first', 'The old part is handed in first.');
  return { state: 'issued' };
}

export function withdraw(requisition: Requisition): Pick<Requisition, 'state'> {
  movable(requisition, 'withdraw');
  return { state: 'withdrawn' };
}

/** Unused and unopened, at most what was issued and not yet returned. */
export function giveBack(requisition: Requisition, back: readonly { lineId: string; quantity: number }[]): readonly RequisitionLine[] {
  movable(requisition, 'return');
  return back.reduce<readonly RequisitionLine[]>((lines, { lineId, quantity }) => {
    const line = lineOf(lines, lineId);
    demand(line.returned + quantity <= line.quantity, 'parts.more-than-issued', 'More than was issued can not come back.');
    return lines.map((other) => (other === line ? { ...line, returned: line.returned + quantity } : other));
  }, requisition.lines);
}

function settleOldPart({ lines }: Requisition, lineId: string, oldPart: 'handed-in' | 'excepted'): readonly RequisitionLine[] {
  const line = lineOf(lines, lineId);
  demand(line.oldPart === 'due', 'parts.old-part-not-due', 'No old part is due for this line.');
  return lines.map((other) => (other === line ? { ...line, oldPart } : other));
}

function lineOf(lines: readonly RequisitionLine[], lineId: string): RequisitionLine {
  const line = lines.find((one) => one.lineId === lineId);
  demand(line, 'parts.not-on-requisition', 'This requisition has no such line.');
  return line;
}

function movable({ state }: Requisition, move: Move): void {
  if ((moves[move].from as readonly State[]).includes(state)) return;
  const open = (Object.keys(moves) as Move[]).filter((other) => (moves[other].from as readonly State[]).includes(state));
  const goodsFirst = move === 'issue' && state === 'signed';
  throw new Refused(goodsFirst ? 'parts.papers-first' : 'parts.requisition-state', goodsFirst ? 'Papers first, goods later: the advisor has not countersigned.' : `A requisition that is ${state} does not allow this.`, { from: state, to: moves[move].to ?? state, allowed: open });
}
