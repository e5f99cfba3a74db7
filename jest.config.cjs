// Two kinds of tests beside the code: rules (*.spec.ts, touch nothing) and use cases (*.int.spec.ts, real PostgreSQL, Redis, Kafka).
// Whole-system kinds live under tests/. `node tools/test.mjs` runs them all against a stack of its own.
const { exclude, $schema, sourceMaps, ...swc } = JSON.parse(require('node:fs').readFileSync(`${__dirname}/.swcrc`, 'utf8'));

const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  // Without `swcrc: false` SWC would also read .swcrc's `exclude` and refuse every spec.
  transform: { '^.+\\.(t|j|mj)s$': ['@swc/jest', { ...swc, swcrc: false }] },
  transformIgnorePatterns: ['/node_modules/(?!(jose|uuid)/)'],
  moduleNameMapper: { '^@aftersales/(contracts|platform|calendar|directory)/(.*)$': '<rootDir>/libs/$1/src/$2' },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  setupFiles: ['reflect-metadata'],
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/.run/'],
};
const kind = (displayName, testMatch, more = {}) => ({ ...common, displayName, testMatch, ...more });
module.exports = {
  testTimeout: 60_000,
  projects: [
    kind('rules', ['<rootDir>/{libs,services}/*/src/**/!(*.int).spec.ts']),
    kind('use-cases', ['<rootDir>/{libs,services}/*/src/**/*.int.spec.ts']),
    kind('contracts', ['<rootDir>/tests/contracts/**/*.spec.ts', '<rootDir>/tests/walls/**/*.spec.ts']),
    kind('journeys', ['<rootDir>/tests/journeys/**/*.spec.ts']),
    kind('doors', ['<rootDir>/tests/doors/**/*.spec.ts']),
    kind('faults', ['<rootDir>/tests/faults/**/*.spec.ts']),
  ],
};
