import { Injectable, Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { lockRow, updateRow, type Row } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { receptionSettings } from '../reception.settings';
import type { Link, LinkPage } from './link';
import { LinkModule } from './link.module';
import { Links, type LinkQuestion } from './link.service';

const asking: LinkPage = { heading: 'Yes <or> no?', paragraphs: ['Brake pads & discs'], form: { fields: [{ kind: 'text', name: 'why', label: 'Why', maxLength: 20 }], buttons: [{ name: 'answer', value: 'yes', label: 'Yes' }] } };

/** Counts answers on a row of its own; a form without an answer is asked again. */
@Injectable()
class Counting implements LinkQuestion {
  readonly question = 'consent';
  /** So many answers wait for each other before the first one locks: all of them have found the link open. */
  together = 1;
  #here: (() => void)[] = [];
  async meet(): Promise<void> {
    const met = new Promise<void>((go) => this.#here.push(go));
    if (this.#here.length === this.together) for (const go of this.#here.splice(0)) go();
    await met;
  }
  constructor(links: Links) {
    links.register(this);
  }
  async page(): Promise<LinkPage> {
    return asking;
  }
  async answer(tx: Tx, link: Link, form: Record<string, string>): Promise<LinkPage> {
    if (!form['answer']) return asking;
    await this.meet();
    const counter = await lockRow<Row & { answers: number }>(tx, 'counter', link.subject);
    await updateRow(tx, 'counter', counter, { answers: counter.answers + 1 });
    return { heading: 'Thank you', paragraphs: [] };
  }
}
@Module({ imports: [DirectoryModule.for('reception'), LinkModule], providers: [Counting] })
class CountingModule {}

describe('links to customers', () => {
  let service: TestService;
  let org: TestOrganisation;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  beforeAll(async () => {
    service = await TestService.start({ name: 'reception', module: CountingModule, settings: receptionSettings }, { AFTERSALES_PUBLIC_URL: 'https://desk.example' });
    org = await TestOrganisation.publish(service);
    await service.rows(`create table counter (id uuid primary key, store_id uuid not null, version int not null, answers int not null)`);
    await service.rows(`grant all on counter to ${service.db.name}_service, ${service.db.name}_system`);
  });
  afterAll(() => service?.stop());

  async function asked(minutes = 60) {
    const subject = uuidv7();
    await service.rows(`insert into counter values ($1, $2, 1, 0)`, [subject, org.a.storeId]);
    const expiresAt = new Date((await service.now()).getTime() + minutes * 60_000);
    const link = await service.transaction([org.a.storeId], (tx) => service.get(Links).ask(tx, { question: 'consent', subject, version: 1, storeId: org.a.storeId, expiresAt }));
    return { ...link, subject, path: new URL(link.url).pathname as `/l/${string}`, answers: async () => (await service.rows(`select answers from counter where id = $1`, [subject]))[0]!['answers'] };
  }
  const answer = (path: string, from: string, payload = 'answer=yes') => service.http(`POST ${path}`, { body: payload, headers: { ...form, 'x-forwarded-for': from } });

  it('REC-6 a link is looked at as often as one likes and changes nothing; its words are escaped and need no script', async () => {
    const link = await asked();
    expect(link.url).toMatch(/^https:\/\/desk\.example\/l\/[\w-]{43}$/);
    for (let i = 0; i < 3; i++) {
      const page = await service.http(`GET ${link.path}`, { headers: { 'x-forwarded-for': '10.0.0.1' } });
      expect(page.status).toBe(200);
      expect(page.body).toContain('Yes &lt;or&gt; no?');
      expect(page.body).not.toMatch(/<script/);
      expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    }
    expect(await link.answers()).toBe(0);
    expect(JSON.stringify(await service.rows(`select * from link`))).not.toContain(link.token);
  });

  it('REC-6 a form that answers nothing asks again; one that answers uses the link up', async () => {
    const link = await asked();
    expect((await answer(link.path, '10.0.0.2', '')).body).toContain('<form');
    expect((await answer(link.path, '10.0.0.2')).body).toContain('Thank you');
    expect((await answer(link.path, '10.0.0.2')).status).toBe(404);
    expect(await link.answers()).toBe(1);
  });

  it('REC-6 five answers at once, each of which found the link open, are one', async () => {
    const link = await asked();
    service.get(Counting).together = 5;
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => answer(link.path, '10.0.0.3')))).map(({ status }) => status).sort();
    service.get(Counting).together = 1;
    expect(statuses).toEqual([200, 404, 404, 404, 404]);
    expect(await link.answers()).toBe(1);
  });

  it('REC-6 used, expired, cancelled and replaced links get one page that says whom to call, and an unknown one says the same', async () => {
    const [used, expired, cancelled, replaced] = [await asked(), await asked(1), await asked(), await asked()];
    await answer(used.path, '10.0.0.4');
    await service.transaction([org.a.storeId], async (tx) => {
      await service.get(Links).cancel(tx, 'consent', cancelled.subject);
      await service.get(Links).ask(tx, { question: 'consent', subject: replaced.subject, version: 2, storeId: org.a.storeId, expiresAt: new Date('2099-01-01') });
    });
    await service.jump(60_000);
    const pages = await Promise.all([used, expired, cancelled, replaced].map(({ path }) => answer(path, '10.0.0.4')));
    expect(pages.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(new Set(pages.map(({ body }) => body)).size).toBe(1);
    expect(pages[0]!.body).toContain('此連結已無法使用');
    expect(pages[0]!.body).toContain('Store A-01');
    expect(pages[0]!.body).toContain('tel:+886255501001');
    expect(pages[0]!.body).not.toContain('Store B-01');
    const unknown = await service.http(`GET /l/${'x'.repeat(43)}`, { headers: { 'x-forwarded-for': '10.0.0.4' } });
    expect(unknown.status).toBe(404);
    expect(unknown.body).toContain('此連結已無法使用');
    expect(await Promise.all([expired, cancelled, replaced].map(({ answers }) => answers()))).toEqual([0, 0, 0]);
  });

  it('REC-6 whoever tries tokens is slowed down, with a page', async () => {
    const tries = await Promise.all(Array.from({ length: 40 }, (_, i) => service.http(`GET /l/${'y'.repeat(42)}${i % 10}`, { headers: { 'x-forwarded-for': '10.0.0.5' } })));
    expect(tries.filter(({ status }) => status === 429).length).toBe(10);
    expect(tries.find(({ status }) => status === 429)!.headers['content-type']).toContain('text/html');
  });

  it('REC-6 nor does it help to write other addresses before one’s own', async () => {
    const tries = await Promise.all(Array.from({ length: 40 }, (_, i) => service.http(`GET /l/${'z'.repeat(42)}${i % 10}`, { headers: { 'x-forwarded-for': `10.9.9.${i}, 10.0.0.6` } })));
    expect(tries.filter(({ status }) => status === 429).length).toBe(10);
  });
});
