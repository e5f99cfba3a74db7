import { z } from 'zod';
import { readSettings } from './config';

const good = {
  AFTERSALES_ENV: 'production', AFTERSALES_PORT: '8080', DATABASE_URL: 'postgres://a:b@db/x', SYSTEM_DATABASE_URL: 'postgres://c:d@db/x', REDIS_URL: 'redis://r:6379', KAFKA_BROKERS: 'k1:9092, k2:9092', OIDC_ISSUER: 'https://login.example.org',
};
const faultsOf = (changes: Record<string, string | undefined>, own = {}): string[] => {
  const read = readSettings({ ...good, ...changes }, own);
  return 'faults' in read ? read.faults : [];
};

describe('the configuration', () => {
  it('reads what is right, with lists and defaults', () => {
    expect(readSettings(good, {})).toMatchObject({ settings: { AFTERSALES_PORT: 8080, KAFKA_BROKERS: ['k1:9092', 'k2:9092'], AFTERSALES_INBOX_DAYS: 30, AFTERSALES_DEMO_CLOCK: 'false' } });
  });

  it('names every fault at once, and never a value', () => {
    const faults = faultsOf({ AFTERSALES_PORT: 'many', DATABASE_URL: 'secret-without-protocol', OIDC_ISSUER: undefined, AFTERSALES_SPELT_WRONG: 'x' }, { AFTERSALES_OWN: z.url() });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(['AFTERSALES_OWN', 'AFTERSALES_PORT', 'AFTERSALES_SPELT_WRONG', 'DATABASE_URL', 'OIDC_ISSUER']);
    expect(faults.join()).not.toContain('secret');
  });

  it.each([
    ['the demo clock', { AFTERSALES_DEMO_CLOCK: 'true' }, /AFTERSALES_DEMO_CLOCK/],
    ['the local issuer', { OIDC_ISSUER: 'http://127.0.0.1:8460' }, /OIDC_ISSUER/],
    ['the local issuer under another name', { OIDC_ISSUER: 'https://issuer.localhost:8460' }, /OIDC_ISSUER/],
    ['an issuer without TLS', { OIDC_ISSUER: 'http://login.example.org' }, /OIDC_ISSUER/],
    ['development keys', { AFTERSALES_SEAL_PRIVATE_KEYS: '[{"kty":"EC","kid":"development-crm"}]' }, /SEAL_PRIVATE_KEYS/],
    ['a development secret', { AFTERSALES_SMS_SECRET: `whsec_${Buffer.from('development secret of compose, 32 b').toString('base64')}` }, /AFTERSALES_SMS_SECRET/],
    ['the demo clock beside a missing address', { AFTERSALES_DEMO_CLOCK: 'true', REDIS_URL: undefined }, /AFTERSALES_DEMO_CLOCK/],
  ])('production refuses %s', (_what, changes, fault) => {
    expect(faultsOf(changes, { AFTERSALES_SMS_SECRET: z.string().optional() }).join()).toMatch(fault);
    expect(faultsOf({ ...changes, AFTERSALES_ENV: 'development' }, { AFTERSALES_SMS_SECRET: z.string().optional() }).join()).not.toMatch(fault);
  });

  it('a failpoint is refused by everything but a test, and so is one that no code has', () => {
    const point = { AFTERSALES_FAILPOINT: 'relay.after-send#3' };
    for (const environment of ['production', 'development', undefined]) expect(faultsOf({ ...point, AFTERSALES_ENV: environment })).toEqual(['AFTERSALES_FAILPOINT: only a test dies on order']);
    expect(faultsOf({ ...point, AFTERSALES_ENV: 'test' })).toEqual([]);
    expect(faultsOf({ AFTERSALES_FAILPOINT: 'relay.elsewhere#3', AFTERSALES_ENV: 'test' }).join()).toMatch(/AFTERSALES_FAILPOINT/);
  });
});
