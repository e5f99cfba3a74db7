import { z } from 'zod';

export const claimsSettings = { AFTERSALES_MAKER_URL: z.url(), AFTERSALES_MAKER_SECRET: z.string().min(1) };
export type ClaimsSettings = z.output<z.ZodObject<typeof claimsSettings>>;
