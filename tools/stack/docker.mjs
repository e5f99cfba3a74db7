// The same three parts from docker-compose.yml, when a Docker daemon really answers.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { root } from './cache.mjs';
import { onPath, run } from './run.mjs';

/** The client on PATH proves nothing: ask the daemon's socket. @returns {Promise<boolean>} */
export function dockerAnswers() {
  const socketPath = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
  if (!fs.existsSync(socketPath)) return Promise.resolve(false); // also a daemon over tcp: not ours to start containers on
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/_ping', timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
  });
}

/** @param {number} portBase @param {string[]} args */
async function compose(portBase, args) {
  const plugin = await run('docker', ['compose', 'version']).then(() => true, () => false);
  const command = plugin ? ['docker', 'compose'] : onPath('docker-compose') ? ['docker-compose'] : undefined;
  if (!command) throw new Error('Docker answers, but there is no docker compose: install its compose plugin');
  const [program, ...first] = /** @type {[string, ...string[]]} */ (command);
  const project = ['-p', `aftersales-${portBase}`, '-f', path.join(root, 'docker-compose.yml')];
  await run(program, [...first, ...project, ...args], {
    env: {
      ...process.env,
      POSTGRES_PORT: String(portBase), REDIS_PORT: String(portBase + 1), KAFKA_PORT: String(portBase + 2),
    },
  });
}

/** @param {number} portBase @param {string[]} services */
export const composeUp = (portBase, services) => compose(portBase, ['up', '-d', ...services]);

/** @param {number} portBase @param {string[]} services */
export const composeStop = (portBase, services) => compose(portBase, ['stop', ...services]);
