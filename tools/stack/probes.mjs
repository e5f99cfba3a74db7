// What "it answers" means for each part, without waiting: resolves, or rejects with the reason.
import net from 'node:net';

/**
 * Sends `request` and resolves with the first answer that `complete` accepts.
 * @param {number} port @param {Buffer} request @param {(answer: Buffer) => boolean} complete
 * @returns {Promise<Buffer>}
 */
function ask(port, request, complete) {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    const socket = net.connect({ port, host: '127.0.0.1', timeout: 2_000 }, () => socket.write(request));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (complete(answer)) socket.end(() => resolve(answer));
    });
    socket.on('timeout', () => socket.destroy(new Error('no answer within 2 s')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer'))); // no effect once resolved
  });
}

/** Somebody listens there. @param {string} host @param {number} port @returns {Promise<void>} */
export function probeTcp(host, port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, timeout: 5_000 }, () => socket.end(resolve));
    socket.on('timeout', () => socket.destroy(new Error('no answer within 5 s')));
    socket.on('error', reject);
  });
}

/** A Redis that still loads its file says -LOADING. @param {number} port */
export async function probeRedis(port) {
  const answer = (await ask(port, Buffer.from('PING\r\n'), (text) => text.includes('\r\n'))).toString();
  if (!answer.startsWith('+PONG')) throw new Error(answer.trim());
}

/**
 * Metadata request v1 without topics. A broker that is not yet unfenced is missing from the answer's list.
 * @param {number} port @param {number} brokers how many must be listed
 */
export async function probeKafka(port, brokers) {
  // size, api key 3, version 1, correlation id 0, client id "", zero topics
  const request = Buffer.from([0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const answer = await ask(port, request, (bytes) => bytes.length >= 12 && bytes.length >= 4 + bytes.readInt32BE(0));
  const listed = answer.readInt32BE(8); // after size and correlation id
  if (listed < brokers) throw new Error(`${listed} of ${brokers} brokers registered`);
}

/** @param {string} url */
export async function probePostgres(url) {
  const { default: pg } = await import('pg').catch(() => {
    throw new Error('the npm package pg is missing: npm ci');
  });
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {}); // the broken connection also rejects the call below
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end();
  }
}
