import { line } from "../../../lib/advice/index.ts";
import type { App, Client, SecuredUser } from "../../../lib/client/index.ts";
import { columnsWithin } from "../../../lib/model/format.ts";
import { SECURED_FORMATS } from "../../../lib/model/secured-formats.ts";
import { SECURED_USER } from "../../../lib/model/secured-user.ts";
import type { Column, Terminal } from "../../../lib/terminal/index.ts";
import type { Fields } from "../../../lib/model/thing.ts";
import { joined, same, text, type Text } from "../../../lib/text/index.ts";
import { firstOf } from "../../listing/list.ts";
import type { NamedKind } from "../../listing/named.ts";
import { columnsOfFields } from "../../listing/columns.ts";
import { managerOf } from "./roles.ts";

const { secretsSet, createdAt, updatedAt, ...FIRST } = SECURED_USER.fields;

/** The app's own settings, one column each, in the order of its file. */
const settingsOf = (app: App): readonly Column<SecuredUser>[] =>
  columnsWithin(SECURED_FORMATS[app], "settings").map(({ field, header }) => ({
    key: field,
    header: same(header),
    value: ({ settings }) => settings.find((setting) => setting.field === field)?.value,
  }));

/** The argument that names a user of an app. */
export const SECURED_USER_ARGUMENT = {
  kind: "string",
  required: true,
  names: "secured-users",
  about: text("user id (ユーザーID) or id", "ユーザーID か ID"),
} as const;

/** How a user of an app is named. */
export const securedUserNames = (app: App): NamedKind<SecuredUser> => ({
  noun: text(`user of ${app}`, ` ${app} のユーザー`),
  list: line("secured users list", [], { app }),
  describe: ({ id, userId }) => `${userId} ${id}`,
});

/** Maximum number of users that are proposed. */
const MAX_PROPOSED = 3;

/** The first users of an app whose ユーザーID or name contains what was typed, as they are told apart. */
export async function nearSecuredUsers(
  { secured }: Client<"secured">,
  app: App,
  typed: string,
): Promise<readonly (string | Text)[]> {
  const near = await Array.fromAsync(firstOf(secured.list(app, { filterId: typed }), MAX_PROPOSED));
  const found =
    near.length > 0 ? near : await Array.fromAsync(firstOf(secured.list(app, { filterName: typed }), MAX_PROPOSED));
  return found.map(securedUserNames(app).describe);
}

/** The columns that users of every app have. */
export const SECURED_USER_COLUMNS = columnsOfFields<SecuredUser>(SECURED_USER.fields);

/** Those, with what the app calls its managers. */
const ownColumns = (app: App): readonly Column<SecuredUser>[] => {
  const manager = managerOf(app);
  return columnsOfFields<SecuredUser>(FIRST).map((column) =>
    column.key === "role"
      ? { ...column, name: (user) => (user.role === "manager" ? manager : (column.name?.(user) ?? null)) }
      : column,
  );
};

/** How people read an instant. */
type Moments = Pick<Terminal, "moment">;

/** `パスワード (2026-04-01 09:00)`. */
const secretName = ({ field, at }: SecuredUser["secretsSet"][number], terminal: Moments): Text => {
  const { [field]: known }: Fields = SECURED_USER.fields;
  return same(`${known?.column?.header ?? field} (${terminal.moment(at)})`);
};

/** All columns of a user of an app; for secrets only the time they were set. */
export const securedUserColumns = (app: App, terminal: Moments): readonly Column<SecuredUser>[] => [
  ...ownColumns(app),
  ...settingsOf(app),
  ...columnsOfFields<SecuredUser>({ secretsSet }).map((column) => ({
    ...column,
    name: (user: SecuredUser) => joined(user.secretsSet.map((set) => secretName(set, terminal))),
  })),
  ...columnsOfFields<SecuredUser>({ createdAt, updatedAt }),
];
