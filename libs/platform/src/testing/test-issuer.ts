import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';

/** A real OIDC issuer as far as a service can see: discovery, JWKS, signed access tokens. One for each test file. */
export class TestIssuer {
  private constructor(readonly url: string, private readonly server: Server, private readonly key: CryptoKey) {}

  static async start(): Promise<TestIssuer> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
    let url = '';
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url === '/jwks' ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/jwks` }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new TestIssuer(url, server, privateKey);
  }

  token(subject: string, changes: { audience?: string; issuer?: string; expiresIn?: string; typ?: string } = {}): Promise<string> {
    return new SignJWT({}).setSubject(subject).setProtectedHeader({ alg: 'ES256', kid: 'test', typ: changes.typ ?? 'at+jwt' })
      .setIssuer(changes.issuer ?? this.url).setAudience(changes.audience ?? 'aftersales').setIssuedAt().setExpirationTime(changes.expiresIn ?? '1h').sign(this.key);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
