import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { policyKinds, type PolicyKind } from './policies';

const Seed = z.array(z.object({ kind: z.enum(Object.keys(policyKinds) as [PolicyKind, ...PolicyKind[]]), onOpen: z.enum(['keep', 're-plan']), value: z.record(z.string(), z.unknown()) }));

/** What hq publishes at its first start: the values of the field, which a group then changes as it likes. */
export default Seed.parse(JSON.parse(readFileSync(join(__dirname, '../../seed/policies.json'), 'utf8')).map(({ kind, onOpen, value }: z.input<typeof Seed>[number]) => ({ kind, onOpen, value })));
