/** Where the tests' PostgreSQL, Redis and Kafka are: told by `npm test`, else the developer's stack (`node tools/stack/stack.mjs up --dir .run/dev --port-base 5440`). */
export const stack = {
  adminUrl: process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres:postgres@127.0.0.1:5440/postgres',
  redisUrl: process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:5441',
  brokers: (process.env['TEST_KAFKA_BROKERS'] ?? '127.0.0.1:5442').split(','),
};
