import type { Rule } from "./rules.ts";

/**
 * The rules of a PANEL user's fields. No limit of length is documented for any of them.
 *
 * @see facts 1.2, 1.3
 */
export const USER_RULES = {
  text: { kind: "text" },
  mailAddress: { kind: "mail-address" },
} as const satisfies Record<string, Rule>;
