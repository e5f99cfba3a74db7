/** What may be asked by link: is the customer coming (REC-6), does he consent (REC-18). */
export type Question = 'confirm' | 'consent';

export const languages = ['zh-TW', 'zh-CN', 'en'] as const;
export type PageLanguage = (typeof languages)[number];

/** An open question to a customer, as its page and its answer get it. */
export interface Link {
  readonly askId: string;
  readonly question: Question;
  readonly subject: string;
  /** Of what was asked: the appointment's round, the estimate's version. */
  readonly version: number;
  readonly storeId: string;
  readonly expiresAt: Date;
  /** The store's. */
  readonly language: PageLanguage;
}

/** One radio choice of several, or one line of text. */
export type LinkField =
  | { readonly kind: 'choice'; readonly name: string; readonly legend: string; readonly options: readonly { readonly value: string; readonly label: string }[] }
  | { readonly kind: 'text'; readonly name: string; readonly label: string; readonly maxLength: number };

/** A page of plain words. With a form it still asks, and the link stays open; without one the question is answered. */
export interface LinkPage {
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly form?: {
    readonly fields: readonly LinkField[];
    readonly buttons: readonly { readonly name: string; readonly value: string; readonly label: string }[];
  };
}

export const languageOf = (locale: string): PageLanguage => languages.find((language) => language === locale) ?? (locale.startsWith('zh') ? 'zh-CN' : 'en');
