import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** What the driver was told, on disk before it goes on: the truth that effects are counted against. */
export class Ledger {
  readonly acknowledged: string[] = [];
  readonly #file: number;
  #open = true;

  constructor(readonly path: string) {
    this.#file = openSync(path, 'w');
  }

  told(id: string): void {
    writeSync(this.#file, `${id}\n`);
    fsyncSync(this.#file);
    this.acknowledged.push(id);
  }

  close(): void {
    if (this.#open) closeSync(this.#file);
    this.#open = false;
  }
}
