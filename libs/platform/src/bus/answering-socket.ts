import { connect } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/**
 * A connection that ends itself when it was asked and nothing at all has come back for `limitMs`. kafkajs gives up single requests and goes on
 * using the connection: of a half-open one it never heard again (seen, tests/faults/network.ts), and its consumers never came back.
 * It looks thirty times in `limitMs` and counts its looks, so that a process which was frozen doesn't blame the broker.
 */
export const answeringSocket = (limitMs: number): ISocketFactory => ({ host, port, onConnect }) => {
  const socket = connect({ host, port, keepAlive: true }, onConnect);
  let [read, asked, unanswered] = [0, 0, 0];
  const look = setInterval(() => {
    if (socket.bytesRead !== read) [read, asked, unanswered] = [socket.bytesRead, socket.bytesWritten, 0];
    else if (socket.bytesWritten !== asked && ++unanswered > 30) socket.destroy(new Error(`${host}:${port} has not answered for ${limitMs} ms`));
  }, limitMs / 30).unref();
  return socket.once('close', () => clearInterval(look));
};
