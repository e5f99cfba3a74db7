import { isTransient } from './transient';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

it.each(['08006', '53300', '57P01', '57014', '40001', '55P03', '58030', '25006', '25P03', '25P04', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ENETUNREACH', 'EHOSTUNREACH', 'EPIPE'])(
  '%s passes: nothing is wrong with what was asked', (code) => expect(isTransient(coded(code))).toBe(true),
);

it.each(['23505', '22021', '25P02', '42P01', '55000', 'P0001', 'ERR_INVALID_ARG_TYPE', 'ENOENT'])('%s would come again', (code) => expect(isTransient(coded(code))).toBe(false));

it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'timeout expired', 'Query read timeout'])('so does "%s", which has no code', (message) => expect(isTransient(new Error(message))).toBe(true));
