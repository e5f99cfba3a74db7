import type { Service, Whole } from '../support/whole';
import { kinds, type Kind, type Told } from './ledger';
import type { Witness } from './witness';

// What each acknowledged thing must have brought about, exactly once: in the databases, in the topics, at the outside gateways.

/** Where effects are looked for. */
export interface Seen {
  readonly whole: Whole;
  readonly witness: Witness;
}

interface Effect {
  readonly what: string;
  /** Only there when the clock has moved on to its due instant. */
  readonly due?: true;
  /** How often it is there, by the id of what was told (or by the number it is known by outside). */
  count(seen: Seen, told: readonly Told[]): Promise<Map<string, number>> | Map<string, number>;
}

/** Distinct facts of these types, by what `of` reads from them. */
const fact = (types: string, of: (data: Record<string, any>, subject: string) => string | undefined, more: { due?: true } = {}): Effect => ({
  what: types.replaceAll('|', ' or '), ...more,
  count({ witness }) {
    const times = new Map<string, number>();
    for (const { data, subject } of witness.said(...types.split('|'))) {
      const id = of(data, subject);
      if (id) times.set(id, (times.get(id) ?? 0) + 1);
    }
    return times;
  },
});

/** Rows of a service's table, by a column. */
const row = (service: Service, table: string, column: string, where = 'true'): Effect => ({
  what: `${service}: ${table}`,
  async count({ whole }, told) {
    const rows = await whole.rows<{ id: string; n: number }>(service, `select ${column} as id, count(*)::int as n from ${table} where ${column} = any($1) and ${where} group by 1`, [told.map(({ id }) => id)]);
    return new Map(rows.map(({ id, n }) => [id, n]));
  },
});

/** What a gateway has taken: distinct by its own number, which it keeps over repetitions. */
const outside = (what: string, end: 'sms' | 'maker', list: string, of: (one: any) => string): Effect => ({
  what,
  async count({ whole }, told) {
    const times = new Map<string, number>();
    const known = new Set(told.map((one) => one.with));
    for (const one of (await (await fetch(`${whole.platform.addresses[end]}/${list}`)).json()) as any[]) if (known.has(of(one))) times.set(of(one), (times.get(of(one)) ?? 0) + 1);
    return new Map(told.flatMap((one) => (times.has(one.with!) ? [[one.id, times.get(one.with!)!]] : [])));
  },
});

const promise = (kind: string, types: string, more: { due?: true } = {}): Effect => ({
  ...fact(types, (data) => (data['kind'] === kind ? data['subject'] : undefined), more), what: `${kind}: ${types.replaceAll('|', ' or ')}`,
});
const ended = 'reception.promise-kept|reception.promise-late|reception.promise-void';
const firstRound = (data: Record<string, any>, id: string): string | undefined => (data['round'] === 1 ? data[id] : undefined);

const directories: readonly Service[] = ['hq', 'reception', 'workshop', 'parts', 'crm', 'claims'];

export const effects: Record<Kind, readonly Effect[]> = {
  policy: [fact('hq.policy-changed', (data) => data['policyId']), ...directories.map((service) => row(service, 'directory_policy', 'id'))],
  booking: [
    fact('reception.appointment-requested', (data) => firstRound(data, 'appointmentId')),
    fact('workshop.slot-held|workshop.slot-refused', (data) => firstRound(data, 'appointmentId')),
    fact('parts.reservation-made|parts.reservation-refused', (data) => firstRound(data, 'holderId')),
    promise('appointment.reply', 'reception.promise-opened'), promise('appointment.answers', 'reception.promise-opened'),
    promise('appointment.answers', ended), promise('appointment.reply', ended, { due: true }),
    row('hq', 'ledger_promise', 'subject', `kind = 'appointment.reply'`), row('hq', 'ledger_promise', 'subject', `kind = 'appointment.answers'`),
    { ...row('hq', 'ledger_promise', 'subject', `kind = 'appointment.reply' and outcome = 'late'`), what: 'hq: the reply is late', due: true },
  ],
  car: [fact('crm.vehicle-registered', (data) => data['vehicleId']), row('claims', 'vehicle', 'id')],
  opened: [fact('reception.visit-opened', (data) => data['visitId']), row('claims', 'repair', 'id')],
  authorised: [fact('reception.visit-authorised', (data) => data['visitId']), fact('workshop.job-opened', (data) => data['visitId']), row('workshop', 'job', 'visit_id')],
  ready: [fact('reception.visit-ready', (data) => data['visitId']), outside('SMS to the customer', 'sms', 'messages', ({ to }) => to)],
  delivered: [
    fact('reception.visit-delivered', (data) => data['visitId']), fact('crm.follow-up-planned', (data) => data['visitId']), fact('crm.survey-locked', (data) => data['visitId']),
    row('crm', 'follow_up', 'visit_id'), row('hq', 'csi_visit', 'id'), row('claims', 'claim', 'visit_id'),
  ],
  submitted: [
    fact('claims.claim-submitted', (data) => data['claimId']), outside('claim at the maker', 'maker', 'claims', ({ claimNumber }) => claimNumber),
    fact('claims.claim-accepted', (data) => data['claimId']), fact('claims.claim-paid', (data) => data['claimId']),
  ],
  called: [fact('crm.follow-up-attempted', (data) => data['followUpId'])],
  answered: [fact('crm.follow-up-reached', (data) => data['visitId']), fact('crm.survey-answered', (data) => data['visitId']), row('hq', 'csi_answer', 'visit_id')],
};

export interface Counted {
  readonly effects: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
}

/** Everything that must be there once. `now`: without what is due only later. */
export async function count(seen: Seen, told: readonly Told[], { now = false } = {}): Promise<Counted> {
  let found = 0;
  const [lost, doubled]: string[][] = [[], []];
  for (const kind of kinds) {
    const ones = told.filter((one) => one.kind === kind);
    for (const effect of ones.length ? effects[kind] : []) {
      if (now && effect.due) continue;
      const times = await effect.count(seen, ones);
      for (const { id } of ones) {
        const n = times.get(id) ?? 0;
        found += Math.min(n, 1);
        if (n === 0) lost!.push(`${kind} ${id}: no ${effect.what}`);
        if (n > 1) doubled!.push(`${kind} ${id}: ${n} × ${effect.what}`);
      }
    }
  }
  return { effects: found, lost: lost!, doubled: doubled! };
}
