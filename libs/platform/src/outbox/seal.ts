import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';
import { Injectable } from '@nestjs/common';

/** Public keys of every service that hears something sealed, and this service's own private ones (the newest first, old ones kept 30 days). */
export interface SealKeys {
  readonly publicKeys: Readonly<Record<string, JWK>>;
  readonly privateKeys: readonly JWK[];
}

/** Personal parts of facts: encrypted once at publish to one hearing service, JWE compact, ECDH-ES+A256KW / A256GCM. */
@Injectable()
export class Seal {
  constructor(private readonly keys: SealKeys) {}

  /** @throws Error when no public key of `service` is configured. */
  async seal(service: string, data: unknown): Promise<string> {
    const jwk = this.keys.publicKeys[service];
    if (!jwk) throw new Error(`no public key to seal for ${service}`);
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(data)))
      .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: jwk.kid })
      .encrypt(await importJWK(jwk, 'ECDH-ES+A256KW'));
  }

  /** null when the key it was sealed with is no longer kept. @throws Error when the text is no JWE or was altered. */
  async unseal(jwe: string): Promise<unknown> {
    const { kid } = JSON.parse(Buffer.from(jwe.split('.')[0] ?? '', 'base64url').toString('utf8')) as { kid?: string };
    const jwk = this.keys.privateKeys.find((key) => key.kid === kid);
    if (!jwk) return null;
    const { plaintext } = await compactDecrypt(jwe, await importJWK(jwk, 'ECDH-ES+A256KW'));
    return JSON.parse(new TextDecoder().decode(plaintext));
  }
}
