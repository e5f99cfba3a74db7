import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patch, sabotages } from '../sabotage/sabotages.mjs';
import { root } from './committed';

const text = (file: string): string => readFileSync(join(root, file), 'utf8');

/** `npm run sabotage` shows that each turns its test red; here, that none has been left behind by a change of the sources. */
describe('the sabotages', () => {
  it.each(sabotages)('$name: its patch applies, and the test that must turn red is there', (sabotage) => {
    for (const [file, patched] of patch(sabotage, text)) expect(patched).not.toBe(text(file));
    expect(text(sabotage.spec)).toContain(sabotage.title);
  });

  it('have names of their own', () => {
    expect(new Set(sabotages.map(({ name }) => name)).size).toBe(sabotages.length);
  });
});
