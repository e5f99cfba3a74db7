import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Role } from '@aftersales/contracts/roles';
import { idOf, password, stores } from '../../tools/demo/people.mjs';
import type { Whole } from '../support/whole';

export const [own, other] = [stores[0]!.storeId, stores[1]!.storeId];

/** Where a post is, seen from the store that is asked: in it, in another one, in the whole group. */
export const places = ['own', 'other', 'group'] as const;
export type Place = (typeof places)[number];
const from = '2026-01-01T00:00:00.000Z';
const postAt: Record<Place, { storeId: string | null; from: string }> = { own: { storeId: own, from }, other: { storeId: other, from }, group: { storeId: null, from } };

export const loginOf = (role: string, place: Place): string => `doors.${role}.${place}`;
/** Holds every post there. */
export const everyone = (place: Place): string => loginOf('everyone', place);
/** Held every post in the whole group, until yesterday. */
export const dismissed = 'doors.dismissed';
/** Has a valid token, and the directory does not know them. */
export const stranger = 'doors.stranger';

/** Hires one person a role and place, through headquarters' own door, and waits until every service knows them. @returns their tokens */
export async function hire(whole: Whole): Promise<ReadonlyMap<string, string>> {
  const allAt = (place: Place, more = {}) => Role.options.map((role) => ({ role, ...postAt[place], ...more }));
  const hired = [
    ...places.flatMap((place) => [...Role.options.map((role) => ({ login: loginOf(role, place), posts: [{ role, ...postAt[place] }] })), { login: everyone(place), posts: allAt(place) }]),
    { login: dismissed, posts: allAt('group', { to: '2026-01-02T00:00:00.000Z' }) },
  ];
  const subject = (login: string): string => idOf(`person ${login}`);
  const file = join(whole.platform.home, 'people.json'); // the issuer reads it again
  const logins = [...hired.map(({ login }) => login), stranger];
  const known = (JSON.parse(readFileSync(file, 'utf8')) as { login: string }[]).filter(({ login }) => !logins.includes(login));
  writeFileSync(file, JSON.stringify([...known, ...logins.map((login) => ({ sub: subject(login), login, password, name: login }))]));
  await Promise.all(hired.map(({ login, posts }) => whole.as.ask('hq-admin', `PUT hq/organisation/staff/${subject(login)}`, { body: { name: login, posts } })));
  await whole.settled();
  return new Map(await Promise.all(logins.map(async (login) => [login, await whole.as.token(login)] as const)));
}
