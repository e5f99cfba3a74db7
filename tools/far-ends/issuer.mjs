/**
 * The identity provider, an OpenID Connect issuer like any other: discovery, JWKS, authorization code with PKCE, and
 * access tokens as signed JWT (RFC 9068). What no real one should have is the list of demo people and the password
 * grant for the command line. Its issuer is http on 127.0.0.1, which production refuses as it does localhost; a name
 * given to it (containers reach it by one) is for development as well.
 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Bounded } from './memory.mjs';
import { People } from './people.mjs';
import { SIGN_IN, errorPage, signIn, signOutPage, signedOutPage } from './sign-in.mjs';
import { host, listen, run, settings } from './web.mjs';

// The standard wants a resource named by a URI; the tokens' audience may be any string.
const RESOURCE = 'urn:aftersales:api';
const AUDIENCE = 'aftersales';
const SCOPE = 'api';
const HOUR = 3600;
const ALG = 'ES256';

// oidc-provider tells its news on stdout, where only the ready line belongs.
console.info = console.error;
// It is written for Node 22, whose only part missing from early releases of Node 20 is this.
URL.parse ??= (/** @type {string} */ text) => (URL.canParse(text) ? new URL(text) : null);
const { Provider, errors, interactionPolicy } = await import('oidc-provider');

/** What oidc-provider keeps of one kind (sessions, codes, grants). In memory and bounded; tokens are signed, not kept. */
class Kept {
  /** @type {Bounded<any>} */
  #rows = new Bounded();

  /** @param {string} id @param {any} row @param {number} [seconds] */
  async upsert(id, row, seconds) {
    this.#rows.set(id, { ...row, until: seconds ? Date.now() + seconds * 1000 : Infinity });
  }

  /** @param {string} id */
  async find(id) {
    const row = this.#rows.get(id);
    return row && row.until > Date.now() ? row : undefined;
  }

  /** @param {string} uid */
  async findByUid(uid) {
    return this.#rows.list().find((row) => row.uid === uid);
  }

  async findByUserCode() {
    return undefined;
  }

  /** @param {string} id */
  async consume(id) {
    const row = this.#rows.get(id);
    if (row) row.consumed = Math.floor(Date.now() / 1000);
  }

  /** @param {string} id */
  async destroy(id) {
    this.#rows.delete(id);
  }

  /** @param {string} grantId */
  async revokeByGrantId(grantId) {
    for (const row of this.#rows.list()) if (row.grantId === grantId) this.#rows.delete(row.jti);
  }
}

function newKeys() {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(`${key.x}.${key.y}`).digest('base64url').slice(0, 16);
  return { keys: [{ ...key, kid, use: 'sig', alg: ALG }] };
}

/** @param {string} file empty: new keys at each start */
function keysFrom(file) {
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const keys = newKeys();
  if (file) {
    // Written aside and renamed: a start that is killed here leaves no half file for the next one.
    writeFileSync(`${file}.new`, JSON.stringify(keys), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return keys;
}

/** @param {string} issuer @param {People} people @param {object} jwks @param {string[]} redirects */
function makeProvider(issuer, people, jwks, redirects) {
  const policy = interactionPolicy.base();
  // The applications are ours: nobody is asked whether they may know who signed in.
  policy.get('consent').checks.clear();
  const resource = { audience: AUDIENCE, scope: SCOPE, accessTokenTTL: HOUR, accessTokenFormat: 'jwt', jwt: { sign: { alg: ALG } } };
  const provider = new Provider(issuer, {
    jwks,
    adapter: Kept,
    clients: [
      {
        client_id: 'aftersales-console',
        // Native: only so may the port of a redirect to this machine be any port.
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: redirects,
        post_logout_redirect_uris: redirects.map((uri) => new URL('/', uri).href),
      },
      { client_id: 'aftersales-cli', token_endpoint_auth_method: 'none', grant_types: ['password'], response_types: [], redirect_uris: [] },
    ],
    clientDefaults: { id_token_signed_response_alg: ALG },
    enabledJWA: { idTokenSigningAlgValues: [ALG] },
    responseTypes: ['code'],
    scopes: ['openid', SCOPE],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    pkce: { required: () => true },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      // Browsers share cookies between the ports of a host, and the console is another port.
      names: { session: 'issuer_session', interaction: 'issuer_interaction', resume: 'issuer_resume' },
    },
    ttl: { AccessToken: HOUR, IdToken: HOUR, AuthorizationCode: 60, Interaction: HOUR, Session: 12 * HOUR, Grant: 12 * HOUR },
    clientBasedCORS: (/** @type {any} */ _ctx, /** @type {string} */ origin) => /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(origin),
    interactions: { policy, url: (/** @type {any} */ _ctx, /** @type {any} */ { uid }) => `${SIGN_IN}${uid}` },
    renderError: errorPage,
    findAccount: (/** @type {any} */ _ctx, /** @type {string} */ sub) => {
      const person = people.bySub(sub);
      return person && { accountId: sub, claims: () => ({ sub, name: person.name, preferred_username: person.login }) };
    },
    async loadExistingGrant(/** @type {any} */ ctx) {
      const { session, client } = ctx.oidc;
      const kept = session.grantIdFor(client.clientId);
      const grant = (kept && (await provider.Grant.find(kept))) || new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(`openid profile ${SCOPE}`);
      grant.addResourceScope(RESOURCE, SCOPE);
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: signOutPage, postLogoutSuccessSource: signedOutPage },
      resourceIndicators: {
        enabled: true,
        // Every token is for the platform, whether the client names it or not.
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (/** @type {any} */ _ctx, /** @type {string} */ indicator) => {
          if (indicator !== RESOURCE) throw new errors.InvalidTarget();
          return resource;
        },
      },
    },
  });

  // For the command line and for tests, which have no browser.
  provider.registerGrantType(
    'password',
    async (/** @type {any} */ ctx) => {
      const person = people.byPassword(ctx.oidc.params.username, ctx.oidc.params.password);
      if (!person) throw new errors.InvalidGrant('login or password is wrong');
      const token = new provider.AccessToken({ accountId: person.sub, client: ctx.oidc.client, gty: 'password' });
      token.resourceServer = new provider.ResourceServer(RESOURCE, resource);
      token.scope = SCOPE;
      ctx.body = { access_token: await token.save(), expires_in: token.expiration, token_type: token.tokenType, scope: SCOPE };
    },
    ['username', 'password', 'scope', 'resource'],
  );
  provider.on('server_error', (/** @type {any} */ _ctx, /** @type {Error} */ error) => console.error(error));
  return provider;
}

await run(async () => {
  const { host: at, port, users, keys, redirects, issuer } = settings({
    host,
    issuer: { env: 'ISSUER_URL', or: '' },
    port: { env: 'ISSUER_PORT', or: '0' },
    users: { env: 'ISSUER_USERS' },
    keys: { env: 'ISSUER_KEYS', or: '' },
    redirects: { env: 'ISSUER_REDIRECTS', or: 'http://127.0.0.1/callback,http://localhost/callback' },
  });
  const people = new People(users);
  const jwks = keysFrom(keys);
  /** @type {import('node:http').RequestListener} */
  let answer = (_request, response) => void response.writeHead(503).end();
  // The port is taken first: the issuer's name holds it, and with port 0 it isn't known before.
  const { url } = await listen((request, response) => answer(request, response), Number(port), at);
  const name = issuer || url;
  const provider = makeProvider(name, people, jwks, redirects.split(','));
  const [library, pages] = [provider.callback(), signIn(provider, people)];
  answer = (request, response) => void (request.url?.startsWith(SIGN_IN) ? pages(request, response) : library(request, response));
  return [name];
});
