import { Injectable } from '@nestjs/common';
import { Staff, type Post } from '@aftersales/platform/auth/staff';
import { Database } from '@aftersales/platform/database/database';

const rememberMs = 5_000; // a dismissal must act within a minute

const scope = { stores: [], actor: { kind: 'system', reason: 'staff' } } as const;

/** What a person may do where, from this service's copy of the directory. */
@Injectable()
export class DirectoryStaff extends Staff {
  readonly #posts = new Map<string, { posts: Promise<readonly Post[]>; until: number }>();
  #stores: { ids: Promise<readonly string[]>; until: number } | undefined;

  constructor(private readonly database: Database) {
    super();
  }

  postsOf(subject: string): Promise<readonly Post[]> {
    const known = this.#posts.get(subject);
    if (known && known.until > Date.now()) return known.posts;
    if (this.#posts.size > 10_000) this.#posts.clear();
    const posts = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(subject) ? this.#read(subject) : Promise.resolve([]);
    this.#posts.set(subject, { posts, until: Date.now() + rememberMs });
    posts.catch(() => this.#posts.delete(subject));
    return posts;
  }

  async isStore(storeId: string): Promise<boolean> {
    return (await this.allStores()).includes(storeId);
  }

  allStores(): Promise<readonly string[]> {
    if (this.#stores && this.#stores.until > Date.now()) return this.#stores.ids;
    const ids = this.database.read(scope, (tx) => tx.query<{ id: string }>(`select id from directory_store`)).then((rows) => rows.map(({ id }) => id));
    this.#stores = { ids, until: Date.now() + rememberMs };
    ids.catch(() => (this.#stores = undefined));
    return ids;
  }

  #read(subject: string): Promise<readonly Post[]> {
    return this.database.read(scope, (tx) => tx.query<Post>(
      `select role, store_id from directory_post where staff_id = $1 and from_at <= app_now() and (to_at is null or to_at > app_now())`, [subject],
    ));
  }

  /** Forget at once what is remembered; for tests that change the directory. */
  forget(): void {
    this.#posts.clear();
    this.#stores = undefined;
  }
}
