import { z } from 'zod';

export const claimsSettings = {
  AFTERSALES_MAKER_URL: z.url(),
  /** Shared with the maker, both ways (Standard Webhooks). A mistyped secret would decode to a short one. */
  AFTERSALES_MAKER_SECRET: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'whsec_ and at least 24 bytes in base64'),
};
export type ClaimsSettings = z.output<z.ZodObject<typeof claimsSettings>>;
