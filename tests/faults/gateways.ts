import { fault, type Fault } from './fault';

// Who is outside: slow, failing, and – worst – doing it and not saying so.

const gateway = (name: string, end: 'sms' | 'maker', order: object, kind: 'ready' | 'submitted'): Fault => fault(name, { touches: [end] }, async (ground) => {
  await ground.order(end, order);
  await ground.more({ [kind]: 2 });
  await ground.until('the gateway was asked twice', async () => (await ground.hits(end)) >= 2);
  const hits = await ground.hits(end);
  await ground.order(end, { mode: 'none' });
  return { disturbed: { 'requests disturbed': hits } };
});

export const gateways: readonly Fault[] = [
  gateway('the SMS gateway takes 8 s to answer', 'sms', { mode: 'slow', ms: 8_000 }, 'ready'),
  gateway('the SMS gateway refuses everything', 'sms', { mode: 'reject' }, 'ready'),
  gateway('the SMS gateway sends, and cuts the connection', 'sms', { mode: 'fail-after-accept' }, 'ready'),
  gateway('the maker takes 8 s to answer', 'maker', { mode: 'slow', ms: 8_000 }, 'submitted'),
  gateway('the maker refuses everything', 'maker', { mode: 'reject' }, 'submitted'),
  gateway('the maker takes the claim, and answers 500', 'maker', { mode: 'fail-after-accept', status: 500 }, 'submitted'),
];
