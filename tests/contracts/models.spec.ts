import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { modelsOf, strayGuards } from '../../tools/model/guards.mjs';

const root = resolve(__dirname, '../..');
const files = ['libs', 'services', 'tools'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`))
  .filter((file) => /^(tools|\w+\/\w+\/(src|migrations))\/.*\.(ts|sql|mjs)$/.test(file) && !file.startsWith('tools/model'));
const code = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const models = modelsOf(root);
const timers = 'libs/platform/src/timers/timers.ts';
/** What is told when the text of Timer.tla or of timers.ts is another. */
const told = (at: Partial<Record<'model' | 'code', (text: string) => string>>) =>
  strayGuards(
    models.map(({ module, text }) => ({ module, text: module === 'Timer' ? (at.model ?? String)(text) : text })),
    new Map([...code, [timers, (at.code ?? String)(code.get(timers)!)]]),
  );

describe('the guards of docs/model and the code', () => {
  it('name each other', () => {
    expect(strayGuards(models, code)).toEqual([]);
  });

  it('a guard whose place does not name it, or names it outside of that function, is told', () => {
    const fault = 'Timer.tla: LookUnderLock is said to be libs/platform/src/timers/timers.ts:#fire, which does not name it ("Timer.tla: LookUnderLock")';
    expect(told({ code: (text) => text.replace('Timer.tla: LookUnderLock', '') })).toEqual([fault]);
    expect(told({ code: (text) => `// Timer.tla: LookUnderLock\n${text.replace('Timer.tla: LookUnderLock', '')}` })).toEqual([fault]);
  });

  it('a guard of a place that is gone, a name that no model has, and an open one that was built meanwhile are told', () => {
    expect(told({ code: (text) => text.replaceAll('#postpone(', '#later(') })).toContain('Timer.tla: DueStays is said to be libs/platform/src/timers/timers.ts:#postpone, and there is none');
    expect(told({ model: (text) => text.replaceAll('KeptByDue', 'KeptByHope') })).toEqual([
      'Timer.tla: KeptByHope is said to be libs/platform/src/promises/promises.ts:keep, which does not name it ("Timer.tla: KeptByHope")',
      expect.stringMatching(/^libs\/platform\/src\/promises\/promises\.ts:\d+ names Timer\.tla: KeptByDue, which does not name it$/),
    ]);
    expect(told({ model: (text) => text.replace('[libs/platform/src/promises', '[open: libs/platform/src/promises') })).toEqual(['Timer.tla: KeptByDue is marked as open, but libs/platform/src/promises/promises.ts:keep names it']);
  });
});
