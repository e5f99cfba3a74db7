import type { MessageAbout } from '@aftersales/contracts/crm/message';
import type { MessageState, Way } from './message';
import type { TemplateName } from './templates';

export interface MessageRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly aboutThing: MessageAbout['thing'];
  readonly aboutId: string;
  readonly askId: string | null;
  readonly occasion: string;
  readonly customerId: string;
  readonly template: string;
  readonly class: 'service' | 'marketing';
  readonly reason: string;
  readonly details: Details;
  readonly link: string | null;
  readonly state: MessageState;
  readonly why: string | null;
  readonly language: string | null;
  readonly channel: Way | null;
  readonly address: string | null;
  readonly subject: string | null;
  readonly words: string | null;
  readonly attempts: number;
  readonly attemptsAtMost: number;
  readonly firstWaitSeconds: number;
  readonly tryAt: Date;
  readonly writtenAt: Date;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  readonly sentAt: Date | null;
  readonly endedAt: Date | null;
  readonly traceparent: string | null;
}

/** What the words need beside the store. Instants are told on the store's wall. */
export interface Details {
  readonly template: TemplateName;
  readonly at?: string;
  readonly until?: string;
  readonly dueOn?: string;
  readonly kilometres?: number | null;
  readonly vehicleId?: string;
}
