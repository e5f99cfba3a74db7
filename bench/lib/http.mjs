import net from 'node:net';

/**
 * A connection of its own that asks one thing at a time: real HTTP/1.1 over a socket, with as little work on the asking side as can be, for it
 * shares the machine with what is measured.
 */
export class Asking {
  #socket;
  #got = '';
  #answered = () => undefined;
  #broken = () => undefined;

  static async to(port) {
    const asking = new Asking();
    asking.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise((resolve, reject) => asking.#socket.once('connect', resolve).once('error', reject));
    asking.#socket.setEncoding('latin1').on('data', (text) => asking.#read(text)).on('error', (error) => asking.#broken(error)).on('close', () => asking.#broken(new Error('the connection was closed')));
    return asking;
  }

  #read(text) {
    this.#got += text;
    const head = this.#got.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#got.slice(0, head));
    if (this.#got.length < head + 4 + Number(length?.[1] ?? 0)) return;
    const answer = { status: Number(this.#got.slice(9, 12)), body: this.#got.slice(head + 4) };
    this.#got = '';
    this.#answered(answer);
  }

  /** @param {string} path @param {string} headers  lines, each ended with \r\n @returns {Promise<{ status: number, body: string }>} */
  post(path, headers, body = '') {
    return new Promise((resolve, reject) => {
      [this.#answered, this.#broken] = [resolve, reject];
      if (this.#socket.destroyed) return reject(new Error('the connection was closed before')); // by the service, idle for 72 s
      this.#socket.write(`POST ${path} HTTP/1.1\r\nhost: bench\r\n${headers}${body ? `content-type: application/json\r\n` : ''}content-length: ${body.length}\r\n\r\n${body}`);
    });
  }

  close() {
    this.#socket.destroy();
  }
}
