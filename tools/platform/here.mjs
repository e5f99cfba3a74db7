// The platform that `npm start` runs on this machine. With a PORT_BASE of its own it has a folder of its own, so two may run side by side.
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../stack/cache.mjs';

const given = process.env['PORT_BASE'];
export const portBase = Number(given ?? 8440);
export const home = path.join(root, '.run', given ? `start-${given}` : 'start');
export const addressFile = path.join(home, 'platform.json');
/** A command for this platform, in another terminal. @param {string} command */
export const elsewhere = (command) => `${given ? `PORT_BASE=${given} ` : ''}${command}`;
export const startFirst = `No platform answers here. Start it first, in another terminal: ${elsewhere('npm start')}`;

/**
 * Its addresses, when it really answers: a killed run leaves its file behind.
 * @param {{ file?: string, but?: string[] }} [options] `but`: services that may be down
 * @returns {Promise<{ issuer: string, urls: Record<string, string[]> } | undefined>}
 */
export async function running({ file = addressFile, but = [] } = {}) {
  if (!fs.existsSync(file)) return undefined;
  const addresses = JSON.parse(fs.readFileSync(file, 'utf8'));
  const services = Object.entries(addresses.urls).filter(([service]) => !but.includes(service)).map(([, [url]]) => `${url}/health/live`);
  const answers = await Promise.all([`${addresses.issuer}/.well-known/openid-configuration`, ...services].map((url) =>
    fetch(url, { signal: AbortSignal.timeout(5_000) }).then(({ ok }) => ok, () => false)));
  return answers.every(Boolean) ? addresses : undefined;
}
