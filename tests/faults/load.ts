import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Whole } from '../support/whole';
import { read, type Told } from './ledger';

const root = join(__dirname, '../..');

/** The driver as a process of its own, and what it has written down. */
export class Load {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #last: { retries?: number; failed?: string } = {};

  private constructor(readonly ledger: string, child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit');
    child.on('message', (last) => (this.#last = last as object));
  }

  static async start(whole: Whole, ledger: string): Promise<Load> {
    const addresses = `${ledger}.addresses`;
    writeFileSync(addresses, JSON.stringify(whole.platform.addresses), { mode: 0o600 });
    writeFileSync(ledger, '');
    const now = await whole.now();
    return new Load(ledger, fork(join(root, 'tools/typescript.mjs'), [join(__dirname, 'driver.ts'), addresses, ledger, String(now.getTime())], { cwd: root, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  get told(): Told[] {
    return read(this.ledger);
  }

  get failed(): boolean {
    return this.#last.failed !== undefined;
  }

  /** @throws when the driver has ended by itself: it was answered something that is no outage */
  demandAlive(): void {
    if (this.#last.failed) throw new Error(`the driver: ${this.#last.failed}`);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error(`the driver ended (${this.#child.exitCode ?? this.#child.signalCode})`);
  }

  /** Everybody finishes the command he is about. @returns how often a command had to be asked again @throws what was answered and is no outage */
  async stop(): Promise<number> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    await this.#ended;
    if (this.#last.failed) throw new Error(`the driver: ${this.#last.failed}`);
    if (this.#last.retries === undefined) throw new Error('the driver died');
    return this.#last.retries;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
