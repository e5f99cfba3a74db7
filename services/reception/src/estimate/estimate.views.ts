import { z } from 'zod';
import { Share } from '@aftersales/contracts/reception/estimate-line';
import type { Tx } from '@aftersales/platform/database/tx';
import { desk, type Line } from '../visit/visit';
import { standingOf } from './consent';
import { sharesOf, versionStates } from './estimate';
import { consentsOf, type EstimateVersion } from './version.queries';

const approvers = ['service-manager', 'store-manager', 'front-desk-supervisor', 'finance', 'claims-clerk', 'advisor'];

/** The moves of a version, as data. */
const moves = {
  offer: { from: ['draft'], roles: desk },
  answer: { from: ['offered'], roles: desk },
  link: { from: ['offered'], roles: desk },
  approve: { from: ['draft', 'coverage-asked', 'offered', 'answered'], roles: approvers },
} as const;

const LineView = z.object({
  lineId: z.uuid(), kind: z.enum(['labour', 'part', 'consumable']), title: z.string().nullable(), operationCode: z.string().optional(), skill: z.string().optional(), bayType: z.string().optional(), flatHours: z.int().optional(),
  partNumber: z.string().optional(), quantity: z.int().optional(), unitPrice: z.object({ amount: z.int(), currency: z.string() }), amount: z.object({ amount: z.int(), currency: z.string() }), tax: z.int(), taxBasisPoints: z.int(),
  listPrice: z.int().nullable(), payer: z.string(), faultCode: z.string().optional(), faultId: z.uuid().optional(), safety: z.boolean().optional(), customersOwn: z.boolean().optional(), since: z.int(),
  standing: z.enum(['open', 'waiting-for-payer', 'consented', 'declined', 'refused-by-payer']),
});

export const EstimateView = z.object({
  visitId: z.uuid(), n: z.int(), /** Of the visit: what If-Match names. */ version: z.int(), state: z.enum(versionStates), allowed: z.array(z.enum(['offer', 'answer', 'link', 'approve'])), lines: z.array(LineView), shares: z.array(Share), tax: z.int(),
  pricedBy: z.uuid().nullable(), draftedAt: z.iso.datetime(), offeredAt: z.iso.datetime().nullable(), promisedAt: z.iso.datetime().nullable(), expiresAt: z.iso.datetime().nullable(), shownHash: z.string().nullable(),
});
export const EstimateList = z.object({ estimates: z.array(EstimateView) });

export async function estimateView(tx: Tx, estimate: EstimateVersion, roles: readonly string[]) {
  const consents = await consentsOf(tx, estimate.visitId);
  const { version } = (await tx.one<{ version: number }>(`select version from visit where id = $1`, [estimate.visitId]))!;
  const { visitId, n, state, lines, pricedBy, draftedAt, offeredAt, promisedAt, expiresAt, shownHash } = estimate;
  return {
    visitId, n, version, state, allowed: allowedMoves(state, roles), lines: lines.map((line: Line) => ({ ...line, standing: standingOf(line, consents, tx.now) })),
    shares: sharesOf(lines), tax: lines.reduce((sum, line) => sum + line.tax, 0), pricedBy, draftedAt, offeredAt, promisedAt, expiresAt, shownHash,
  };
}

const allowedMoves = (state: string, roles: readonly string[]) =>
  (Object.keys(moves) as (keyof typeof moves)[]).filter((name) => (moves[name].from as readonly string[]).includes(state) && moves[name].roles.some((role) => roles.includes(role)));
