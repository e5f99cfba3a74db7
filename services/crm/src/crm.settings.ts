import { z } from 'zod';

export const crmSettings = {
  AFTERSALES_PUBLIC_URL: z.url(),
  AFTERSALES_SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  /** Whom letters come from; the store's name stands before it. */
  AFTERSALES_MAIL_FROM: z.email().default('service@aftersales.example'),
  AFTERSALES_SMS_URL: z.url({ protocol: /^https?$/ }),
  AFTERSALES_SMS_SECRET: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'whsec_ and at least 24 bytes in base64'),
};
export type CrmSettings = z.output<z.ZodObject<typeof crmSettings>>;
