import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

const looks = 30;

/**
 * Connections that end themselves when one was asked and nothing at all has come back for `limitMs`, and with it those that were as quiet meanwhile:
 * a network that swallows one swallows them all, and kafkajs would try one after the other. It gives up single requests and goes on using the
 * connection: of a half-open one it never heard again (seen, tests/faults/network.ts), and its consumers never came back.
 * Time is counted in looks, so that a process which was frozen doesn't blame the brokers.
 */
export function answeringSocket(limitMs: number): ISocketFactory {
  const quiet = new Map<Socket, number>(); // looks since something came
  return ({ host, port, onConnect }) => {
    const socket = connect({ host, port, keepAlive: true }, onConnect);
    let [read, asked, unanswered] = [0, 0, 0];
    quiet.set(socket, 0);
    const look = setInterval(() => {
      quiet.set(socket, quiet.get(socket)! + 1);
      if (socket.bytesRead !== read) {
        [read, asked, unanswered] = [socket.bytesRead, socket.bytesWritten, 0];
        quiet.set(socket, 0);
      } else if (socket.bytesWritten !== asked && ++unanswered > looks) {
        for (const [other, since] of quiet) if (since >= looks) other.destroy(new Error(`${host}:${port} has not answered for ${limitMs} ms`));
      }
    }, limitMs / looks).unref();
    return socket.once('close', () => {
      clearInterval(look);
      quiet.delete(socket);
    });
  };
}
