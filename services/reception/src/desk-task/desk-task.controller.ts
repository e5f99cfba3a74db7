import { Controller } from '@nestjs/common';
import { z } from 'zod';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { DeskTasks, type DeskTask } from './desk-task.service';
import { dueCursor, toDueCursor } from './due.cursor';

const desk = ['advisor', 'front-desk-supervisor', 'service-manager', 'crm-agent'];

export const TaskView = z.object({
  taskId: z.uuid(), version: z.int(), kind: z.string(), subject: z.uuid(), state: z.enum(['open', 'done']), allowed: z.array(z.enum(['done'])), reason: z.string(), note: z.string().nullable(),
  dueAt: z.iso.datetime(), openedAt: z.iso.datetime(), doneAt: z.iso.datetime().nullable(), doneBy: z.uuid().nullable(), outcome: z.string().nullable(),
});
const Filter = z.strictObject({ state: z.enum(['open', 'done']).default('open'), subject: z.uuid().optional(), limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(500).optional() });
const List = z.object({ tasks: z.array(TaskView), next: z.string().nullable() });
const Done = z.strictObject({ outcome: z.string().min(1).max(500) });

@Controller('stores/:storeId/desk-tasks')
export class DeskTaskController {
  constructor(private readonly tasks: DeskTasks) {}

  @Query('GET ', { summary: 'What the desk has to do, the most urgent first', roles: [...desk, 'store-manager'], query: Filter, answer: List })
  async list(tx: Tx, { query, storeId, person }: Call<undefined, z.output<typeof Filter>>) {
    const after = dueCursor(query.cursor);
    const rows = await tx.query<DeskTask>(
      `select * from desk_task where store_id = $1 and state = $2 and ($3::uuid is null or subject = $3) and ($4::timestamptz is null or (due_at, id) > ($4, $5::uuid)) order by due_at, id limit $6`,
      [storeId, query.state, query.subject ?? null, after?.[0] ?? null, after?.[1] ?? null, query.limit + 1],
    );
    const page = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? page.at(-1)! : null;
    return { tasks: page.map((task) => taskView(task, person.roles)), next: last && toDueCursor(last.dueAt, last.id) };
  }

  @Command('POST :taskId/done', { summary: 'It is done, with this outcome', roles: desk, body: Done, ifMatch: true, answer: TaskView })
  async done(tx: Tx, { params, version, body, person }: Call<z.output<typeof Done>>) {
    return taskView(await this.tasks.done(tx, params['taskId']!, version!, person.id, body.outcome), person.roles);
  }
}

export const taskView = ({ id, storeId: _, ...task }: DeskTask, roles: readonly string[]) =>
  ({ taskId: id, ...task, allowed: task.state === 'open' && roles.some((role) => desk.includes(role)) ? ['done' as const] : [] });
