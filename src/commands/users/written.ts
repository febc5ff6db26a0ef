import type { User } from "../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import { USER } from "../../lib/model/user.ts";
import { same, text } from "../../lib/text/index.ts";
import type { ResultLayout } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { USER_COLUMNS } from "./columns.ts";

/** 全社 by its name, where a list has a blank path. */
const named = (column: (typeof USER_COLUMNS)[number]): (typeof USER_COLUMNS)[number] =>
  column.key === "org" ? { ...column, name: ({ org }) => same(org.path === "" ? ROOT_ORG_NAME : org.path) } : column;

/** How a user is shown that was written. */
export const USER_WRITTEN: ResultLayout<User> = {
  columns: USER_COLUMNS.map(named),
  fields: USER.fields,
  called: ({ name, emails }) => `${name} <${emails[0] ?? ""}>`,
  deletion: "users.delete",
};

/** Letters and digits that are no katakana; blanks and marks between names may stand anywhere. */
const NO_KATAKANA = /(?!\p{Script_Extensions=Katakana})[\p{L}\p{N}]/u;

/** Warns of a フリガナ that is no katakana: the manual asks for it, and does not say that the console refuses others. @see facts 1.2 */
export async function warnOfKana({ terminal }: Pick<Tools, "terminal">, kana: unknown): Promise<void> {
  if (typeof kana !== "string" || !NO_KATAKANA.test(kana)) return;
  await terminal.warn(
    text(
      `フリガナ "${kana}" has other letters than katakana, which the manual asks for`,
      `フリガナ「${kana}」にカタカナ以外の文字があります(マニュアルではカタカナで入力することになっています)`,
    ),
  );
}
