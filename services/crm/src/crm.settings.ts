import { z } from 'zod';

export const crmSettings = { AFTERSALES_PUBLIC_URL: z.url(), AFTERSALES_SMTP_URL: z.url(), AFTERSALES_SMS_URL: z.url(), AFTERSALES_SMS_SECRET: z.string().min(1) };
export type CrmSettings = z.output<z.ZodObject<typeof crmSettings>>;
