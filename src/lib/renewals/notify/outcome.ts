import { same, type Text } from "../../text/index.ts";

/** The result of a delivery. */
export type Delivery =
  | { readonly sent: true }
  | {
      readonly sent: false;
      /** why, without any secret */
      readonly reason: Text;
      /** the mail server refused the recipient for good: the person may be gone */
      readonly bounced: boolean;
    };

export const SENT: Delivery = { sent: true };

/** A delivery that failed and may be tried again. */
export const failed = (reason: Text): Delivery => ({ sent: false, reason, bounced: false });

/** What a server refused for good: the person behind the address may be gone. */
export const bounced = (reason: Text): Delivery => ({ sent: false, reason, bounced: true });

/** The shortest name of what went wrong: an error's code, else its class; messages may tell secrets. */
export const codeOf = (error: unknown): Text => {
  if (!(error instanceof Error)) return same("failure");
  const { code } = error as { readonly code?: unknown };
  return same(typeof code === "string" ? code : error.name);
};
