// npm run faults: the table of faults, one experiment after the other; one line each while it runs, a table at the end.
import { parseArgs } from 'node:util';
import { experiment, folder, isGreen, line, type Result } from './experiment';
import { Ground } from './ground';
import { table } from './table';
import { walk } from './walk';

const usage = `npm run faults                       the quick set, as in npm test
npm run faults -- --full             every fault of the table
npm run faults -- --only redis       those with this in their name
npm run faults -- --walk 30m --seed 7   at random, also two at a time, for so long; the same seed is the same walk
npm run faults -- --list             their names
      --ports 9440: PostgreSQL and so on from this port;  --brokers 3`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean' }, only: { type: 'string', multiple: true }, walk: { type: 'string' }, seed: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean' },
      ports: { type: 'string', default: '9440' }, brokers: { type: 'string', default: '3' },
    },
  });
  if (values.help) return console.log(usage);
  const chosen = table.filter(({ name, quick }) => (values.only ? values.only.some((word) => name.includes(word)) : values.full || values.walk || quick));
  if (values.list) return console.log(chosen.map(({ name, quick }) => `${quick ? 'quick' : '     '}  ${name}`).join('\n'));
  if (chosen.length === 0) throw new Error(`no fault has ${values.only?.join(' or ')} in its name\n${usage}`);

  const began = performance.now();
  const clock = (): string => `${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s`;
  console.log(`${clock()}  the platform starts: two of each service, ${values.brokers} brokers`);
  const ground = await Ground.start(Number(values.ports), { brokers: Number(values.brokers) });
  const results: Result[] = [];
  const tell = (result: Result): void => {
    results.push(result);
    console.log(`${clock()}  ${line(result)}`);
  };
  const end = async (): Promise<void> => {
    console.log(`\n${summary(results)}`);
    await ground.stop();
    process.exitCode = results.every(isGreen) ? 0 : 1;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end().finally(() => process.exit(130)));
  try {
    console.log(`${clock()}  it stands; ${values.walk ? `a walk of ${values.walk}, seed ${values.seed ?? 1}` : `${chosen.length} faults`}`);
    if (values.walk) await walk(ground, chosen, { ms: milliseconds(values.walk), seed: Number(values.seed ?? 1) }, tell);
    else for (const one of chosen) tell(await experiment(ground, [one]));
  } finally {
    await end();
  }
}

const milliseconds = (text: string): number => {
  const [, n = '', unit = 'm'] = /^(\d+)([smh]?)$/.exec(text) ?? [];
  if (!n) throw new Error(`--walk ${text}: 90s, 30m or 2h`);
  return Number(n) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit || 'm']!;
};

function summary(results: readonly Result[]): string {
  const rows = results.map((one) => [
    isGreen(one) ? '✓' : '✗', one.name.slice(0, 100), one.acknowledged, one.effects, one.lost.length, one.doubled.length, one.outOfOrder.length, one.stuck.length, one.seconds?.toFixed(1) ?? '–', Object.values(one.disturbed).map((n) => Math.round(n)).join(' ') || '–',
  ].map(String));
  const all = [['', 'fault', 'acknowledged', 'effects', 'lost', 'doubled', 'out of order', 'stuck', 'seconds', 'disturbed'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const red = results.filter((one) => !isGreen(one)).length;
  return `${all.map((row) => row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')).join('\n')}
${results.length - red} green, ${red} red${red ? `; their ledgers and logs are kept under ${folder}` : ''}`;
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
