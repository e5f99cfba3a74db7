import { catalogue, checkCatalogue, topics } from '@aftersales/contracts/catalogue';
import { SurveyAnswered } from '@aftersales/contracts/crm/survey';
import { policyKinds, type PolicyKind } from '@aftersales/contracts/hq/policies';
import { ConfirmationDue } from '@aftersales/contracts/reception/asked-by-link';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './committed';

const services = ['reception', 'workshop', 'parts', 'crm', 'claims', 'hq'];

describe('the catalogue', () => {
  it('refuses a type twice, a topic kept in two ways, a sealed part on a long topic', () => {
    expect(() => checkCatalogue([SurveyAnswered, SurveyAnswered])).toThrow('twice');
    expect(() => checkCatalogue([SurveyAnswered, { ...SurveyAnswered, type: 'crm.survey-lost.v1', kept: 'compacted' }])).toThrow("kept 'long' and 'compacted'");
    expect(() => checkCatalogue([{ ...ConfirmationDue, kept: 'long' }])).toThrow('sealed part');
  });

  it('names hearers and fields that exist', () => {
    const wrong = catalogue.flatMap(({ type, heardBy, data }) =>
      Object.entries(heardBy).flatMap(([service, fields]) => [
        ...(services.includes(service) ? [] : [`${type}: no service ${service}`]),
        ...(fields ?? []).filter((field) => !(field in data.shape)).map((field) => `${type}: ${service} needs ${field}, which is not said`),
      ]),
    );
    expect(wrong).toEqual([]);
  });

  it('seals for services that hear the fact', () => expect(catalogue.filter(({ sealed, heardBy }) => sealed && !heardBy[sealed.for]).map(({ type }) => type)).toEqual([]));

  it('gives every topic once: three partitions, dated by the broker, personal ones a week', () => {
    const all = topics();
    expect(new Set(all.map(({ topic }) => topic))).toEqual(new Set(catalogue.map(({ topic }) => topic)));
    expect(all.every(({ partitions }) => partitions === 3)).toBe(true);
    expect(new Set(all.map(({ config }) => config['message.timestamp.type']))).toEqual(new Set(['LogAppendTime']));
    const kept = (name: string) => all.find(({ topic }) => topic === name)!.config;
    expect(kept('reception.visit-label')).toMatchObject({ 'cleanup.policy': 'delete', 'retention.ms': '604800000' });
    expect(kept('hq.policy')['cleanup.policy']).toBe('compact');
  });
});

describe('policies', () => {
  const seed = JSON.parse(readFileSync(join(root, 'libs/contracts/seed/policies.json'), 'utf8')) as { kind: string; onOpen: string; value: unknown }[];

  it('have one proposed value each', () => expect(seed.map(({ kind }) => kind).sort()).toEqual(Object.keys(policyKinds).sort()));

  it('bound every span: a figure that makes somebody count for ever is none', () => {
    const spans = /minutes|seconds|hours|days|months|attempts|reopens/i;
    const boundless = Object.entries(policyKinds).flatMap(([kind, { shape }]) =>
      Object.entries(shape).flatMap(([name, field]) => (spans.test(name) && (field as { safeParse(value: unknown): { success: boolean } }).safeParse(1_000_000_000).success ? [`${kind} ${name}`] : [])));
    expect(boundless).toEqual([]);
  });

  it.each(seed.map((one) => [one.kind, one] as const))('%s: the proposed value fits', (kind, { value, onOpen }) => {
    expect(policyKinds[kind as PolicyKind].strict().parse(value)).toEqual(value);
    expect(['keep', 're-plan']).toContain(onOpen);
  });
});
