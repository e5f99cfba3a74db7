import { z } from 'zod';

export const hqSettings = { AFTERSALES_FIRST_ADMIN: z.uuid().optional() };
export type HqSettings = z.output<z.ZodObject<typeof hqSettings>>;
