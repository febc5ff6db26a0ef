import { line } from "../../../lib/advice/index.ts";
import type { App, SecuredGroup } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { SECURED_GROUP } from "../../../lib/model/secured-user.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { nearest } from "../../../lib/text/nearest.ts";
import { columnsOfFields } from "../../listing/columns.ts";
import { theOne } from "../../listing/named.ts";
import type { ResultLayout } from "../../records/written.ts";

export const GROUP_COLUMNS = columnsOfFields<SecuredGroup>(SECURED_GROUP.fields);

/** The argument that names a group. */
export const GROUP_ARGUMENT = {
  kind: "string",
  value: "GROUP",
  required: true,
  names: "secured-groups",
  about: text("the group's name or id", "グループ名か ID"),
} as const;

/** What is so of groups in each app. @see facts 6.3, 6.6, 6.7 */
export const GROUP_HELP: readonly Text[] = [
  text(
    "Groups are kept in Docs, Calendar and Contacts, whose files have グループ名. The screens of Browser and Mailer have 所属するグループ too, and their files do not: clomoctl refuses groups there (ours). A name stands once in an app (ours). In SECURED APPs MANAGER only an administrator (管理者) makes them: of Docs the manual has a screen Groups, of Calendar and Contacts it does not say where.",
    "グループを扱うのは、CSV に「グループ名」がある Docs・Calendar・Contacts です。Browser と Mailer は、画面に「所属するグループ」がありますが CSV にないため、受け付けません(clomoctl 独自の規則)。同じ名前は 1 つのアプリに 1 つだけです(clomoctl 独自の規則)。SECURED APPs MANAGER でグループを扱えるのは管理者だけです。マニュアルにあるのは Docs の「Groups」画面だけで、Calendar と Contacts については記載がありません。",
  ),
];

/** The group of a name or an id. @throws `not-found` when there is none */
export const groupNamed = (app: App, typed: string, groups: readonly SecuredGroup[]): SecuredGroup => {
  const found = groups.filter(({ id, name }) => id === typed || nameKey(name) === nameKey(typed));
  const near = nearest(
    typed,
    groups.map(({ name }) => name),
  );
  return theOne(
    typed,
    found,
    {
      noun: text(`group of ${app}`, ` ${app} のグループ`),
      list: line("secured groups list", [], { app }),
      describe: ({ name, id }) => `${name} ${id}`,
    },
    near === undefined ? [] : [near],
  );
};

/** How a group of an app is shown that was written. */
export const GROUP_WRITTEN: ResultLayout<SecuredGroup> = {
  columns: GROUP_COLUMNS,
  fields: SECURED_GROUP.fields,
  called: ({ name }) => name,
};
