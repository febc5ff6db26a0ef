import type { App, SecuredUser } from "../../../lib/client/index.ts";
import { columnsWithin } from "../../../lib/model/format.ts";
import { SECURED_FORMATS } from "../../../lib/model/secured-formats.ts";
import { SECURED_MANAGERS } from "../../../lib/model/secured-user.ts";
import { typedWord } from "../../../lib/text/shell-word.ts";
import { backByEdit, type Showing, type Written } from "../../records/written.ts";
import { securedUserColumns } from "./columns.ts";
import { OWN_FIELDS } from "./options.ts";

const settingIn = ({ settings }: SecuredUser, name: string): string =>
  settings.find(({ field }) => field === name)?.value ?? "";

/** The options that set the settings that a user had. */
const settingsBack = (app: App, { before, after }: Written<SecuredUser>): readonly (readonly [string, string])[] => {
  if (before === null) return [];
  const flag = SECURED_MANAGERS[app]?.flag;
  return columnsWithin(SECURED_FORMATS[app], "settings").flatMap(({ field, header }) => {
    const was = settingIn(before, field);
    if (was === settingIn(after, field)) return [];
    return [field === flag ? (["role", before.role] as const) : (["set", `${header}=${was}`] as const)];
  });
};

/** How a user of an app is shown that was written, and what takes that back; a secret stays set. */
export const securedUserWritten = (app: App): Showing<SecuredUser> => ({
  columns: securedUserColumns(app),
  fields: OWN_FIELDS,
  called: ({ name, userId }) => `${name} (${userId})`,
  back: (written) => {
    const user = `${typedWord(written.after.userId, written.after.id)} --app ${app}`;
    return written.before === null
      ? `clomoctl secured users delete ${user}`
      : backByEdit(`clomoctl secured users edit ${user}`, OWN_FIELDS, written, settingsBack(app, written));
  },
});
