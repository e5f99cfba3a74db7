import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** One way through the proxy: from a port that the services know to the real one, with everything a network does to connections. */
export class Route {
  readonly #pairs = new Set<Pair>();
  readonly #server: net.Server;
  #refuses = false;
  #delayMs = 0;
  #answersToCut = 0;
  /** Connections refused, cut, or made silent; chunks delayed; answers cut off: what this route has disturbed. */
  readonly disturbed = { refused: 0, cut: 0, silenced: 0, delayed: 0, answersCut: 0 };

  constructor(readonly port: number, private readonly target: number) {
    this.#server = net.createServer({ noDelay: true }, (client) => this.#connected(client));
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => this.#server.once('error', reject).listen(this.port, '127.0.0.1', resolve));
  }

  #connected(client: net.Socket): void {
    if (this.#refuses) {
      this.disturbed.refused++;
      client.resetAndDestroy();
      return;
    }
    const pair = new Pair(client, net.connect({ port: this.target, host: '127.0.0.1', noDelay: true }), this.#delayMs, {
      losing: () => this.#answersToCut > 0, delayed: () => this.disturbed.delayed++, gone: () => this.#pairs.delete(pair),
      answerCut: () => {
        this.#answersToCut--;
        this.disturbed.answersCut++;
      },
    });
    this.#pairs.add(pair);
  }

  /** Every connection ends at once with a reset; new ones too, until `heal`. */
  cut(): void {
    this.#refuses = true;
    this.disturbed.cut += this.#pairs.size;
    for (const pair of [...this.#pairs]) pair.reset();
  }

  /** Half-open: what is connected now never hears of the other end again, and nobody tells it. New connections pass. */
  silence(): void {
    this.disturbed.silenced += this.#pairs.size;
    for (const pair of this.#pairs) pair.silent = true;
  }

  /** Each chunk takes so long, in both directions. */
  slow(ms: number): void {
    this.#delayMs = ms;
    for (const pair of this.#pairs) pair.delayMs = ms;
  }

  /** The next `times` commits that the server makes are told to nobody: their answers are lost with the connection. A commit answered by ROLLBACK is none. */
  cutAnswersToCommit(times: number): void {
    this.#answersToCut = times;
  }

  heal(): void {
    this.#refuses = false;
    this.#answersToCut = 0;
    this.slow(0);
  }

  async close(): Promise<void> {
    for (const pair of [...this.#pairs]) pair.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A simple query, as pg sends it for a text without parameters. */
const isCommit = (sent: Buffer): boolean => sent.includes('Q\0\0\0\u000bcommit\0', 0, 'latin1');

interface Report {
  /** Whether answers to a commit are to be lost now. */
  losing(): boolean;
  delayed(): void;
  answerCut(): void;
  gone(): void;
}

class Pair {
  silent = false;
  #loseAnswer = false;

  constructor(private readonly client: net.Socket, private readonly server: net.Socket, public delayMs: number, private readonly report: Report) {
    this.#forward(client, server, (chunk) => {
      if (report.losing() && isCommit(chunk)) this.#loseAnswer = true;
    });
    this.#forward(server, client, (chunk) => {
      if (!this.#loseAnswer || !report.losing() || !chunk.includes('COMMIT\0', 0, 'latin1')) return; // answers to what was sent before it come first
      report.answerCut(); // the server has done it and said so
      this.reset();
    });
  }

  #forward(from: net.Socket, to: net.Socket, look: (chunk: Buffer) => void): void {
    let turn = Promise.resolve();
    let waiting = 0;
    /** In order, and as late as the route is slow. */
    const pass = (then: () => void): void => {
      if (this.delayMs === 0 && waiting === 0) return then();
      const due = performance.now() + this.delayMs;
      this.report.delayed();
      waiting++;
      turn = turn.then(async () => {
        await pause(Math.max(0, due - performance.now()));
        waiting--;
        if (!this.silent) then();
      });
    };
    from.on('data', (chunk) => {
      if (this.silent) return;
      look(chunk);
      pass(() => {
        if (to.destroyed || to.write(chunk)) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.report.gone();
      if (!this.silent) pass(() => to.destroy()); // of a silent pair the other end never hears
    });
  }

  reset(): void {
    this.report.gone();
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }
}
