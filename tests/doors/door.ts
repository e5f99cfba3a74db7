import { Agent, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text as textOf } from 'node:stream/consumers';
import type { Whole } from '../support/whole';
import type { Operation } from './operations';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly body: any;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One request to a running service, exactly as given: nothing is added, no status is an error. (fetch takes twice the time.) */
export async function knock(whole: Whole, { service, method }: Operation, path: string, headers: Readonly<Record<string, string>> = {}, body?: unknown): Promise<Answer> {
  const send = async (): Promise<IncomingMessage> => {
    const asked = request(`${whole.platform.url(service)}${path}`, { method, agent, headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) } });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    try {
      return ((await once(asked, 'response')) as [IncomingMessage])[0];
    } catch (error) {
      if (asked.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return send(); // the server had just closed an idle connection
      throw error;
    }
  };
  const answer = await send();
  const text = await textOf(answer);
  const type = answer.headers['content-type'] ?? '';
  return { status: answer.statusCode!, type, text, body: type.includes('json') && text ? JSON.parse(text) : undefined };
}

/** Does all of it, `width` at a time. */
export async function abreast<T>(width: number, all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  await Promise.all(Array.from({ length: width }, async () => {
    for (const one of left) await work(one);
  }));
}

/** What a problem says, whoever asked and whenever: without its trace id. */
export const sentence = ({ body }: Answer): string => JSON.stringify({ ...body, instance: undefined });
