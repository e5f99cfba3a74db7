import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '../database/rows';
import type { Tx } from '../database/tx';
import { Command, Query } from '../http/operation';
import type { Call } from '../http/operation-spec';
import { DeadLetters, scopeOf, visible, type DeadLetter } from './dead-letters';

const View = z.object({
  id: z.int(), consumer: z.string(), topic: z.string(), key: z.string(), eventId: z.string(), type: z.string().nullable(),
  state: z.enum(['dead', 'parked', 'replayed', 'discarded']), reason: z.string(), notedAt: z.iso.datetime(),
});
const view = ({ id, consumer, topic, key, eventId, type, state, reason, notedAt }: DeadLetter) => ({ id, consumer, topic, key, eventId, type, state, reason, notedAt });
const roles = ['hq-admin'];
const Applied = z.object({ applied: z.int() });
const within = (what: 'replay' | 'discard') => async (tx: Tx, { params, groupWide }: Call) => scopeOf(tx, await visible(tx, idOf(params['letter']), groupWide), what);

/** Stuck facts: look, replay, discard. Each belongs to its store; what belongs to none is for a post in the whole group. */
@Controller('dead-letters')
export class DeadLetterController {
  constructor(private readonly letters: DeadLetters) {}

  @Query('GET ', { summary: 'Facts that could not be handled, and those parked behind them', roles, query: z.strictObject({ after: z.coerce.number().int().min(0).optional() }), answer: z.object({ letters: z.array(View) }) })
  async list(tx: Tx, { query, groupWide }: Call<undefined, { after?: number }>) {
    return { letters: (await this.letters.list(tx, groupWide, query.after)).map(view) };
  }

  @Query('GET :letter', { summary: 'One of them, with its payload', roles, answer: View.extend({ payload: z.string() }) })
  async show(tx: Tx, { params, groupWide }: Call) {
    const letter = await visible(tx, idOf(params['letter']), groupWide);
    return { ...view(letter), payload: letter.payload };
  }

  @Command('POST :letter/replay', { summary: 'Handle it again, and what is parked behind it', roles, answer: Applied, within: within('replay') })
  replay(tx: Tx, { params, person }: Call) {
    return this.letters.replay(tx, idOf(params['letter']), person.id);
  }

  @Command('POST :letter/discard', { summary: 'Give it up; what is parked behind it follows', roles, answer: Applied, within: within('discard') })
  discard(tx: Tx, { params, person }: Call) {
    return this.letters.discard(tx, idOf(params['letter']), person.id);
  }
}

function idOf(text: string | undefined): number {
  if (!/^\d{1,15}$/.test(text ?? '')) throw new NotFound('dead_letter');
  return Number(text);
}
