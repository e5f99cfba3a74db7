import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { storeOf, storesToCall, type Store } from '@aftersales/directory/directory';
import { Settings } from '@aftersales/platform/config/config';
import { insertRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { LinkClosed, type CustomerLinks } from '@aftersales/platform/http/link-door';
import { v7 as uuidv7 } from 'uuid';
import type { ReceptionSettings } from '../reception.settings';
import { languageOf, type Link, type LinkPage, type Question } from './link';
import { closedPage, renderPage } from './link-page.view';

/** A feature that asks by link registers itself with `Links.register(this)`. */
export interface LinkQuestion {
  readonly question: Question;
  /** Changes nothing: mail scanners and previews follow links. */
  page(tx: Tx, link: Link): Promise<LinkPage>;
  /** Locks the subject first. A page without form uses the link up, in the same transaction. */
  answer(tx: Tx, link: Link, form: Readonly<Record<string, string>>): Promise<LinkPage>;
}

/** One-use links to customers (interfaces.md): random, kept as a hash, bound to one question and version, with an end. */
@Injectable()
export class Links implements CustomerLinks {
  readonly #questions = new Map<Question, LinkQuestion>();
  /** Whose answer a transaction is about: its asker may close that very link, by the way. */
  readonly #answering = new WeakMap<Tx, { readonly askId: string; used: boolean }>();

  constructor(private readonly settings: Settings<ReceptionSettings>) {}

  register(question: LinkQuestion): void {
    this.#questions.set(question.question, question);
  }

  /** A new question replaces the one that is open on the subject. The token leaves only in a sealed part; it is stored nowhere. */
  async ask(tx: Tx, asked: { question: Question; subject: string; version: number; storeId: string; expiresAt: Date }): Promise<{ askId: string; token: string; url: string }> {
    await this.cancel(tx, asked.question, asked.subject);
    const token = randomBytes(32).toString('base64url');
    const askId = uuidv7();
    await insertRow(tx, 'link', {
      id: askId, storeId: asked.storeId, version: 1, question: asked.question, subject: asked.subject, subjectVersion: asked.version,
      tokenHash: hashOf(token), state: 'open', expiresAt: asked.expiresAt,
    });
    return { askId, token, url: new URL(`/l/${token}`, this.settings.values.AFTERSALES_PUBLIC_URL).href };
  }

  /** Nothing is asked any more: the link that is open on the subject, if any, is closed. */
  async cancel(tx: Tx, question: Question, subject: string): Promise<void> {
    const answering = this.#answering.get(tx);
    const closed = await tx.query<{ id: string }>(
      `update link set state = case when id = $4 then 'used' else 'cancelled' end, closed_at = $3, version = version + 1 where question = $1 and subject = $2 and state = 'open' returning id`,
      [question, subject, tx.now, answering?.askId ?? null],
    );
    if (answering && closed.some(({ id }) => id === answering.askId)) answering.used = true;
  }

  find(tx: Tx, token: string): Promise<{ linkId: string; storeId: string } | null> {
    return tx.one(`select id as link_id, store_id from link where token_hash = $1`, [hashOf(token)]);
  }

  async page(tx: Tx, askId: string): Promise<string> {
    const { link, store } = await this.#open(tx, askId);
    return renderPage(await this.#asker(link).page(tx, link), link.language, [store]);
  }

  /** Answered once: whoever comes second with the same link finds it used after the subject's lock, and is undone. */
  async answer(tx: Tx, askId: string, form: Readonly<Record<string, string>>): Promise<string> {
    const { link, store } = await this.#open(tx, askId);
    const answering = { askId, used: false };
    this.#answering.set(tx, answering);
    const page = await this.#asker(link).answer(tx, link, form);
    if (!page.form && !answering.used) await this.#useUp(tx, askId);
    return renderPage(page, link.language, [store]);
  }

  async closed(tx: Tx, storeId: string | null): Promise<string> {
    const stores = await storesToCall(tx, storeId);
    return closedPage(languageOf(stores[0]?.locale ?? 'en'), stores);
  }

  /** Subject first, link second, as everywhere: the feature has locked its row, so this can't run ahead of the twin. */
  async #useUp(tx: Tx, askId: string): Promise<void> {
    const [used] = await tx.query(`update link set state = 'used', closed_at = $2, version = version + 1 where id = $1 and state = 'open' returning id`, [askId, tx.now]);
    if (!used) throw new LinkClosed();
  }

  async #open(tx: Tx, askId: string): Promise<{ link: Link; store: Store }> {
    const row = await tx.one<Omit<Link, 'language'>>(
      `select id as "askId", question, subject, subject_version as version, store_id as "storeId", expires_at as "expiresAt" from link where id = $1 and state = 'open' and expires_at > app_now()`, [askId],
    );
    if (!row) throw new LinkClosed();
    const store = await storeOf(tx, row.storeId);
    return { link: { ...row, language: languageOf(store.locale) }, store };
  }

  #asker(link: Link): LinkQuestion {
    const asker = this.#questions.get(link.question);
    if (!asker) throw new Error(`nobody asks '${link.question}'`);
    return asker;
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
