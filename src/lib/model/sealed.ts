/** Number of characters at the start of a sealed text that identify the key, without revealing any part of it. */
const KEY_MARK_LENGTH = 6;

export const getKeyMark = (sealed: string): string => sealed.slice(0, KEY_MARK_LENGTH);

/** The secrets that a tenant stores in sealed (encrypted) form. */
export const SEALED_SECRETS = ["ade-key", "ade-token"] as const;

export interface SealedSecret {
  readonly secret: (typeof SEALED_SECRETS)[number];
  /** mark of the key that sealed the secret */
  readonly by: string;
}
