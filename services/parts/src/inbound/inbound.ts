// Goods on their way. planned → expected (somebody said when, or that nobody knows) → received.
import { demand, Refused } from '@aftersales/contracts/kernel/refused';

export interface InboundRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly partNumber: string;
  readonly source: 'order' | 'transfer';
  readonly state: 'planned' | 'expected' | 'received' | 'cancelled';
  readonly quantity: number;
  readonly received: number;
  readonly eta: Date | null;
  readonly createdAt: Date;
}

type State = InboundRow['state'];
export const inboundMoves = {
  eta: { from: ['planned', 'expected'], to: 'expected', roles: ['buyer', 'parts-manager'] },
  receive: { from: ['planned', 'expected'], to: 'received', roles: ['parts-keeper', 'parts-manager'] },
} as const satisfies Record<string, { from: readonly State[]; to: State; roles: readonly string[] }>;
export type InboundMove = keyof typeof inboundMoves;

export const inboundAllowed = (state: State, roles: readonly string[]): InboundMove[] =>
  (Object.keys(inboundMoves) as InboundMove[]).filter((move) => (inboundMoves[move].from as readonly State[]).includes(state) && inboundMoves[move].roles.some((role) => roles.includes(role)));

/** What comes is counted; more than was expected is no receipt but a discrepancy (PRT-7). */
export function receive(line: InboundRow, quantity: number): Pick<InboundRow, 'received' | 'state'> {
  movable(line, 'receive');
  const open = line.quantity - line.received;
  demand(quantity <= open, 'parts.more-than-expected', `Only ${open / 1000} are expected on this line.`);
  const received = line.received + quantity;
  return { received, state: received === line.quantity ? 'received' : 'expected' };
}

export function tellEta(line: InboundRow, eta: Date | null, now: Date): Pick<InboundRow, 'eta' | 'state'> {
  movable(line, 'eta');
  demand(eta === null || eta > now, 'parts.eta-passed', 'An expected time of arrival lies ahead.');
  return { eta, state: 'expected' };
}

function movable(line: InboundRow, move: InboundMove): void {
  const { from, to } = inboundMoves[move];
  if (!(from as readonly State[]).includes(line.state)) throw new Refused('parts.inbound-closed', 'This line expects nothing any more.', { from: line.state, to, allowed: [] });
}
