import type { App, SecuredUser } from "../../../lib/client/index.ts";
import { columnsWithin } from "../../../lib/model/format.ts";
import { SECURED_FORMATS } from "../../../lib/model/secured-formats.ts";
import { SECURED_USER } from "../../../lib/model/secured-user.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { same } from "../../../lib/text/index.ts";
import { columnsOfFields } from "../../listing/columns.ts";

const { secretsSet, createdAt, updatedAt, ...FIRST } = SECURED_USER.fields;

/** The app's own settings, one column each, in the order of its file. */
const settingsOf = (app: App): readonly Column<SecuredUser>[] =>
  columnsWithin(SECURED_FORMATS[app], "settings").map(({ field, header }) => ({
    key: field,
    header: same(header),
    value: ({ settings }) => settings.find((setting) => setting.field === field)?.value,
  }));

/** All columns of a user of an app; for secrets only the time they were set. */
export const securedUserColumns = (app: App): readonly Column<SecuredUser>[] => [
  ...columnsOfFields<SecuredUser>(FIRST),
  ...settingsOf(app),
  ...columnsOfFields<SecuredUser>({ secretsSet, createdAt, updatedAt }),
];
