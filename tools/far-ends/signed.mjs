/**
 * Signatures of the far ends' HTTP protocols, both ways: the scheme of Standard Webhooks, so that a partner
 * who already has a library for it needs nothing of ours.
 *
 *   webhook-id         names the message; the same on every retry
 *   webhook-timestamp  seconds since 1970, when this attempt was made
 *   webhook-signature  "v1,<base64>", several separated by spaces while a secret is being changed
 *
 * Signed are `id.timestamp.body`, the body byte for byte: a receiver has to keep the raw bytes, since JSON
 * parsed and printed again need not be the same.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const PREFIX = 'whsec_';
export const TOLERANCE_SECONDS = 300;

/** @returns {string} a new secret, `whsec_` and 32 bytes in base64 */
export const newSecret = () => PREFIX + randomBytes(32).toString('base64');

/** @param {string} secret @returns {Buffer} */
function keyOf(secret) {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '', 'base64');
  // Base64 decoding never fails, it skips what it doesn't know: a mistyped secret would be a short one.
  if (key.length < 24) throw new Error(`a secret is "${PREFIX}" and at least 24 bytes in base64`);
  return key;
}

/** Throws on a malformed secret, so that a program refuses it when it starts. @param {string} secret */
export const checkSecret = (secret) => void keyOf(secret);

/**
 * @param {string} secret
 * @param {string} id
 * @param {string | number} timestamp seconds
 * @param {string | Buffer} body
 */
function digest(secret, id, timestamp, body) {
  return createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
}

/**
 * @param {string} secret
 * @param {string} id
 * @param {string | Buffer} body
 * @param {number} [nowMs]
 * @returns {Record<string, string>} the three headers
 */
export function signedHeaders(secret, id, body, nowMs = Date.now()) {
  const timestamp = Math.floor(nowMs / 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${digest(secret, id, timestamp, body).toString('base64')}`,
  };
}

/**
 * @param {string} secret
 * @param {Record<string, string | string[] | undefined>} headers lower-case names, as Node gives them
 * @param {string | Buffer} body the raw body
 * @param {number} [nowMs]
 * @returns {undefined | 'signature-missing' | 'timestamp-outside-tolerance' | 'signature-wrong'} undefined: genuine
 */
export function whyRefused(secret, headers, body, nowMs = Date.now()) {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name]);
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string' || !id) return 'signature-missing';
  // Digits only: '' and ' ' are the number 0, and '1e9' would be signed as other text than it is compared as.
  if (!/^\d{1,12}$/.test(timestamp)) return 'signature-missing';
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return 'timestamp-outside-tolerance';
  const expected = digest(secret, id, timestamp, body);
  for (const one of signatures.split(' ')) {
    if (!one.startsWith('v1,')) continue;
    const given = Buffer.from(one.slice(3), 'base64');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return undefined;
  }
  return 'signature-wrong';
}
