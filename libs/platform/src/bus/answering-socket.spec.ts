import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { ISocketFactory } from 'kafkajs';
import { answeringSocket } from './answering-socket';

describe('a connection to a broker', () => {
  const limitMs = 600; // a process that is not run for half of it takes a slow answer for none
  let server: Server;
  let sockets: ISocketFactory;
  const others: Socket[] = [];

  /** Connected to somebody who answers as `answer` says. */
  const connected = async (answer: (socket: Socket) => void): Promise<Socket> => {
    server = createServer((socket) => {
      others.push(socket);
      socket.on('data', () => answer(socket));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    sockets = answeringSocket(limitMs);
    return another();
  };
  const another = async (): Promise<Socket> => {
    const socket = sockets({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ssl: {}, onConnect: () => undefined });
    await once(socket, 'connect');
    return socket;
  };
  afterEach(async () => {
    for (const other of others.splice(0)) other.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('ends itself when it was asked and hears nothing, and says whom it gave up', async () => {
    const socket = await connected(() => undefined);
    socket.write('?');
    const [error] = await once(socket, 'error');
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+ has not answered for 600 ms$/);
  });

  it('ends itself as well when it goes on asking: what a client keeps sending is no sign of life', async () => {
    const socket = await connected(() => undefined);
    const asking = setInterval(() => socket.write('?'), 20);
    await once(socket, 'close').catch(() => undefined);
    clearInterval(asking);
    expect(socket.destroyed).toBe(true);
  });

  it('ends with it the others that were as quiet, and none that has answered meanwhile', async () => {
    const asked = await connected(() => undefined);
    const idle = await another();
    const alive = await another();
    const answers = setInterval(() => others[2]!.write('!'), 50);
    idle.on('error', () => undefined);
    asked.write('?');
    await once(asked, 'error');
    clearInterval(answers);
    expect([idle.destroyed, alive.destroyed]).toEqual([true, false]);
    alive.destroy();
  });

  it('that nobody asks anything stays, and one whose answers are slow but come', async () => {
    const socket = await connected((other) => void setTimeout(() => other.write('!'), limitMs / 2));
    await pause(limitMs * 2);
    for (let asked = 0; asked < 4; asked++) {
      socket.write('?');
      await once(socket, 'data');
    }
    await pause(limitMs * 2);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});
