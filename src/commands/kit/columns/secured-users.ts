import { line } from "../../../lib/advice/index.ts";
import type { App, SecuredUser } from "../../../lib/client/index.ts";
import { listGroupedColumns } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { SECURED_MANAGER_ROLES, SECURED_USER, SECURED_APPS } from "../../../lib/nouns/secured-user.ts";
import type { Column, Terminal } from "../../../lib/terminal/index.ts";
import type { Fields } from "../../../lib/model/thing.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import type { NamedKind } from "../list/single-match.ts";
import { buildFieldColumns } from "../list/list.ts";
import type { ResultLayout } from "./change-result.ts";
import { defineChoice } from "../field.ts";

export const APP_OPTION = defineChoice(SECURED_APPS, "SECURED APPs app", "対象のアプリ", {
  value: "APP",
  required: true,
});

const { secretsSet, createdAt, updatedAt, ...FIRST } = SECURED_USER.fields;

export const SECURED_USER_ARGUMENT = {
  kind: "string",
  required: true,
  about: text("ユーザーID, or ID in clomoctl", "ユーザーID か clomoctl の ID"),
} as const;

export const buildSecuredUserKind = (app: App): NamedKind<SecuredUser> => ({
  noun: text(`user of ${app}`, ` ${app} のユーザー`),
  list: line("secured users list", [], { app }),
  describe: ({ id, userId }) => `${userId} ${id}`,
});

export const SECURED_USER_COLUMNS = buildFieldColumns<SecuredUser>(SECURED_USER.fields);

const buildGeneralColumns = (app: App): readonly Column<SecuredUser>[] => {
  const manager = SECURED_MANAGER_ROLES[app]?.called ?? text("manager", "管理者");
  return buildFieldColumns<SecuredUser>(FIRST).map((column) =>
    column.key === "role"
      ? { ...column, name: (user) => (user.role === "manager" ? manager : (column.name?.(user) ?? null)) }
      : column,
  );
};

type InstantFormatter = Pick<Terminal, "moment">;

const describeSecret = ({ field, at }: SecuredUser["secretsSet"][number], terminal: InstantFormatter): Text => {
  const { [field]: known }: Fields = SECURED_USER.fields;
  return same(`${known?.column?.header ?? field} (${terminal.moment(at)})`);
};

/** Columns of secrets show only the time of the last change. */
export const buildSecuredUserColumns = (app: App, terminal: InstantFormatter): readonly Column<SecuredUser>[] => [
  ...buildGeneralColumns(app),
  ...listGroupedColumns(FORMATS[app], "settings").map(({ field, header }) => ({
    key: field,
    header: same(header),
    value: ({ settings }: SecuredUser) => settings.find((setting) => setting.field === field)?.value,
  })),
  ...buildFieldColumns<SecuredUser>({ secretsSet }).map((column) => ({
    ...column,
    name: (user: SecuredUser) => joinTexts(user.secretsSet.map((set) => describeSecret(set, terminal))),
  })),
  ...buildFieldColumns<SecuredUser>({ createdAt, updatedAt }),
];

export const buildSecuredUserLayout = (app: App, terminal: InstantFormatter): ResultLayout<SecuredUser> => ({
  columns: buildSecuredUserColumns(app, terminal),
  fields: SECURED_USER.fields,
  called: ({ name, userId }) => `${name} (${userId})`,
});
