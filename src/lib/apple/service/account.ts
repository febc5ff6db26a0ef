import { readOptionalText, readRequiredText, type JsonObject } from "../answer.ts";

/** A server in Apple's portal and its organisation. Values that Apple omits are null. @see apple 3 (GET /account) */
export interface AdeAccount {
  readonly serverName: string;
  readonly serverUuid: string;
  /** Managed Apple Account that downloaded the token */
  readonly adminId: string | null;
  readonly orgName: string;
}

/** @throws Failure `unavailable` with the name of an invalid member */
export const parseAccount = (where: string, answer: JsonObject): AdeAccount => ({
  serverName: readRequiredText(where, answer, "server_name"),
  serverUuid: readRequiredText(where, answer, "server_uuid"),
  adminId: readOptionalText(where, answer, "admin_id"),
  orgName: readRequiredText(where, answer, "org_name"),
});
