import { line } from "../../../lib/advice/index.ts";
import type { App, SecuredGroup } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { SECURED_GROUP } from "../../../lib/nouns/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../../listing/list.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
import type { ResultLayout } from "../../records/change-result.ts";

export const GROUP_COLUMNS = buildFieldColumns<SecuredGroup>(SECURED_GROUP.fields);

export const GROUP_ARGUMENT = {
  kind: "string",
  value: "GROUP",
  required: true,
  about: text("name or ID of the group", "グループ名か ID"),
} as const;

export const findGroup = (app: App, typed: string, groups: readonly SecuredGroup[]): SecuredGroup => {
  const found = groups.filter(({ id, name }) => id === typed || nameKey(name) === nameKey(typed));
  return requireSingleMatch(typed, found, {
    noun: text(`group of ${app}`, ` ${app} のグループ`),
    list: line("secured groups list", [], { app }),
    describe: ({ name, id }) => `${name} ${id}`,
  });
};

export const GROUP_RESULT_LAYOUT: ResultLayout<SecuredGroup> = {
  columns: GROUP_COLUMNS,
  fields: SECURED_GROUP.fields,
  called: ({ name }) => name,
};
