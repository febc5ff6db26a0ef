/** An age secret key as typed or pasted, also after other text. The name of a key file does not match. */
const SECRET_KEY = /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{8}/i;

/** Returns true if a text has an age secret key. Encryption and decryption check this, so no message shows a key. */
export const hasSecretKey = (typed: string): boolean => SECRET_KEY.test(typed);
