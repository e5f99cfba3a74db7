// What a screen shows of a person who was not asked for by name and reason: enough to recognise, too little to use.

/** 王小明 → 王••, Lin Mei → L•• */
export const maskedName = (name: string | null): string | null => (name === null ? null : `${Array.from(name.trim())[0] ?? ''}••`);

/** +886912345678 → •••678 */
export const maskedPhone = (number: string): string => `•••${number.slice(-3)}`;

/** mei@example.org → m•••@example.org */
export const maskedEmail = (email: string | null): string | null => (email === null ? null : email.replace(/^(.)[^@]*/u, '$1•••'));

/** Whichever of the two it is. */
export const maskedAddress = (address: string | null): string | null => (address === null ? null : address.includes('@') ? maskedEmail(address) : maskedPhone(address));
