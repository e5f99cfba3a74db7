import { z } from 'zod';
import { failpoints } from '../failpoint/failpoint';

const list = z.string().transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean)).pipe(z.array(z.string()).min(1));
const jwk = z.looseObject({ kty: z.string(), kid: z.string() });
const json = <S extends z.ZodType>(shape: S) =>
  z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'no JSON' });
      return z.NEVER;
    }
  }).pipe(shape);

/** What every service is told by its environment. Keys named AFTERSALES_ are ours, and an unknown one is a fault. */
export const platformSettings = {
  AFTERSALES_ENV: z.enum(['production', 'development', 'test']).default('production'),
  AFTERSALES_PORT: z.coerce.number().int().min(1).max(65535),
  AFTERSALES_HOST: z.string().default('0.0.0.0'),
  AFTERSALES_DEMO_CLOCK: z.enum(['true', 'false']).default('false'),
  AFTERSALES_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  /** How many proxies of ours stand before this: a caller's address is taken from the last so many of X-Forwarded-For, whatever he wrote himself. */
  AFTERSALES_PROXIES: z.coerce.number().int().min(0).max(5).default(0),
  AFTERSALES_POOL: z.coerce.number().int().min(2).max(200).default(20),
  /** What the inbox remembers. Longer than any topic is replayed outside a rebuild. */
  AFTERSALES_INBOX_DAYS: z.coerce.number().int().min(1).max(365).default(30),
  /** Fault tests only, refused outside AFTERSALES_ENV=test: where this process dies. */
  AFTERSALES_FAILPOINT: z.string().regex(new RegExp(`^(${failpoints.join('|')})#[1-9]\\d*$`)).optional(),
  AFTERSALES_SEAL_PUBLIC_KEYS: json(z.record(z.string(), jwk)).default({}),
  AFTERSALES_SEAL_PRIVATE_KEYS: json(z.array(jwk)).default([]),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  SYSTEM_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  KAFKA_BROKERS: list,
  OIDC_ISSUER: z.url(),
  OIDC_AUDIENCE: z.string().default('aftersales'),
};
export type PlatformSettings = z.output<z.ZodObject<typeof platformSettings>>;

/** A service's own settings, by name, already checked. */
export class Settings<T = Record<string, string>> {
  constructor(readonly values: T) {}
}

/** Judged on what was given, whatever else is wrong: a missing address must not hide a demo clock. */
function unfitForProduction(environment: NodeJS.ProcessEnv): string[] {
  const faults: string[] = [];
  if (environment['AFTERSALES_DEMO_CLOCK'] === 'true') faults.push('AFTERSALES_DEMO_CLOCK: production runs on the real clock');
  const issuer = environment['OIDC_ISSUER'] ?? '';
  // The local issuer is plain http on this machine, under any of its names.
  if (URL.canParse(issuer) && (new URL(issuer).protocol !== 'https:' || /^(127\.0\.0\.1|\[::1\]|(.+\.)?localhost)$/.test(new URL(issuer).hostname))) faults.push('OIDC_ISSUER: the development issuer is refused in production');
  if (/"kid"\s*:\s*"development/.test(environment['AFTERSALES_SEAL_PRIVATE_KEYS'] ?? '')) faults.push('AFTERSALES_SEAL_PRIVATE_KEYS: a development key is refused in production');
  for (const [key, secret] of Object.entries(environment))
    if (/^AFTERSALES_\w+_SECRET$/.test(key) && Buffer.from((secret ?? '').replace(/^whsec_/, ''), 'base64').toString('latin1').includes('development')) faults.push(`${key}: a development secret is refused in production`);
  return faults;
}

/** @returns the settings, or every fault at once, by name and never with a value (it may be a secret) */
export function readSettings<Own extends z.ZodRawShape>(environment: NodeJS.ProcessEnv, own: Own): { settings: PlatformSettings & z.output<z.ZodObject<Own>> } | { faults: string[] } {
  const shape = z.object({ ...platformSettings, ...own });
  const faults = Object.keys(environment).filter((key) => key.startsWith('AFTERSALES_') && !(key in shape.shape)).map((key) => `${key}: unknown`);
  const parsed = shape.safeParse(environment);
  if (!parsed.success) faults.push(...parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  if (environment['AFTERSALES_FAILPOINT'] !== undefined && environment['AFTERSALES_ENV'] !== 'test') faults.push('AFTERSALES_FAILPOINT: only a test dies on order');
  if ((environment['AFTERSALES_ENV'] ?? 'production') === 'production') faults.push(...unfitForProduction(environment));
  return faults.length ? { faults } : { settings: parsed.data as PlatformSettings & z.output<z.ZodObject<Own>> };
}
