import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';

const fixtures = join(__dirname, 'fixtures');
type Wall = [what: string, fixture: string, said: RegExp];
const walls: Wall[] = [
  ['calendar knows nothing of ours', 'libs/calendar/src/knows-contracts.ts', /not contracts from here/],
  ['calendar knows nothing of ours, nor by a path', 'libs/calendar/src/knows-contracts-by-path.ts', /not contracts from here/],
  ['contracts know zod alone', 'libs/contracts/src/knows-platform.ts', /not platform from here/],
  ['contracts know no framework', 'libs/contracts/src/knows-nest.ts', /zod alone/],
  ['contracts know no database', 'libs/contracts/src/knows-a-database.ts', /zod alone/],
  ['directory knows no service', 'libs/directory/src/knows-a-service.ts', /by facts alone/],
  ['platform holds no domain word', 'libs/platform/src/knows-a-domain-word.ts', /contracts\/kernel alone/],
  ...['bus', 'outbox', 'timers', 'health', 'service'].map((folder): Wall => [`platform/${folder} holds no domain word`, `libs/platform/src/${folder}/knows-a-domain-word.ts`, /contracts\/kernel alone/]),
  ['platform does not know who stands on it', 'libs/platform/src/knows-directory.ts', /not directory from here/],
  ['only platform/bus knows the Kafka client', 'libs/platform/src/knows-kafka.ts', /Kafka client/],
  ...['outbox', 'timers', 'health', 'service'].map((folder): Wall => [`platform/${folder} names the Kafka client's types at most`, `libs/platform/src/${folder}/knows-kafka.ts`, /Kafka client/]),
  ['only platform/timers knows BullMQ', 'libs/platform/src/knows-bullmq.ts', /BullMQ/],
  ['the bus knows no BullMQ', 'libs/platform/src/bus/knows-bullmq.ts', /BullMQ/],
  ['a service imports no other', 'services/crm/src/follow-up/asks-another-service.ts', /by facts alone/],
  ['a service imports no other, nor its neighbour by a path', 'services/crm/src/follow-up/asks-its-neighbour.service.ts', /by facts alone/],
  ['rules know no Nest', 'services/crm/src/follow-up/rule-with-nest.ts', /rules are pure/],
  ['rules know no use case', 'services/crm/src/follow-up/rule-with-use-case.ts', /what has a suffix/],
  ['rules know no chance', 'services/crm/src/follow-up/rule-with-chance.ts', /no randomness/],
  ['one clock', 'services/crm/src/follow-up/own-clock.service.ts', /tx\.now/],
  ['what waits is a timer row', 'services/crm/src/follow-up/own-timer.service.ts', /wake\(\)/],
  ['nothing sleeps', 'services/crm/src/follow-up/own-pause.service.ts', /wake\(\)/],
  ['no cycles', 'services/crm/src/follow-up/round.service.ts', /cycle/i],
];

interface Linted {
  readonly filePath: string;
  readonly messages: { message: string }[];
}

describe('the walls', () => {
  const root = join(__dirname, '../..');
  const said = new Map<string, string>();

  beforeAll(() => {
    // ESLint's configuration is a module, which Jest can't load: its own program can.
    const { stdout, stderr } = spawnSync('npx', ['eslint', '--no-ignore', '-f', 'json', fixtures], { cwd: root, encoding: 'utf8' });
    if (!stdout) throw new Error(stderr);
    for (const { filePath, messages } of JSON.parse(stdout) as Linted[]) said.set(relative(fixtures, filePath), messages.map(({ message }) => message).join('\n'));
  });

  it.each(walls)('%s: its fixture is reported', (_wall, file, message) => {
    expect(said.get(file)).toMatch(message);
  });
});
