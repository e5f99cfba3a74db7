import { z } from 'zod';

/** The posts of domain.md §0. In a small store one person holds several; where a rule wants two people, two roles of one person are one signature. */
export const Role = z.enum([
  'service-manager', 'front-desk-supervisor', 'advisor', 'crm-agent', 'crm-supervisor', 'workshop-manager', 'technical-director',
  'technician', 'inspector', 'parts-manager', 'parts-keeper', 'buyer', 'claims-clerk', 'cashier', 'store-manager', 'finance',
  'driver', 'hq-analyst', 'hq-admin', 'partner', 'system',
]);
export type Role = z.infer<typeof Role>;
