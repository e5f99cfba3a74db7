/** One customer, as crm alone keeps them. */
export interface Customer {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly name: string | null;
  readonly email: string | null;
  readonly address: string | null;
  readonly language: string | null;
  readonly preferredChannel: string | null;
  readonly preferredFrom: string | null;
  readonly preferredTo: string | null;
  readonly doNotCall: boolean;
  readonly mergedInto: string | null;
  readonly openedAt: Date;
}

export interface Vehicle {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly vin: string | null;
  readonly plate: string | null;
  readonly plateKey: string | null;
  readonly brand: string;
  readonly model: string | null;
  readonly market: string;
  readonly use: 'household' | 'commercial' | 'unknown';
  readonly saleDate: string | null;
  readonly customerId: string | null;
  readonly contactId: string | null;
  readonly complete: boolean;
  readonly firstVisitAt: Date | null;
  readonly mergedInto: string | null;
  readonly openedAt: Date;
}

/** CRM-1: what a file still needs. The sale date is none of it: nobody may know it of a used car. */
export function missingOf(vehicle: Pick<Vehicle, 'vin' | 'plate' | 'model' | 'use'>, owner: { name: string | null; phones: readonly unknown[] } | null): string[] {
  return [
    ...(['vin', 'plate', 'model'] as const).filter((field) => vehicle[field] === null),
    ...(vehicle.use === 'unknown' ? ['use'] : []),
    ...(owner?.name ? [] : ['name']),
    ...(owner?.phones.length ? [] : ['phone']),
  ];
}

/** The fields of `typed` that `known` does not have: what is known is corrected by a person, never by a second introduction. */
export function blanksFilled<T extends object>(known: T, typed: Partial<T>): Partial<T> {
  const filled: Partial<T> = {};
  for (const [name, value] of Object.entries(typed) as [keyof T, T[keyof T]][]) {
    const blank = known[name] === null || (name === 'use' && known[name] === ('unknown' as unknown));
    if (blank && value !== null && value !== undefined && value !== known[name]) filled[name] = value;
  }
  return filled;
}

const bare = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** One number on two files is one person only when the names do not contradict: families and firms share phones. */
export const sameName = (a: string | null, b: string | null): boolean => !a || !b || bare(a) === bare(b);

/** 沪A·12345, 沪a 12345 and 沪A12345 are one plate; null when nothing is left. */
export const plateKey = (plate: string): string | null => plate.normalize('NFKC').toUpperCase().replace(/[^\p{L}\p{N}]/gu, '') || null;
