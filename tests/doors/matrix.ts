import { randomUUID } from 'node:crypto';
import { Role } from '@aftersales/contracts/roles';
import type { Whole } from '../support/whole';
import { dismissed, loginOf, own, places, stranger, type Place } from './cast';
import { abreast, knock, sentence, type Answer } from './door';
import { filled, hasStore, nameOf, operations, thingsOf, type Operation } from './operations';

/** What an operation owes somebody with one post, computed from its roles alone. `in`: whatever it then thinks of the request. */
export function owed(operation: Operation, role: string, place: Place): 'in' | 403 | 404 {
  const postHolds = place === 'own' || place === 'group' || (place === 'other' && !hasStore(operation));
  if (!postHolds) return hasStore(operation) ? 404 : 403; // not 403: that would say that the store is there
  return operation.roles.includes(role) ? 'in' : 403;
}

/** What a request without fields, headers and with made-up ids may get from inside: it never does anything. */
const inside = (operation: Operation): number[] => (operation.method === 'GET' ? [200, 422, ...(thingsOf(operation).length ? [404] : [])] : [422, 428]);

/** @returns what was not as it should be, and how many were asked */
export async function matrix(whole: Whole, tokens: ReadonlyMap<string, string>): Promise<{ asked: number; wrong: string[] }> {
  const wrong: string[] = [];
  let asked = 0;
  await abreast(12, operations, async (operation) => {
    const made = Object.fromEntries(operation.params.map(({ name, schema }) => [name, name === 'storeId' ? own : schema['format'] === 'uuid' ? randomUUID() : '999999']));
    const ask = (login: string | null, params = made, headers = {}): Promise<Answer> => {
      asked++;
      return knock(whole, operation, filled(operation, params), login ? { authorization: `Bearer ${tokens.get(login)!}` } : headers);
    };
    const say = (who: string, { status, text }: Answer, should: string): void => void wrong.push(`${nameOf(operation)} as ${who}: ${status}, not ${should} – ${text.slice(0, 200)}`);
    const isProblem = (answer: Answer, status: number): boolean => answer.status === status && answer.type.startsWith('application/problem+json') && answer.body.status === status;

    // Somebody who works everywhere asks for a store that is not: what another store's people must not be told apart from.
    const nowhere = hasStore(operation) ? await ask(loginOf(operation.roles[0]!, 'group'), { ...made, storeId: randomUUID() }) : undefined;
    if (nowhere && !isProblem(nowhere, 404)) say('group, of a store that is not', nowhere, '404');
    for (const role of Role.options)
      for (const place of places) {
        const answer = await ask(loginOf(role, place));
        const due = owed(operation, role, place);
        if (due === 'in' ? !inside(operation).includes(answer.status) : !isProblem(answer, due)) say(`${role}, ${place}`, answer, due === 'in' ? inside(operation).join(' or ') : String(due));
        else if (due === 404 && nowhere && sentence(answer) !== sentence(nowhere)) say(`${role}, ${place}`, answer, sentence(nowhere));
      }
    for (const login of [dismissed, stranger]) {
      const answer = await ask(login);
      if (!isProblem(answer, hasStore(operation) ? 404 : 403)) say(login, answer, hasStore(operation) ? '404' : '403');
    }
    for (const headers of [{}, { authorization: 'Bearer a.b.c' }]) {
      const without = await ask(null, made, headers);
      if (!isProblem(without, 401)) say('nobody', without, '401');
    }
  });
  return { asked, wrong };
}
