import { z } from 'zod';

export const receptionSettings = { AFTERSALES_PUBLIC_URL: z.url() };
export type ReceptionSettings = z.output<z.ZodObject<typeof receptionSettings>>;
