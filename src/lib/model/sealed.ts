/** So many characters of a sealed text tell which key sealed it, and nothing of the key. */
const MARK_LENGTH = 6;

/** Tells which key sealed a text: the same mark, the same key. */
export const sealedBy = (sealed: string): string => sealed.slice(0, MARK_LENGTH);

/** Secrets that a tenant keeps sealed. */
export const SEALED_SECRETS = [
  "ade-key",
  "ade-staged-key",
  "ade-token",
  "push-key",
  "push-staged-key",
  "vpp-token",
] as const;

/** A secret that lies in a tenant, sealed. */
export interface SealedSecret {
  readonly secret: (typeof SEALED_SECRETS)[number];
  /** the mark of the key that sealed it */
  readonly by: string;
}
