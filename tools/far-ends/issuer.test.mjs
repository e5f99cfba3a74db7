/** The issuer for real, asked as a command line, a browser and a service would. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startFarEnds } from './far-ends.mjs';

const dir = mkdtempSync(join(tmpdir(), 'far-ends-'));
const usersFile = join(dir, 'users.json');
const mei = { sub: randomUUID(), login: 'mei', password: 'demo-1', name: '林美 <b>' };
const kuo = { sub: randomUUID(), login: 'kuo', password: 'demo-2', name: '郭' };
const get = async (url) => (await fetch(url)).json();

let far;
before(async () => {
  writeFileSync(usersFile, JSON.stringify([mei]));
  far = await startFarEnds({ portBase: 0, dir, usersFile });
});
after(async () => {
  await far?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const passwordGrant = (username, password) =>
  fetch(`${far.issuer}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'password', username, password, client_id: 'aftersales-cli' }) });

async function verified(token, sub) {
  const { jwks_uri } = await get(`${far.issuer}/.well-known/openid-configuration`);
  const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
    issuer: far.issuer, audience: 'aftersales', typ: 'at+jwt', algorithms: ['ES256'],
  });
  assert.equal(payload.sub, sub);
  assert.equal(payload.aud, 'aftersales');
  assert.equal(payload.exp - payload.iat, 3600);
  assert.ok(protectedHeader.kid);
}

test('issuer: token by password; wrong password and unknown login refused alike', async () => {
  const answer = await passwordGrant('mei', 'demo-1');
  assert.equal(answer.status, 200);
  const { access_token, token_type, expires_in } = await answer.json();
  assert.deepEqual([token_type, expires_in], ['Bearer', 3600]);
  await verified(access_token, mei.sub);
  const [wrong, unknown] = await Promise.all([passwordGrant('mei', 'demo-2'), passwordGrant('nobody', 'demo-1')]);
  assert.deepEqual([wrong.status, unknown.status], [400, 400]);
  assert.deepEqual(await wrong.json(), await unknown.json());
});

/** A browser as far as this needs one: cookies by path-less name, redirects one by one. */
function browser() {
  const cookies = new Map();
  return async (url, form) => {
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET', body: form && new URLSearchParams(form), redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      value ? cookies.set(name, value) : cookies.delete(name);
    }
    const location = answer.headers.get('location');
    return { status: answer.status, html: await answer.text(), next: location && new URL(location, url) };
  };
}

test('issuer: token by authorization code with PKCE and the demo page; a second sign-in needs no page', async () => {
  const open = browser();
  const redirect_uri = 'http://127.0.0.1:45999/callback';
  const verifier = randomBytes(32).toString('base64url');
  const authorize = new URL(`${far.issuer}/auth`);
  authorize.search = new URLSearchParams({
    client_id: 'aftersales-console', response_type: 'code', scope: 'openid profile', redirect_uri, state: 's1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  }).toString();
  const page = (await open(authorize)).next;
  const { html } = await open(page);
  assert.match(html, /林美 &#60;b&#62;/);
  assert.doesNotMatch(html, /<b>|demo-1/);
  assert.equal((await open(page, { login: 'mei', password: 'wrong' })).status, 401);
  assert.equal((await fetch(page, { method: 'POST', body: new URLSearchParams({ sub: mei.sub }) })).status, 400, 'another browser has no part in it');
  const resume = await open(page, { sub: mei.sub });
  const back = (await open(resume.next)).next;
  assert.equal(back.origin + back.pathname, redirect_uri);
  assert.equal(back.searchParams.get('state'), 's1');
  const exchange = (code_verifier) =>
    fetch(`${far.issuer}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'aftersales-console', code: back.searchParams.get('code'), redirect_uri, code_verifier }) });
  assert.equal((await exchange(randomBytes(32).toString('base64url'))).status, 400);
  const { access_token, id_token } = await (await exchange(verifier)).json();
  await verified(access_token, mei.sub);
  const claims = JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString());
  assert.deepEqual([claims.name, claims.preferred_username], [mei.name, 'mei']);
  assert.equal((await open(authorize)).next.pathname, '/callback');
});

test('issuer: people added to the file can sign in; a broken file keeps those known', async () => {
  assert.equal((await passwordGrant('kuo', 'demo-2')).status, 400);
  writeFileSync(usersFile, JSON.stringify([mei, kuo]));
  assert.equal((await passwordGrant('kuo', 'demo-2')).status, 200);
  writeFileSync(usersFile, '[{"sub":');
  assert.equal((await passwordGrant('kuo', 'demo-2')).status, 200);
  writeFileSync(usersFile, JSON.stringify([mei]));
  assert.equal((await passwordGrant('kuo', 'demo-2')).status, 400);
});

test('issuer: a page on this machine may ask for tokens, one from elsewhere may not; redirects only to this machine', async () => {
  const allowed = async (origin) => (await fetch(`${far.issuer}/token`, { method: 'POST', headers: { origin }, body: new URLSearchParams({ client_id: 'aftersales-console', grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://127.0.0.1/callback' }) })).headers.get('access-control-allow-origin');
  assert.equal(await allowed('http://localhost:5173'), 'http://localhost:5173');
  assert.notEqual(await allowed('https://a.example'), 'https://a.example');
  const asked = new URLSearchParams({ client_id: 'aftersales-console', response_type: 'code', scope: 'openid', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' });
  const status = async (redirect_uri) => (await fetch(`${far.issuer}/auth?${asked}&redirect_uri=${encodeURIComponent(redirect_uri)}`, { redirect: 'manual' })).status;
  assert.deepEqual([await status('http://localhost:5173/callback'), await status('https://a.example/callback')], [303, 400]);
  const unproved = new URLSearchParams({ client_id: 'aftersales-console', response_type: 'code', scope: 'openid', redirect_uri: 'http://127.0.0.1:1/callback' });
  const answer = await fetch(`${far.issuer}/auth?${unproved}`, { redirect: 'manual' });
  assert.match(answer.headers.get('location'), /error=invalid_request/, 'no PKCE, no code');
});
