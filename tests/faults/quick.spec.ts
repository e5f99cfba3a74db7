import { experiment, isGreen, line } from './experiment';
import { Ground } from './ground';
import { table } from './table';

// The quick set of the faults (table.ts), as `npm run faults` runs it: two replicas of each service, a driver of its own; on one broker, for two cores.

describe('faults', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await Ground.start(9440, { brokers: 1 });
  }, 240_000);
  afterAll(() => ground?.stop(), 60_000);

  it.each(table.filter(({ quick }) => quick).map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const result = await experiment(ground, [one]);
    console.log(line(result));
    expect(isGreen(result) ? '' : line(result)).toBe('');
  }, 300_000);
});
