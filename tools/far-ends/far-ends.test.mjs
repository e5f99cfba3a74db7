/** Mail, SMS and the car maker for real: their own processes and protocols, nothing mocked. Run: node --test tools/far-ends/*.test.mjs */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import nodemailer from 'nodemailer';
import { startFarEnds } from './far-ends.mjs';
import { Bounded } from './memory.mjs';
import { newSecret, signedHeaders, whyRefused } from './signed.mjs';
import { bodyOf, listen } from './web.mjs';

const dir = mkdtempSync(join(tmpdir(), 'far-ends-'));
const usersFile = join(dir, 'users.json');

/** A receiver that verifies what it gets and can be told to refuse the first of them. */
async function receiver() {
  const got = new Bounded();
  const state = { secret: '', refuse: 0, refused: 0 };
  const { url, server } = await listen(async (request, response) => {
    const raw = await bodyOf(request);
    if (state.refuse > 0) {
      state.refuse -= 1;
      state.refused += 1;
      return response.writeHead(503).end();
    }
    got.set(randomUUID(), { id: request.headers['webhook-id'], wrong: whyRefused(state.secret, request.headers, raw), ...JSON.parse(raw.toString()) });
    response.writeHead(204).end();
  }, 0);
  return { url, state, got, close: () => server.close() };
}

let far, receipts, callbacks;
before(async () => {
  writeFileSync(usersFile, JSON.stringify([{ sub: randomUUID(), login: 'mei', password: 'demo-1', name: '林美' }]));
  [receipts, callbacks] = await Promise.all([receiver(), receiver()]);
  far = await startFarEnds({ portBase: 0, dir, usersFile, receiptUrl: receipts.url, makerCallbackUrl: callbacks.url });
  receipts.state.secret = far.secrets.sms;
  callbacks.state.secret = far.secrets.maker;
});
after(async () => {
  await far?.stop();
  receipts.close();
  callbacks.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await Promise.all([far.mail.http, far.sms, far.maker].map((url) => fetch(`${url}/reset`, { method: 'POST' })));
  for (const { got, state } of [receipts, callbacks]) Object.assign(state, { refuse: 0, refused: 0 }), got.clear();
});

const post = (url, body) => fetch(url, { method: 'POST', body: JSON.stringify(body) });
const postSigned = (url, secret, body, headers = signedHeaders(secret, randomUUID(), JSON.stringify(body))) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
const get = async (url) => (await fetch(url)).json();

// ---- mail

const transport = () => nodemailer.createTransport({ url: far.mail.smtp, ignoreTLS: true });
const letter = (to, more = {}) => ({ from: 'desk@store.example', to, subject: '預約確認', text: 'https://a.example/l/abc?x=1&y=2。謝謝', ...more });

test('mail: sent by SMTP, seen in JSON and on the page', async () => {
  const since = new Date().toISOString();
  const arriving = get(`${far.mail.http}/messages?to=mei@example.org&wait=5000&since=${since}`);
  const mailer = transport();
  await mailer.sendMail(letter('Mei@example.org', { html: '<p onclick="x()">hi</p>', headers: { 'x-message': 'm-1' } }));
  await mailer.sendMail(letter('kuo@example.org'));
  mailer.close();
  const [mail] = await arriving;
  assert.deepEqual(mail.to, ['mei@example.org']);
  assert.equal(mail.from, 'desk@store.example');
  assert.equal(mail.subject, '預約確認');
  assert.match(mail.text, /謝謝/);
  assert.match(mail.html, /hi/);
  assert.equal(mail.headers['x-message'], 'm-1');
  const html = await (await fetch(far.mail.http)).text();
  assert.match(html, /<a href="https:\/\/a\.example\/l\/abc\?x=1&#38;y=2"/);
  assert.doesNotMatch(html, /<p onclick/);
  assert.equal((await get(`${far.mail.http}/messages`)).length, 2);
  await fetch(`${far.mail.http}/messages`, { method: 'DELETE' });
  assert.deepEqual(await get(`${far.mail.http}/messages`), []);
});

test('mail: faults reject, are slow, and fail after the mail was taken', async () => {
  const send = async () => {
    const mailer = transport();
    try {
      return await mailer.sendMail(letter('mei@example.org'));
    } finally {
      mailer.close();
    }
  };
  const count = async () => (await get(`${far.mail.http}/messages`)).length;
  await post(`${far.mail.http}/faults`, { mode: 'reject', count: 1 });
  await assert.rejects(send(), { responseCode: 451 });
  assert.equal(await count(), 0);
  await post(`${far.mail.http}/faults`, { mode: 'fail-after-accept', count: 1 });
  await assert.rejects(send());
  assert.equal(await count(), 1);
  await post(`${far.mail.http}/faults`, { mode: 'slow', count: 1, ms: 150 });
  const started = performance.now();
  await send();
  assert.ok(performance.now() - started >= 149);
  assert.deepEqual(await get(`${far.mail.http}/faults`), { mode: 'slow', left: 0, ms: 150, hits: 1 });
  assert.equal((await post(`${far.mail.http}/faults`, { mode: 'explode' })).status, 422);
});

// ---- sms

const sms = (more = {}) => ({ id: randomUUID(), to: '+886912345678', text: '請確認 http://127.0.0.1/l/abc', ...more });
const sendSms = (body, headers) => postSigned(`${far.sms}/messages`, far.secrets.sms, body, headers);

test('sms: signed is sent, with a signed receipt that is tried again; repeated is sent once', async () => {
  receipts.state.refuse = 1;
  const message = sms();
  const first = await sendSms(message);
  assert.equal(first.status, 202);
  const again = await sendSms(message);
  assert.deepEqual([again.status, await again.json()], [202, await first.json()]);
  const [receipt] = await receipts.got.when(() => true, { wait: 5000 });
  assert.equal(receipts.state.refused, 1);
  assert.deepEqual([receipt.wrong, receipt.state, receipt.id], [undefined, 'delivered', message.id]);
  assert.deepEqual(await get(`${far.sms}/counts`), { sent: 1, duplicates: 1, conflicts: 0 });
  const [kept] = await get(`${far.sms}/messages?to=+886912345678`);
  assert.equal(kept.duplicates, 1);
  assert.equal((await sendSms({ ...message, text: 'other' })).status, 409);
  assert.match(await (await fetch(far.sms)).text(), /<a href="http:\/\/127\.0\.0\.1\/l\/abc"/);
});

test('sms: unsigned, wrongly signed, altered and old requests are refused', async () => {
  const body = sms();
  const text = JSON.stringify(body);
  const refused = {
    none: {},
    secret: signedHeaders(newSecret(), body.id, text),
    body: signedHeaders(far.secrets.sms, body.id, `${text} `),
    id: { ...signedHeaders(far.secrets.sms, body.id, text), 'webhook-id': 'other' },
    old: signedHeaders(far.secrets.sms, body.id, text, Date.now() - 302_000),
    future: signedHeaders(far.secrets.sms, body.id, text, Date.now() + 302_000),
  };
  for (const [name, headers] of Object.entries(refused)) assert.equal((await sendSms(body, headers)).status, 401, name);
  assert.deepEqual(await get(`${far.sms}/messages`), []);
  const two = signedHeaders(far.secrets.sms, body.id, text);
  two['webhook-signature'] = `v1,AAAA v2,x ${two['webhook-signature']}`;
  assert.equal((await sendSms(body, two)).status, 202);
});

test('sms: faults: refused, cut after sending, not delivered', async () => {
  const message = sms();
  await post(`${far.sms}/faults`, { mode: 'reject', count: 1 });
  assert.equal((await sendSms(message)).status, 503);
  await post(`${far.sms}/faults`, { mode: 'fail-after-accept', count: 1 });
  await assert.rejects(sendSms(message));
  assert.equal((await sendSms(message)).status, 202);
  assert.deepEqual(await get(`${far.sms}/counts`), { sent: 1, duplicates: 1, conflicts: 0 });
  await post(`${far.sms}/faults`, { mode: 'undelivered', count: 1 });
  const other = sms();
  await sendSms(other);
  const [receipt] = await receipts.got.when(({ id }) => id === other.id, { wait: 5000 });
  assert.equal(receipt.state, 'failed');
});

// ---- maker

const claim = (submission, more = {}) => ({
  claimNumber: 'C-1', submission, store: 's-1', vin: 'VIN1', evidence: { faultCode: 'P0300' },
  lines: [{ line: 'a', amount: 1200, currency: 'TWD' }, { line: 'b', amount: 300, currency: 'TWD' }], ...more,
});
const submit = (body) => postSigned(`${far.maker}/claims`, far.secrets.maker, body);
const told = async (count) => {
  const got = await callbacks.got.when(() => true, { wait: 5000, min: count });
  assert.deepEqual([got.length, got.map(({ wrong }) => wrong).filter(Boolean)], [count, []]);
  return got;
};

test('maker: unscripted, it accepts and pays once, however often it is told', async () => {
  assert.equal((await post(`${far.maker}/claims`, claim(1))).status, 401);
  const answers = [await submit(claim(1)), await submit(claim(1))];
  assert.deepEqual(answers.map(({ status }) => status), [202, 202]);
  const [first, second] = await Promise.all(answers.map((answer) => answer.json()));
  assert.deepEqual(first, second);
  const [accepted, paid] = await told(2);
  assert.deepEqual([accepted.decision, accepted.acceptedLines, paid.decision, paid.amount, paid.currency], ['accepted', ['a', 'b'], 'paid', 1500, 'TWD']);
  assert.equal((await submit(claim(1, { vin: 'VIN2' }))).status, 409);
  assert.equal((await submit(claim(0))).status, 422);
  assert.equal((await get(`${far.maker}/claims`))[0].duplicates, 1);
});

test('maker: scripted: first returned, second partly accepted, paid on order, in this order though a callback failed', async () => {
  callbacks.state.refuse = 1;
  const script = [
    { any: true, submission: 1, decision: 'returned', reason: 'photo-missing' },
    { claimNumber: 'C-1', submission: 2, decision: 'partly-accepted', acceptedLines: ['a'], pay: false },
  ];
  assert.equal((await post(`${far.maker}/script`, script)).status, 200);
  assert.equal((await post(`${far.maker}/pay`, { claimNumber: 'C-1' })).status, 404);
  await submit(claim(1));
  await submit(claim(2));
  assert.equal((await post(`${far.maker}/pay`, { claimNumber: 'C-1', amount: 1000 })).status, 202);
  assert.equal((await post(`${far.maker}/pay`, { claimNumber: 'C-1' })).status, 202);
  assert.equal((await post(`${far.maker}/pay`, { claimNumber: 'C-1' })).status, 409);
  const got = await told(4);
  assert.deepEqual(got.map(({ submission, decision, reason, amount }) => [submission, decision, reason ?? amount]), [
    [1, 'returned', 'photo-missing'], [2, 'partly-accepted', undefined], [2, 'paid', 1000], [2, 'paid', 200],
  ]);
  assert.equal(new Set(got.map(({ id }) => id)).size, 4);
  assert.equal((await post(`${far.maker}/script`, [{ decision: 'perhaps' }])).status, 422);
});

test('maker: pre-approvals answer at once, the same to the same request', async () => {
  const ask = async (body) => (await postSigned(`${far.maker}/pre-approvals`, far.secrets.maker, body)).json();
  const request = { request: 'r-1', vin: 'VIN1', at: '2030-01-01T00:00:00Z' };
  const yes = await ask(request);
  assert.equal(yes.approved, true);
  assert.equal(yes.validUntil, '2030-01-31T00:00:00.000Z');
  assert.deepEqual(await ask(request), yes);
  await post(`${far.maker}/script`, [{ kind: 'pre-approval', request: 'r-2', approved: false, reason: 'worn' }]);
  assert.deepEqual(await ask({ request: 'r-2' }), { approved: false, reason: 'worn' });
  assert.equal((await post(`${far.maker}/pre-approvals`, request)).status, 401);
});
