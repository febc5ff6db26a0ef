import { line } from "../../../lib/advice/index.ts";
import type { App, SecuredGroup } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { SECURED_GROUP } from "../../../lib/model/secured-user.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../../listing/columns.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
import type { ResultLayout } from "../../records/change-result.ts";

export const GROUP_COLUMNS = buildFieldColumns<SecuredGroup>(SECURED_GROUP.fields);

export const GROUP_ARGUMENT = {
  kind: "string",
  value: "GROUP",
  required: true,
  about: text("name or ID of the group", "グループ名か ID"),
} as const;

/** Help paragraph on groups in each app. @see facts 6.3, 6.6, 6.7 */
export const GROUP_HELP: readonly Text[] = [
  text(
    "Only Docs, Calendar and Contacts have groups: their files contain グループ名. Browser and Mailer show 所属するグループ only on the screen, so clomoctl refuses groups in these apps (a clomoctl rule). A group name is unique in an app (a clomoctl rule). In SECURED APPs MANAGER, only administrators (管理者) manage groups; the manual describes a Groups screen only for Docs.",
    "グループを扱うのは、CSV に「グループ名」がある Docs・Calendar・Contacts です。Browser と Mailer は、画面に「所属するグループ」がありますが CSV にないため、受け付けません(clomoctl 独自の規則)。同じ名前は 1 つのアプリに 1 つだけです(clomoctl 独自の規則)。SECURED APPs MANAGER でグループを扱えるのは管理者だけです。マニュアルにあるのは Docs の「Groups」画面だけで、Calendar と Contacts については記載がありません。",
  ),
];

/** Finds a group by its name or ID. @throws `not-found` if no group matches */
export const findGroup = (app: App, typed: string, groups: readonly SecuredGroup[]): SecuredGroup => {
  const found = groups.filter(({ id, name }) => id === typed || nameKey(name) === nameKey(typed));
  return requireSingleMatch(typed, found, {
    noun: text(`group of ${app}`, ` ${app} のグループ`),
    list: line("secured groups list", [], { app }),
    describe: ({ name, id }) => `${name} ${id}`,
  });
};

/** The layout in which a group of an app is shown after a change. */
export const GROUP_RESULT_LAYOUT: ResultLayout<SecuredGroup> = {
  columns: GROUP_COLUMNS,
  fields: SECURED_GROUP.fields,
  called: ({ name }) => name,
};
