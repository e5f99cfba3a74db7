import { createHmac, timingSafeEqual } from 'node:crypto';

// Standard Webhooks, both ways: signed is `id.timestamp.body`, the body byte for byte; the secret is "whsec_" and base64.

const toleranceSeconds = 300;

const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

const digest = (secret: string, id: string, timestamp: string, body: string | Buffer): Buffer => createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();

/** @param at the real time: the far end knows nothing of a demo's clock */
export function signedHeaders(secret: string, id: string, body: string, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest(secret, id, timestamp, body).toString('base64')}` };
}

export interface Signed {
  readonly id: string;
  readonly at: Date;
}

/** Who signed these bytes knew the secret; null when not. Whether it was lately is `isRecent`. */
export function verified(secret: string, headers: Readonly<Record<string, string | string[] | undefined>>, body: Buffer): Signed | null {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name]);
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string' || !/^[\x21-\x7e]{1,300}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return null;
  const expected = digest(secret, id, timestamp, body);
  const genuine = signatures.split(' ').slice(0, 10).some((one) => {
    const given = Buffer.from(one.startsWith('v1,') ? one.slice(3) : '', 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return genuine ? { id, at: new Date(Number(timestamp) * 1000) } : null;
}

/** A recorded call can not be played again later. */
export const isRecent = ({ at }: Signed, now: Date): boolean => Math.abs(now.getTime() - at.getTime()) <= toleranceSeconds * 1000;
