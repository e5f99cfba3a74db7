import { z } from 'zod';

/** CloudEvents 1.0, structured JSON, with our extensions. What travels on Kafka, whatever the fact. */
export const Envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(100),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  storeid: z.uuid().optional(),
  aggregateversion: z.int().nonnegative(),
  causationid: z.string().optional(),
  traceparent: z.string().optional(),
  data: z.unknown(),
  /** JWE (compact) to the hearer's public key. */
  sealed: z.string().optional(),
});
export type Envelope = z.infer<typeof Envelope>;
