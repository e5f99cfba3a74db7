// A service of a running platform, run from its sources with its log on the terminal.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../stack/cache.mjs';
import { run } from '../stack/run.mjs';
import { servicePart } from './platform.mjs';

/** It takes the ordinary process's place: same database, port and keys, and the same mark, so that whoever stops the platform stops this one too. */
export class FromSource {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  /** One change after the other. */
  #turn = Promise.resolve();
  #stopped = false;

  /** @param {{ service: string, home: string, portBase: number, log: (line: string) => void }} options */
  constructor({ service, home, portBase, log }) {
    this.service = service;
    this.log = log;
    this.ordinary = servicePart({ service, home, portBase, log });
  }

  /** Ends what runs, waits until it has ended, starts anew. */
  restart() {
    return (this.#turn = this.#turn.then(async () => {
      if (this.#stopped) return; // a change that came together with Ctrl-C
      await this.#end();
      const { command, args, options } = this.ordinary.spec.run();
      // Detached: Ctrl-C is for us, who let it finish its work.
      const child = (this.#child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'inherit', 'inherit'] }));
      child.once('exit', (code, signal) => {
        if (this.#child !== child) return;
        this.#child = undefined;
        this.log(`${this.service} ended (${signal ?? code}); the next change starts it again`);
      });
    }));
  }

  stop() {
    this.#stopped = true;
    return (this.#turn = this.#turn.then(() => this.#end()));
  }

  async #end() {
    const child = this.#child;
    this.#child = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await gone;
      clearTimeout(tooLong);
    }
    await this.ordinary.stop(); // or an orphan of a killed dev
  }
}

/**
 * Builds what changes, then tells which services run other code now. What does not compile is told and changes nothing.
 * @param {string[]} services @param {(line: string) => void} log @param {(services: Set<string>) => Promise<unknown>} onBuilt
 */
export function watchSources(services, log, onBuilt) {
  const projects = ['contracts', 'calendar', 'platform', 'directory'].map((name) => `libs/${name}`).concat(services.map((name) => `services/${name}`));
  /** @type {Set<string>} */
  const changed = new Set();
  let turn = Promise.resolve();
  /** @type {NodeJS.Timeout | undefined} */
  let soon;
  const build = async () => {
    const these = [...changed];
    changed.clear();
    try {
      for (const project of these) await run('npm', ['run', 'build', '--silent'], { cwd: path.join(root, project) });
      log(`${these.join(', ')} built`);
      await onBuilt(new Set(these.some((project) => project.startsWith('libs/')) ? services : these.map((project) => path.basename(project))));
    } catch (error) {
      log(/** @type {Error} */ (error).message);
    }
  };
  for (const project of projects) {
    fs.watch(path.join(root, project, 'src'), { recursive: true }, (_, file) => {
      if (!file?.endsWith('.ts') || file.endsWith('.spec.ts')) return;
      changed.add(project);
      clearTimeout(soon); // an editor writes several files, or one in several steps
      soon = setTimeout(() => (turn = turn.then(() => (changed.size ? build() : undefined))), 100);
    });
  }
}
