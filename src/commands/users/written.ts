import type { User } from "../../lib/client/index.ts";
import { composedName } from "../../lib/model/composition.ts";
import { ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import { USER } from "../../lib/model/user.ts";
import { same, text } from "../../lib/text/index.ts";
import { typedWord } from "../../lib/text/shell-word.ts";
import { isReadAsItself } from "../deletion/typed-names.ts";
import { backByEdit, type Showing, type Written } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { USER_COLUMNS } from "./columns.ts";

/** 全社 by its name, where a list has a blank path. */
const named = (column: (typeof USER_COLUMNS)[number]): (typeof USER_COLUMNS)[number] =>
  column.key === "org" ? { ...column, name: ({ org }) => same(org.path === "" ? ROOT_ORG_NAME : org.path) } : column;

/** A user as one word of a command: the main address. */
export const userWord = ({ emails, id }: User): string => typedWord(emails[0] ?? id, id);

/** How a user is shown that was written, and what takes that back. */
export const USER_WRITTEN: Showing<User> = {
  columns: USER_COLUMNS.map(named),
  fields: USER.fields,
  called: ({ name, emails }) => `${name} <${emails[0] ?? ""}>`,
  back: (written) => {
    const { emails, id } = written.after;
    if (written.before !== null)
      return backByEdit(`clomoctl users edit ${userWord(written.after)}`, USER.fields, written);
    return `clomoctl users delete ${isReadAsItself(emails[0] ?? "") ? userWord(written.after) : id}`;
  },
};

/**
 * The command that takes an edit back. An account name that is not what names are composed of would be refused: it is left
 * out.
 */
export async function backOfEdit(
  { tenant }: Pick<Tools, "tenant">,
  written: Written<User>,
): Promise<string | undefined> {
  const { before, after } = written;
  if (before === null || before.accountName === null || before.accountName === after.accountName)
    return USER_WRITTEN.back(written);
  const { accounts } = (await tenant("accounts")).client;
  // who may not read the settings is told what was there
  const settings = await accounts.settings().catch(() => undefined);
  const composed = settings && composedName(settings.composition, before);
  const isTaken = composed === undefined || composed === before.accountName;
  return USER_WRITTEN.back(isTaken ? written : { ...written, before: { ...before, accountName: after.accountName } });
}

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
