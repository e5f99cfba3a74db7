import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { isRecent, signedHeaders, verified } from './maker.signature';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const at = new Date('2026-03-10T08:00:00Z');

describe('the signature', () => {
  it('CLM-5 is that of Standard Webhooks: HMAC-SHA256 over id.timestamp.body', () => {
    const expected = createHmac('sha256', Buffer.alloc(32, 7)).update('W-1_1.1773129600.{"a":1}').digest('base64');
    expect(signedHeaders(secret, 'W-1_1', '{"a":1}', at)).toEqual({ 'webhook-id': 'W-1_1', 'webhook-timestamp': '1773129600', 'webhook-signature': `v1,${expected}` });
  });

  it('CLM-5 holds for exactly these bytes, this id and this time', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (bytes, place) => {
      const body = Buffer.from(bytes);
      const headers = signedHeaders(secret, 'id', body.toString('latin1'), at);
      const exact = Buffer.from(body.toString('latin1'));
      expect(verified(secret, headers, exact)).toEqual({ id: 'id', at });
      const other = Buffer.from(exact);
      other[place % other.length]! ^= 1;
      expect(verified(secret, headers, other)).toBeNull();
      expect(verified(secret, { ...headers, 'webhook-id': 'id2' }, exact)).toBeNull();
      expect(verified(secret, { ...headers, 'webhook-timestamp': '1773129601' }, exact)).toBeNull();
      expect(verified(`whsec_${Buffer.alloc(32, 8).toString('base64')}`, headers, exact)).toBeNull();
    }));
  });

  it('CLM-5 any of several signatures is enough while a secret is being changed; none is none', () => {
    const headers = signedHeaders(secret, 'id', 'x', at);
    expect(verified(secret, { ...headers, 'webhook-signature': `v1,AAAA v2,zz ${headers['webhook-signature']}` }, Buffer.from('x'))).not.toBeNull();
    for (const wrong of [undefined, '', 'v1,', 'v1', ['v1,AA', 'v1,BB']]) expect(verified(secret, { ...headers, 'webhook-signature': wrong as string }, Buffer.from('x'))).toBeNull();
    for (const wrong of ['', ' ', '1e9', '-5', 'now']) expect(verified(secret, { ...headers, 'webhook-timestamp': wrong }, Buffer.from('x'))).toBeNull();
  });

  it.each([[-300_000, true], [300_000, true], [-301_000, false], [301_000, false]])('CLM-5 made %d ms from now is recent: %s', (ms, recent) => {
    expect(isRecent({ id: 'id', at }, new Date(at.getTime() + ms))).toBe(recent);
  });
});
