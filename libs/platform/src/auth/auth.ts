import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { Unauthenticated } from '../http/errors';
import { Staff, type Post } from './staff';

export interface AuthOptions {
  readonly issuer: string;
  readonly audience: string;
}

const keptMs = 60_000; // checking a signature takes an eighth of a command; a key that is withdrawn is noticed a minute later
const keptAtMost = 10_000;
const toleranceS = 30;
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** OIDC access tokens, and what their subject may do where, from the staff directory. Services know only the issuer. */
@Injectable()
export class Auth {
  #keys: JWTVerifyGetKey | undefined;
  /** Tokens found valid, and until when that counts. */
  readonly #valid = new Map<string, { readonly subject: string; readonly until: number }>();

  constructor(private readonly options: AuthOptions, private readonly staff: Staff) {}

  /** @returns the staff id of a valid access token. @throws Unauthenticated */
  async subjectOf(authorization: string | undefined): Promise<string> {
    const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '') ?? [];
    if (!token) throw new Unauthenticated();
    const known = this.#valid.get(token);
    if (known && known.until > Date.now()) return known.subject;
    this.#keys ??= await this.#discover();
    try {
      const { payload } = await jwtVerify(token, this.#keys, { issuer: this.options.issuer, audience: this.options.audience, algorithms, typ: 'at+jwt', clockTolerance: toleranceS, requiredClaims: ['sub', 'exp'] });
      if (this.#valid.size >= keptAtMost) this.#valid.clear();
      this.#valid.set(token, { subject: payload.sub!, until: Math.min(Date.now() + keptMs, (payload.exp! + toleranceS) * 1000) });
      return payload.sub!;
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || (error as Error).name === 'TypeError' || (error as { code?: string }).code === 'ERR_JOSE_GENERIC') throw Object.assign(new Error('issuer away'), { code: 'ECONNREFUSED' });
      throw new Unauthenticated();
    }
  }

  async #discover(): Promise<JWTVerifyGetKey> {
    try {
      const answer = await fetch(`${this.options.issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5_000) });
      const { jwks_uri } = (await answer.json()) as { jwks_uri: string };
      return createRemoteJWKSet(new URL(jwks_uri), { cooldownDuration: 5_000 });
    } catch {
      throw Object.assign(new Error('the issuer can not be reached'), { code: 'ECONNREFUSED' });
    }
  }

  postsOf(subject: string): Promise<readonly Post[]> {
    return this.staff.postsOf(subject);
  }

  isStore(storeId: string): Promise<boolean> {
    return this.staff.isStore(storeId);
  }

  /** All stores these posts reach; a group post reaches every store. */
  async storesOf(posts: readonly Post[]): Promise<readonly string[]> {
    if (posts.some(({ storeId }) => storeId === null)) return this.staff.allStores();
    return [...new Set(posts.map(({ storeId }) => storeId!))];
  }
}
