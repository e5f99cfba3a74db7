import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { v7 as uuidv7 } from 'uuid';
import { ParcelSent, staff, stores } from '../testing/sample/parcel.module';
import { startSample } from '../testing/sample/start-sample';
import type { TestService } from '../testing/test-service';

describe('the HTTP door', () => {
  let service: TestService;
  beforeAll(async () => (service = await startSample()));
  afterAll(() => service?.stop());

  const parcels = `/stores/${stores.a}/parcels`;
  const pack = (more: object = {}, body: unknown = { note: 'x' }) => service.http(`POST ${parcels}`, { as: staff.clerkA, body, ...more });
  /** They really meet: each waits for a lock that is let go when all have come. */
  async function atOnce<T>(n: number, lock: string, ask: () => Promise<T>): Promise<T[]> {
    const holder = await service.db.admin.connect();
    try {
      await holder.query(`begin; ${lock}`);
      const answers = Promise.all(Array.from({ length: n }, ask));
      while ((await service.rows(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length < n);
      await holder.query('commit');
      return await answers;
    } finally {
      holder.release(true);
    }
  }
  const count = async () => Number((await service.rows('select count(*) as n from parcel'))[0]!.n);

  describe('who', () => {
    it('no token, or one we do not take, is 401', async () => {
      expect(await pack({ as: undefined })).toMatchObject({ status: 401, body: { code: 'auth.token' } });
      for (const changes of [{ audience: 'other' }, { issuer: 'http://else.example' }, { expiresIn: '-1h' }, { typ: 'JWT' }]) {
        const token = await service.issuer.token(staff.clerkA, changes);
        expect([changes, (await pack({ as: undefined, headers: { authorization: `Bearer ${token}` } })).status]).toEqual([changes, 401]);
      }
    });

    it('a token counts no longer than it says, also one that was seen before', async () => {
      const token = await service.issuer.token(staff.clerkA, { expiresIn: '-26s' }); // within the half minute that clocks may differ
      const ask = async () => (await pack({ as: undefined, headers: { authorization: `Bearer ${token}` } })).status;
      expect(await ask()).toBe(201);
      let status = 201;
      for (const end = Date.now() + 10_000; status === 201 && Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) status = await ask();
      expect(status).toBe(401);
    });

    it('another role is 403, another store is 404 with the body of an absent one', async () => {
      expect(await pack({ as: staff.guestA })).toMatchObject({ status: 403, body: { code: 'auth.role' } });
      const other = await service.http(`POST ${parcels}`, { as: staff.clerkB, body: { note: 'x' } });
      const absent = await service.http(`POST /stores/${uuidv7()}/parcels`, { as: staff.clerkB, body: { note: 'x' } });
      expect({ ...other.body, instance: '' }).toEqual({ ...absent.body, instance: '' });
      expect(other.status).toBe(404);
    });

    it("another store's row is 404 even when its id is known", async () => {
      const { body } = await pack();
      const url = `/stores/${stores.b}/parcels/${body.id}`;
      expect((await service.http(`GET ${url}`, { as: staff.clerkB })).status).toBe(404);
      expect((await service.http(`POST ${url}/send`, { as: staff.clerkB, ifMatch: 1 })).status).toBe(404);
      expect((await service.http(`GET /stores/${stores.b}/parcels`, { as: staff.clerkB })).body.parcels).toEqual([]);
    });
  });

  describe('what', () => {
    it.each([
      ['bad JSON', { headers: { 'content-type': 'application/json' } }, '{"note":', 400],
      ['another media type', { headers: { 'content-type': 'text/plain' } }, 'note', 415],
      ['a large body', {}, { note: 'x'.repeat(300_000) }, 413],
      ['an unknown field', {}, { note: 'x', extra: 1 }, 422],
      ['a field too long', {}, { note: 'x'.repeat(51) }, 422],
      ['a character that can not be stored', {}, { note: 'a\u0000b' }, 422],
      ['half a surrogate pair', { headers: { 'content-type': 'application/json' } }, '{"note":"\\ud800"}', 422],
      ['an empty body', {}, {}, 422],
      ['a compressed body', { headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } }, gzipSync('{"note":"x"}'), 415],
    ])('%s is refused as problem+json and changes nothing', async (_name, more, body, status) => {
      const before = await count();
      const answer = await pack(more, body);
      expect(answer).toMatchObject({ status, body: { type: expect.stringMatching(/^urn:/), title: expect.any(String), status, code: expect.any(String), instance: expect.any(String) } });
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(await count()).toBe(before);
    });

    it.each(['/%zz', `${parcels}/%zz`, `${parcels}/%c3%28`])('a broken escape in the path is a problem: %s', async (path) => {
      const answer = await service.http(`GET ${path}`, { as: staff.clerkA });
      expect(answer).toMatchObject({ status: 400, body: { code: 'http.syntax', instance: expect.any(String) } });
      expect(answer.headers['content-type']).toContain('application/problem+json');
    });

    /** Head and body of what a connection is answered that says these bytes and no more. */
    async function answeredTo(bytes: string): Promise<[head: string, body: string]> {
      const server = service.built.app.getHttpServer();
      if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.write(bytes);
      return (await text(socket)).split('\r\n\r\n') as [string, string];
    }

    it.each([['no HTTP', 'GARBAGE\r\n\r\n', 400], ['a method nobody knows', 'FOO / HTTP/1.1\r\nhost: x\r\n\r\n', 400], ['over-long headers', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431]])('%s is a problem', async (_name, bytes, status) => {
      const [head, body] = await answeredTo(bytes);
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*application/problem\\+json`, 's'));
      expect(JSON.parse(body)).toMatchObject({ status, type: expect.stringMatching(/^urn:/) });
    });

    it('a request that comes to no end has half a minute; then it is a problem, and its connection is closed', async () => {
      const server = service.built.app.getHttpServer();
      const limits = { requestTimeout: server.requestTimeout, headersTimeout: server.headersTimeout };
      expect(limits).toEqual({ requestTimeout: 30_000, headersTimeout: 30_000 });
      Object.assign(server, { requestTimeout: 300, headersTimeout: 300 }); // for this one alone; Node looks every 5 s
      const [head, body] = await answeredTo(`POST /api/hq${parcels} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"note":`);
      Object.assign(server, limits);
      expect(head).toMatch(/^HTTP\/1.1 408 .*application\/problem\+json/s);
      expect(JSON.parse(body)).toMatchObject({ status: 408, code: 'http.syntax' });
    }, 20_000);

    it('a parameter that nobody asked for is refused', async () => {
      expect(await service.http(`GET ${parcels}?color=red`, { as: staff.clerkA })).toMatchObject({ status: 422, body: { errors: [{ code: 'unrecognized_keys' }] } });
    });

    it('a malformed id is 404, a route nobody has is 404', async () => {
      expect((await service.http(`GET ${parcels}/${'x'.repeat(1_000)}`, { as: staff.clerkA })).status).toBe(404);
      expect((await service.http(`GET ${parcels}/nonsense`, { as: staff.clerkA })).status).toBe(404);
      expect((await service.http('GET /nonsense', { as: staff.clerkA })).status).toBe(404);
    });
  });

  describe('Idempotency-Key', () => {
    it('is needed', async () => {
      expect(await pack({ key: null })).toMatchObject({ status: 428 });
      expect(await pack({ key: 'a b' })).toMatchObject({ status: 400 });
    });

    it('same key, same answer, one effect; another body is 422', async () => {
      const key = randomUUID();
      const before = await count();
      const first = await pack({ key });
      const again = await pack({ key });
      expect([again.status, again.body, again.etag]).toEqual([201, first.body, first.etag]);
      expect(again.headers['idempotency-replayed']).toBe('true');
      expect(await pack({ key }, { note: 'y' })).toMatchObject({ status: 422, body: { code: 'http.idempotency-key-reused' } });
      expect(await count()).toBe(before + 1);
      expect((await service.said(ParcelSent)).filter(({ data }) => data.parcelId === first.body.id)).toHaveLength(1);
    });

    it('its answer is kept under the hash of who, where, what and key, which its migration gave to those before it', async () => {
      const key = randomUUID();
      await pack({ key });
      const id = `left(encode(sha256(convert_to(concat_ws(E'\\n', $1::text, $2::text, 'POST /api/hq/stores/:storeId/parcels', $3::text), 'utf8')), 'hex'), 32)::uuid`;
      expect(await service.rows(`select status from idempotency where id = ${id}`, [staff.clerkA, stores.a, key])).toEqual([{ status: 201 }]);
    });

    it('twins in flight get one answer and have one effect', async () => {
      const key = randomUUID();
      const before = await count();
      const answers = await atOnce(6, 'lock table parcel in share mode', () => pack({ key }));
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201));
      expect(await count()).toBe(before + 1);
    });

    it('a refused request stores nothing: the same key may try again', async () => {
      const key = randomUUID();
      expect((await pack({ key }, { note: 1 })).status).toBe(422);
      expect((await pack({ key })).status).toBe(201);
    });

    it('belongs to the person: the same key of another is another request', async () => {
      const key = randomUUID();
      const mine = await pack({ key });
      const theirs = await service.http(`POST /stores/${stores.b}/parcels`, { as: staff.clerkB, key, body: { note: 'x' } });
      expect(theirs.body.id).not.toBe(mine.body.id);
    });
  });

  describe('If-Match', () => {
    it('is needed, and an old version changes nothing', async () => {
      const { body } = await pack();
      const send = (more: object) => service.http(`POST ${parcels}/${body.id}/send`, { as: staff.clerkA, ...more });
      expect((await send({})).status).toBe(428);
      expect((await send({ ifMatch: 'W/"1"' })).status).toBe(400);
      expect((await send({ ifMatch: 7 })).status).toBe(412);
      const key = randomUUID();
      expect(await send({ ifMatch: 1, key })).toMatchObject({ status: 200, body: { version: 2, state: 'sent' }, etag: '"2"' });
      // Looked up before If-Match: the repeated request is answered, not refused as stale.
      expect(await send({ ifMatch: 1, key })).toMatchObject({ status: 200, body: { version: 2 } });
    });

    it('of two changes at once one wins', async () => {
      const { body } = await pack();
      const answers = await atOnce(3, `select 1 from parcel where id = '${body.id}' for no key update`, () => service.http(`POST ${parcels}/${body.id}/send`, { as: staff.clerkA, ifMatch: 1 }));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    });

    it('a rule that refuses is 409 with its name', async () => {
      const { body } = await pack();
      await service.http(`POST ${parcels}/${body.id}/send`, { as: staff.clerkA, ifMatch: 1 });
      expect(await service.http(`POST ${parcels}/${body.id}/send`, { as: staff.clerkA, ifMatch: 2 })).toMatchObject({ status: 409, body: { code: 'parcel.packed-first' } });
    });
  });

  it('a database that takes no writes for now, as a primary just demoted, is 503: ask again; and what comes next finds the one that does', async () => {
    const { admin, name } = service.db;
    await admin.query(`alter role ${name}_service set default_transaction_read_only = on`);
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${name}_service'`);
    while ((await service.http(`GET ${parcels}`, { as: staff.clerkA })).status !== 200); // by new connections
    const answer = await pack();
    expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([503, 'http.unavailable', '1']);
    await admin.query(`alter role ${name}_service set default_transaction_read_only = off`);
    while ((await pack()).status === 503); // each ends a connection to the one that takes none
    expect((await pack()).status).toBe(201);
  });

  it('a trace goes on from the caller into the fact', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { body } = await pack({ headers: { traceparent } });
    const fact = (await service.said(ParcelSent)).find(({ data }) => data.parcelId === body.id)!;
    expect(fact.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
    expect((await pack({ headers: { traceparent } }, { note: 1 })).body.instance).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it('the API document names every operation with its fields and roles', async () => {
    const { body } = await service.http('GET /openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(body.paths['/api/hq/stores/{storeId}/parcels'].post).toMatchObject({ 'x-roles': ['advisor'], requestBody: { content: { 'application/json': { schema: { properties: { note: { maxLength: 50 } } } } } } });
  });
});
