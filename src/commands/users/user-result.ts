import type { User } from "../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import { USER } from "../../lib/model/user.ts";
import { same, text } from "../../lib/text/index.ts";
import type { ResultLayout } from "../records/change-result.ts";
import type { Tools } from "../tools.ts";
import { USER_COLUMNS } from "./columns.ts";

const showRootOrgName = (column: (typeof USER_COLUMNS)[number]): (typeof USER_COLUMNS)[number] =>
  column.key === "org" ? { ...column, name: ({ org }) => same(org.path === "" ? ROOT_ORG_NAME : org.path) } : column;

export const USER_RESULT_LAYOUT: ResultLayout<User> = {
  columns: USER_COLUMNS.map(showRootOrgName),
  fields: USER.fields,
  called: ({ name, emails }) => `${name} <${emails[0] ?? ""}>`,
};

/** Matches letters and digits that are not katakana. Spaces and punctuation are allowed anywhere. */
const NON_KATAKANA = /(?!\p{Script_Extensions=Katakana})[\p{L}\p{N}]/u;

/**
 * Warns if a フリガナ is not in katakana. The manual requires katakana, but does not say that the console rejects other
 * letters. @see facts 1.2
 */
export async function warnOfNonKatakana({ terminal }: Pick<Tools, "terminal">, kana: unknown): Promise<void> {
  if (typeof kana !== "string" || !NON_KATAKANA.test(kana)) return;
  await terminal.warn(
    text(
      `フリガナ "${kana}" contains letters other than katakana; the manual requires katakana`,
      `フリガナ「${kana}」にカタカナ以外の文字があります(マニュアルではカタカナで入力することになっています)`,
    ),
  );
}
