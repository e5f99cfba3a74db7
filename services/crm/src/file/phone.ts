export interface Phone {
  /** +886912345678 */
  readonly number: string;
  readonly kind: 'mobile' | 'landline';
}

const countries: Record<string, { readonly code: string; readonly mobile: RegExp }> = {
  TW: { code: '886', mobile: /^9\d{8}$/ },
  CN: { code: '86', mobile: /^1[3-9]\d{9}$/ },
};

/**
 * A number as people write it (0912-345-678, 138 0013 8000, ０９１２…) in international form, for a gateway to dial and for equality to find.
 * Null when it is no number. Outside the markets we know it has to be written with its country.
 */
export function phoneOf(text: string, market: string): Phone | null {
  const written = text.normalize('NFKC').replace(/[\s().\-‐-―]/g, '').replace(/^00/, '+');
  if (!/^\+?\d{6,15}$/.test(written)) return null;
  if (written.startsWith('+')) return { number: written, kind: kindOf(written.slice(1)) };
  const country = countries[market];
  if (!country) return { number: written, kind: 'mobile' };
  const national = `${country.code}${written.replace(/^0/, '')}`;
  return national.length <= 15 ? { number: `+${national}`, kind: kindOf(national) } : null;
}

function kindOf(digits: string): Phone['kind'] {
  const home = Object.values(countries).find(({ code }) => digits.startsWith(code));
  return !home || home.mobile.test(digits.slice(home.code.length)) ? 'mobile' : 'landline';
}

/** Each number once, in the order given; what is no number is left out. */
export function phonesOf(texts: readonly string[], market: string): Phone[] {
  const found = new Map<string, Phone>();
  for (const text of texts) {
    const phone = phoneOf(text, market);
    if (phone && !found.has(phone.number)) found.set(phone.number, phone);
  }
  return [...found.values()];
}
