// CRM-24: what may become of a message, as data.

export type MessageState = 'queued' | 'sending' | 'sent' | 'delivered' | 'failed' | 'not-sent';

/** What happens to a message, whoever says it: the sender, the gateway's answer, its receipt, the clock. */
export type MessageEvent = 'claimed' | 'taken' | 'refused' | 'put-off' | 'given-up' | 'delivered' | 'undelivered' | 'unreachable' | 'expired';

const moves: Record<MessageState, Partial<Record<MessageEvent, MessageState>>> = {
  queued: { claimed: 'sending', 'given-up': 'failed', unreachable: 'not-sent', expired: 'not-sent', delivered: 'delivered', undelivered: 'failed' },
  // A receipt may come before the answer to the request that it belongs to, and claimed again is a sender that died.
  sending: { claimed: 'sending', taken: 'sent', refused: 'failed', 'put-off': 'queued', 'given-up': 'failed', delivered: 'delivered', undelivered: 'failed' },
  sent: { delivered: 'delivered', undelivered: 'failed' },
  delivered: {},
  failed: {},
  'not-sent': {},
};

/** Where the event leads; null when it changes nothing (a replay, a late answer). */
export const next = (state: MessageState, event: MessageEvent): MessageState | null => moves[state][event] ?? null;

export const isOver = (state: MessageState): boolean => Object.keys(moves[state]).length === 0;

/** The wait before the next try: the first one doubled each time, at most an hour. */
export const waitSeconds = (first: number, attempts: number): number => Math.min(3600, first * 2 ** Math.min(Math.max(attempts - 1, 0), 12));

export type Way = 'sms' | 'email';

export interface Reachable {
  readonly phones: readonly { readonly number: string; readonly kind: 'mobile' | 'landline' }[];
  readonly email: string | null;
}

/** The first way, in the template's order, that has an address and the customer's consent; else why there is none. */
export function wayTo(contact: Reachable, ways: readonly Way[], allowed: (way: Way) => boolean): { channel: Way; address: string } | { why: 'no-channel' | 'no-consent' } {
  const addresses = ways.flatMap((channel) => {
    const address = channel === 'email' ? contact.email : contact.phones.find(({ kind }) => kind === 'mobile')?.number;
    return address ? [{ channel, address }] : [];
  });
  return addresses.find(({ channel }) => allowed(channel)) ?? { why: addresses.length ? 'no-consent' : 'no-channel' };
}
