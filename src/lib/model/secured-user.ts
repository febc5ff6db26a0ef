import type { Rule } from "./rules.ts";

/** The business apps whose users are managed in CLOMO SECURED APPs MANAGER, in the order of the maker's manual. */
export const SECURED_APPS = ["browser", "docs", "mailer", "calendar", "contacts"] as const;

export type SecuredApp = (typeof SECURED_APPS)[number];

/** An app's name as people write it: `Browser`. */
export const securedAppName = (app: SecuredApp): string => app.charAt(0).toUpperCase() + app.slice(1);

/**
 * The rules of a SECURED APPs user's fields; a field without a documented limit has none here.
 *
 * @see facts 6.1 (limits), 6.3 (booleans, アカウントのタイプ)
 */
export const SECURED_USER_RULES = {
  displayName: { kind: "text", max: 255 },
  userId: { kind: "text", max: 255, charset: "half-width-alphanumeric" },
  password: { kind: "text", min: 6, max: 255, charset: "half-width-alphanumeric" },
  description: { kind: "text", max: 255 },
  secretKey: { kind: "text", max: 255, charset: "half-width-alphanumeric" },
  flag: { kind: "boolean" },
  accountType: { kind: "choice", choices: ["Exchange", "Microsoft365"] },
  port: { kind: "port" },
  text: { kind: "text" },
} as const satisfies Record<string, Rule>;
