import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Route } from './proxy';

// The proxy does to connections what it says: else a fault would be none.
describe('the proxy', () => {
  let server: net.Server;
  let route: Route;
  const received: string[] = [];
  const ends: net.Socket[] = [];
  const clients: net.Socket[] = [];

  beforeAll(async () => {
    server = net.createServer((socket) => {
      ends.push(socket);
      socket.on('error', () => undefined).on('data', (chunk) => {
        received.push(chunk.toString('latin1'));
        const commit = chunk.indexOf('Q\0\0\0\u000bcommit\0', 0, 'latin1');
        if (commit < 0) return socket.write(chunk);
        socket.write(chunk.subarray(0, commit)); // answers come one by one, as PostgreSQL's do
        return setTimeout(() => socket.write(chunk.includes('failed') ? 'C\0\0\0\rROLLBACK\0' : 'C\0\0\0\u000bCOMMIT\0', 'latin1'), 20);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const free = net.createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as net.AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    route = new Route(port, (server.address() as net.AddressInfo).port);
    await route.open();
  });
  afterEach(async () => {
    route.heal();
    received.length = 0;
    await Promise.all(clients.splice(0).map(async (client) => {
      client.on('error', () => undefined).destroy();
      if (!client.closed) await once(client, 'close');
    }));
  });
  afterAll(async () => {
    await route.close();
    for (const end of ends) end.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const connected = async (): Promise<net.Socket> => {
    const socket = net.connect(route.port, '127.0.0.1');
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const echoed = async (socket: net.Socket, text: string): Promise<string> => {
    socket.write(text);
    return String((await once(socket, 'data'))[0]);
  };

  it('passes on, late when it is slow, in order also when it is no longer', async () => {
    const socket = await connected();
    expect(await echoed(socket, 'a')).toBe('a');
    route.slow(100);
    const began = performance.now();
    let all = '';
    socket.on('data', (chunk) => (all += chunk));
    socket.write('b');
    while (route.disturbed.delayed === 0) await pause(1);
    route.slow(0);
    socket.write('c');
    while (all.length < 2) await once(socket, 'data');
    expect([all, performance.now() - began >= 95]).toEqual(['bc', true]);
  });

  it('cuts what is connected, and refuses until it is mended', async () => {
    const socket = await connected();
    await echoed(socket, 'a');
    const before = route.disturbed.cut;
    route.cut();
    expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
    const refused = net.connect(route.port, '127.0.0.1');
    expect((await once(refused, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
    route.heal();
    expect(await echoed(await connected(), 'b')).toBe('b');
    expect([route.disturbed.cut > before, route.disturbed.refused]).toEqual([true, 1]);
  });

  it('half-open: nothing passes, nobody hears of an end, new connections pass', async () => {
    const socket = await connected();
    await echoed(socket, 'a');
    const end = ends.at(-1)!;
    route.silence();
    socket.write('into the void');
    socket.destroy();
    const other = await connected();
    expect(await echoed(other, 'b')).toBe('b');
    expect([received, end.destroyed, end.readableEnded]).toEqual([['a', 'b'], false, false]);
  });

  it('cuts the answer to a commit, which the server has got, and not those to what was sent with it', async () => {
    const socket = await connected();
    route.cutAnswersToCommit(1);
    let answers = '';
    socket.on('data', (chunk) => (answers += chunk));
    socket.write('insertQ\0\0\0\u000bcommit\0', 'latin1');
    expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
    expect([received, answers]).toEqual([['insertQ\0\0\0\u000bcommit\0'], 'insert']);
    expect(await echoed(await connected(), 'next')).toBe('next');
    expect(route.disturbed.answersCut).toBe(1);
  });

  it('a commit that is answered by ROLLBACK is none: another is cut', async () => {
    const before = route.disturbed.answersCut;
    route.cutAnswersToCommit(1);
    const failed = await connected();
    let answers = '';
    failed.on('data', (chunk) => (answers += chunk)).write('failedQ\0\0\0\u000bcommit\0', 'latin1');
    while (!answers.includes('ROLLBACK')) await once(failed, 'data');
    const other = await connected();
    other.write('Q\0\0\0\u000bcommit\0', 'latin1');
    expect((await once(other, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(route.disturbed.answersCut - before).toBe(1);
  });
});
