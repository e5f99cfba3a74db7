import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

// The walls of docs/architecture.md §6. Each has a fixture that breaks it under tests/walls, and a test that the fixture is reported.

const libraries = ['contracts', 'platform', 'calendar', 'directory'];
const services = ['reception', 'workshop', 'parts', 'crm', 'claims', 'hq'];
/** By its name or by a path. */
const reach = (...names) => names.flatMap((name) => [`@aftersales/${name}`, `@aftersales/${name}/*`, `**/${name}/src/**`]);

const otherServices = { group: reach(...services), message: 'a service talks to another by facts alone' };
const not = (...names) => names.map((name) => ({ group: reach(name), message: `the walls (docs/architecture.md §6): not ${name} from here` }));
const kernelAlone = { group: ['@aftersales/contracts/*', '!@aftersales/contracts/kernel', '**/contracts/src/**'], message: 'platform holds no domain word: contracts/kernel alone' };
const zodAlone = (allowed = '') => ({ regex: `^(?!zod$|\\.${allowed})`, message: 'contracts know zod alone' });
const kafka = { group: ['kafkajs', 'kafkajs/*'], message: 'only platform/bus knows the Kafka client' };
const kafkaValues = { ...kafka, allowTypeImports: true };
const bull = { group: ['bullmq', 'ioredis'], message: 'only platform/timers knows BullMQ and Redis' };
const pauses = { regex: '^(node:)?timers(/|$)', message: 'what waits is a timer row: wake()' };
const impure = { group: ['@nestjs/*', 'typeorm', 'pg', 'rxjs', ...reach('platform', 'directory'), 'node:*', 'uuid'], message: 'rules are pure: other rules, contracts, calendar' };
const suffixed = { regex: '^\\..*/[^/]*[^/.]\\.[^/]+$', message: 'rules are pure: what has a suffix does more than decide' };

/** ESLint's later block replaces an earlier one, so each of these is the whole of what its files may not import. */
const nowhere = [otherServices];
const inPlatform = [...nowhere, ...not('calendar', 'directory'), kernelAlone];
const inContracts = [...nowhere, ...not(...libraries.filter((name) => name !== 'contracts'))];
const inServices = [...nowhere, kafka, bull, pauses];

/** A wall stands around the files and around the fixtures that break it. */
const both = (files) => [files, `tests/walls/fixtures/${files}`];
const imports = '@typescript-eslint/no-restricted-imports';
const wall = (files, patterns) => ({ files: both(files), rules: { [imports]: ['error', { patterns }] } });

const clocks = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "the database's clock is the only one: tx.now" },
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: "the database's clock is the only one: tx.now" },
  { selector: "CallExpression[callee.name=/^set(Timeout|Interval)$/]", message: 'what waits is a timer row: wake()' },
];
const chance = [{ selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'rules are pure: no randomness' }];

/** `<thing>.ts` in a feature folder: no suffix, so it holds rules. */
const rulesFiles = 'services/*/src/*/!(*.*|main).ts';
const serviceFiles = 'services/*/src/**/*.ts';
const tests = ['**/*.spec.ts', '**/testing/**'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.run/**', '.nx/**', 'libs/contracts/schemas/**', 'tests/walls/fixtures/**'] },
  {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { '@typescript-eslint': tseslint.plugin, 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.json' })], 'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      [imports]: ['error', { patterns: [...nowhere, kafka, bull] }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  wall('libs/calendar/src/**/*.ts', [...nowhere, ...not(...libraries), kafka, bull]),
  wall('libs/contracts/src/**/*.ts', [...inContracts, zodAlone()]),
  // What is made of the contracts is read from and written to files.
  wall('libs/contracts/src/{generate/**/*,hq/seed-policies}.ts', [...inContracts, zodAlone('|node:')]),
  wall('libs/directory/src/**/*.ts', [...nowhere, kafka, bull]),
  wall('libs/platform/src/**/*.ts', [...inPlatform, kafkaValues, bull]),
  wall('libs/platform/src/bus/**/*.ts', [...inPlatform, bull]),
  wall('libs/platform/src/timers/**/*.ts', [...inPlatform, kafkaValues]),
  wall(serviceFiles, inServices),
  wall(rulesFiles, [...inServices, impure, suffixed]),
  { files: both(serviceFiles), rules: { 'no-restricted-syntax': ['error', ...clocks] } },
  { files: both(rulesFiles), rules: { 'no-restricted-syntax': ['error', ...clocks, ...chance] } },
  { files: [...tests, 'tests/**/*.ts', 'bench/**/*.ts', 'tools/**/*.ts'], ignores: ['tests/walls/fixtures/**'], rules: { [imports]: 'off', 'no-restricted-syntax': 'off', 'no-console': 'off' } },
  { files: ['libs/platform/src/service/start-service.ts', 'libs/contracts/src/generate/**', 'services/*/src/*.ts'], rules: { 'no-console': 'off' } },
);
