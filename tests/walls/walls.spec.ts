import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';

const fixtures = join(__dirname, 'fixtures');
const walls: [string, string, RegExp][] = [
  ['calendar knows nothing of ours', 'libs/calendar/src/knows-contracts.ts', /not contracts from here/],
  ['contracts know zod alone', 'libs/contracts/src/knows-platform.ts', /not platform from here/],
  ['directory knows no service', 'libs/directory/src/knows-a-service.ts', /by facts alone/],
  ['platform holds no domain word', 'libs/platform/src/knows-a-domain-word.ts', /contracts\/kernel alone/],
  ['only platform/bus knows the Kafka client', 'libs/platform/src/knows-kafka.ts', /Kafka client/],
  ['only platform/timers knows BullMQ', 'libs/platform/src/knows-bullmq.ts', /BullMQ/],
  ['a service imports no other', 'services/crm/src/follow-up/asks-another-service.ts', /by facts alone/],
  ['rules know no Nest', 'services/crm/src/follow-up/rule-with-nest.ts', /rules are pure/],
  ['rules know no chance', 'services/crm/src/follow-up/rule-with-chance.ts', /no randomness/],
  ['one clock', 'services/crm/src/follow-up/own-clock.service.ts', /tx\.now/],
  ['what waits is a timer row', 'services/crm/src/follow-up/own-timer.service.ts', /wake\(\)/],
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
