/** A person's post: a role in a store, or in the whole group (`storeId` null). */
export interface Post {
  readonly role: string;
  readonly storeId: string | null;
}

/** What the platform asks the group's directory. A change there (a dismissal) acts within a minute. */
export abstract class Staff {
  abstract postsOf(subject: string): Promise<readonly Post[]>;
  abstract isStore(storeId: string): Promise<boolean>;
  abstract allStores(): Promise<readonly string[]>;
}
