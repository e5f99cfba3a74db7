import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import seed from '@aftersales/contracts/hq/seed-policies';
import * as ts from 'typescript';
import { root } from './committed';

/** A place in the sources where a service follows a figure, or a test has headquarters publish another one. */
interface Use {
  readonly service: string;
  readonly kind: string;
}

const sources = (folder: string): string[] => (readdirSync(join(root, folder), { recursive: true }) as string[]).filter((name) => name.endsWith('.ts')).map((name) => join(root, folder, name));
const services = readdirSync(join(root, 'services'));
const files = services.flatMap((service) => sources(`services/${service}/src`));

/** Our own sources as TypeScript understands them: which kind a call names is a question of types, for many are named by a constant or in a loop. */
function ours(): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const known = ts.createModuleResolutionCache(root, (name) => name, options);
  // Nobody else's: no type of a policy comes from there, and they are ten times as many.
  host.resolveModuleNameLiterals = (literals, from, redirected, own) =>
    literals.map(({ text }) => (/^(\.|@aftersales\/)/.test(text) ? ts.resolveModuleName(text, from, own, host, known, redirected) : { resolvedModule: undefined }));
  return ts.createProgram([...files, ...sources('tests/journeys')], { ...options, types: [], noEmit: true }, host);
}

const program = ours();
const checker = program.getTypeChecker();
const kinds = new Map(seed.map(({ kind, value }) => [kind as string, value]));

function* within<T extends ts.Node>(node: ts.Node, is: (one: ts.Node) => one is T): Generator<T> {
  if (is(node)) yield node;
  for (const child of node.getChildren()) yield* within(child, is);
}

/** The kinds that an expression may be; what is no kind of the seed is none. */
function kindsOf(expression: ts.Node | undefined): string[] {
  if (!expression) return [];
  const type = checker.getTypeAtLocation(expression);
  return (type.isUnion() ? type.types : [type]).flatMap((one) => (one.isStringLiteral() && kinds.has(one.value) ? [one.value] : []));
}

/** Publishing what holds already changes nothing; what is not written out is another value. */
function isChange(kind: string, value: ts.Node | undefined): boolean {
  if (!value || !ts.isObjectLiteralExpression(value)) return true;
  try {
    return !isDeepStrictEqual({ ...runInNewContext(`(${value.getText()})`) }, kinds.get(kind));
  } catch {
    return true;
  }
}

function callsIn(file: string, name: string): ts.CallExpression[] {
  const named = ({ expression }: ts.CallExpression): boolean => (ts.isIdentifier(expression) ? expression.text : ts.isPropertyAccessExpression(expression) ? expression.name.text : '') === name;
  return [...within(program.getSourceFile(file)!, ts.isCallExpression)].filter(named);
}

const serviceOf = (file: string): string => file.slice(join(root, 'services/').length).split('/')[0]!;
const isTest = (file: string): boolean => file.endsWith('.spec.ts');

const followed: Use[] = files.filter((file) => !isTest(file)).flatMap((file) => callsIn(file, 'policyOf').flatMap(({ arguments: [, kind] }) => kindsOf(kind).map((one) => ({ service: serviceOf(file), kind: one }))));
const changed: Use[] = files.filter(isTest).flatMap((file) =>
  callsIn(file, 'policy').flatMap(({ arguments: [kind, value] }) => kindsOf(kind).filter((one) => isChange(one, value)).map((one) => ({ service: serviceOf(file), kind: one }))));

const named = (uses: readonly Use[]): string[] => [...new Set(uses.map(({ service, kind }) => `${service} follows ${kind}`))].sort();

describe('figures of headquarters', () => {
  it('are all known here: each is followed by some service, csi.method by way of its own table', () => {
    expect([...kinds.keys()].filter((kind) => !followed.some((use) => use.kind === kind))).toEqual(['csi.method']);
  });

  it('are each changed by a test of every service that follows it', () => {
    const tested = new Set(named(changed));
    expect(named(followed).filter((use) => !tested.has(use))).toEqual([]);
    expect(tested).toContain('hq follows csi.method');
  });

  it('and one that no test changes is seen, as is one that is only set to what it was', () => {
    expect(isChange('slot.hold', undefined)).toBe(true);
    const literal = (text: string) => [...within(ts.createSourceFile('x.ts', `x(${text})`, ts.ScriptTarget.Latest, true), ts.isObjectLiteralExpression)][0];
    expect([isChange('slot.hold', literal('{ wallMinutes: 10 }')), isChange('slot.hold', literal('{ wallMinutes: 11 }')), isChange('slot.hold', literal('{ wallMinutes: minutes }'))]).toEqual([false, true, true]);
    expect(named(followed).length).toBeGreaterThan(kinds.size);
  });
});
