// npm run fuzz -- --minutes 10 --seed 42: generated requests at every door of a whole platform of its own, as `npm test` does for half a minute.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) } } });
console.log(`seed ${values.seed}`);
const child = spawn('npx', ['jest', '--selectProjects', 'doors', '-i', '-t', 'whatever is asked', '--', 'tests/doors/doors.spec.ts'], {
  cwd: path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..'), stdio: 'inherit', env: { ...process.env, DOORS_FUZZ_MS: String(Number(values.minutes) * 60_000), DOORS_FUZZ_SEED: values.seed },
});
child.on('close', (code) => process.exit(code ?? 1));
