import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

// The walls of docs/architecture.md §6. Each has a fixture that breaks it under tests/walls, and a test that the fixture is reported.

const ours = ['contracts', 'platform', 'calendar', 'directory'];
/** Nothing of ours but `allowed`. */
const only = (...allowed) => ours.filter((lib) => !allowed.includes(lib)).map((lib) => ({ group: [`@aftersales/${lib}`, `@aftersales/${lib}/*`, `**/libs/${lib}/**`], message: `the walls (docs/architecture.md §6): not ${lib} from here` }));
const wall = (files, patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } });

const otherServices = { group: ['**/services/*/**', '@aftersales/{reception,workshop,parts,crm,claims,hq}', '@aftersales/{reception,workshop,parts,crm,claims,hq}/*'], message: 'a service talks to another by facts alone' };
const kafka = { group: ['kafkajs', 'kafkajs/*'], message: 'only platform/bus knows the Kafka client' };
const bull = { group: ['bullmq', 'ioredis'], message: 'only platform/timers knows BullMQ and Redis' };
const impure = { group: ['@nestjs/*', 'typeorm', 'pg', 'rxjs', '@aftersales/platform/*', '@aftersales/directory/*', 'node:*', 'uuid'], message: 'rules are pure: other rules, contracts, calendar' };

const clocks = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "the database's clock is the only one: tx.now" },
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: "the database's clock is the only one: tx.now" },
  { selector: "CallExpression[callee.name=/^set(Timeout|Interval)$/]", message: 'what waits is a timer row: wake()' },
];
const chance = [{ selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'rules are pure: no randomness' }];

/** `<thing>.ts` in a feature folder: no suffix, so it holds rules. */
const rulesFiles = ['services/*/src/*/!(*.*|main).ts', 'tests/walls/fixtures/services/*/src/*/!(*.*).ts'];
const serviceFiles = ['services/*/src/**/*.ts', 'tests/walls/fixtures/services/*/src/**/*.ts'];
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
      'no-restricted-imports': ['error', { patterns: [kafka, bull] }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  wall(['libs/calendar/src/**/*.ts', 'tests/walls/fixtures/libs/calendar/src/**/*.ts'], [...only('calendar'), otherServices, kafka, bull]),
  wall(['libs/contracts/src/**/*.ts', 'tests/walls/fixtures/libs/contracts/src/**/*.ts'], [...only('contracts'), otherServices, kafka, bull]),
  wall(['libs/directory/src/**/*.ts', 'tests/walls/fixtures/libs/directory/src/**/*.ts'], [otherServices, kafka, bull]),
  wall(['libs/platform/src/**/*.ts', 'tests/walls/fixtures/libs/platform/src/**/*.ts'], [
    ...only('contracts', 'platform'), otherServices, kafka, bull,
    { group: ['@aftersales/contracts/*', '!@aftersales/contracts/kernel'], message: 'platform holds no domain word: contracts/kernel alone' },
  ]),
  wall(['libs/platform/src/bus/**/*.ts'], [...only('contracts', 'platform'), otherServices, bull]),
  wall(['libs/platform/src/timers/**/*.ts'], [...only('contracts', 'platform'), otherServices, kafka]),
  wall(serviceFiles, [otherServices, kafka, bull]),
  wall(rulesFiles, [otherServices, kafka, bull, impure]),
  { files: serviceFiles, rules: { 'no-restricted-syntax': ['error', ...clocks] } },
  { files: rulesFiles, rules: { 'no-restricted-syntax': ['error', ...clocks, ...chance] } },
  // The service and its health are wired here, the consumer's type is named there.
  { files: ['libs/platform/src/{health,outbox,service}/**/*.ts'], rules: { 'no-restricted-imports': ['error', { patterns: [...only('contracts', 'platform'), otherServices, bull] }] } },
  { files: [...tests, 'tests/**/*.ts', 'bench/**/*.ts', 'tools/**/*.ts'], ignores: ['tests/walls/fixtures/**'], rules: { 'no-restricted-imports': 'off', 'no-restricted-syntax': 'off', 'no-console': 'off' } },
  { files: ['libs/platform/src/service/start-service.ts', 'libs/contracts/src/generate/**', 'services/*/src/*.ts'], rules: { 'no-console': 'off' } },
);
