import { line } from "../../../lib/advice/index.ts";
import type { App, SecuredGroup } from "../../../lib/client/index.ts";
import { SECURED_GROUP } from "../../../lib/nouns/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { defineOption } from "../../kit/field.ts";
import { confirmAndDelete, SMALL_DELETION_EXITS, SMALL_DELETION_OPTIONS } from "../../kit/change/small-deletion.ts";
import { buildFieldColumns, limitRecords, LIMIT_OPTION, listColumns } from "../../kit/list/list.ts";
import { requireNamed } from "../../kit/list/single-match.ts";
import { showWrittenRecord } from "../../kit/columns/change-result.ts";
import { DRY_RUN_OPTION } from "../../kit/columns/field-options.ts";
import { APP_OPTION } from "../../kit/columns/secured-users.ts";

const { fields, usual } = SECURED_GROUP;
const GROUP_COLUMNS = buildFieldColumns<SecuredGroup>(fields);

const findGroup = (app: App, typed: string, groups: readonly SecuredGroup[]): SecuredGroup =>
  requireNamed(typed, groups, {
    noun: text(`group of ${app}`, ` ${app} のグループ`),
    list: line("secured groups list", [], { app }),
  });

const create = defineCommand({
  summary: text("create a SECURED APPs group", "SECURED APPs のグループを作成する"),
  args: { name: { kind: "string", required: true, about: text("name of the new group", "グループ名") } },
  options: { app: APP_OPTION, dryRun: DRY_RUN_OPTION },
  examples: [{ line: "clomoctl secured groups create 営業三部 --app docs" }],
  exits: ["input-rejected", "not-permitted", "locked"],
  shows: GROUP_COLUMNS,
  async run(tools, { name, app, dryRun }) {
    const { client } = await tools.tenant("secured");
    const written = await client.secured.createGroup(app, { name, dryRun });
    await showWrittenRecord(tools, written, { columns: GROUP_COLUMNS, fields, called: (group) => group.name });
  },
});

const remove = defineCommand({
  summary: text("delete SECURED APPs groups", "SECURED APPs のグループを削除する"),
  args: {
    groups: defineOption("string", "GROUP", "name or ID of the group", "グループ名か ID", {
      required: true,
      repeatable: true,
    }),
  },
  options: { app: APP_OPTION, ...SMALL_DELETION_OPTIONS },
  examples: [
    { line: "clomoctl secured groups delete 営業 --app docs --dry-run" },
    { line: "clomoctl secured groups delete 営業 総務 --app docs --confirm-deletions 2" },
  ],
  exits: SMALL_DELETION_EXITS,
  shows: GROUP_COLUMNS,
  async run(tools, { groups, app, ...options }) {
    const chosen = await tools.tenant("secured");
    const { client } = chosen;
    const known = await client.secured.groups(app);
    const records = [...new Set(groups.map((name) => findGroup(app, name, known)))];
    const memberships = records.reduce((sum, { users }) => sum + users, 0);
    await confirmAndDelete(tools, chosen, options, {
      columns: listColumns(tools.terminal, GROUP_COLUMNS, usual),
      records,
      names: records.map(({ name }) => name),
      counted: { noun: text("group", "グループ"), count: records.length },
      also: text(`memberships to remove: ${memberships}`, `解除するグループへの所属: ${memberships} 件`),
      remove: (dryRun) => client.secured.deleteGroups(app, { ids: records.map(({ id }) => id), dryRun }),
    });
  },
});

const list = defineCommand({
  summary: text("list SECURED APPs groups", "SECURED APPs のグループを一覧する"),
  args: {},
  options: { app: APP_OPTION, limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl secured groups list --app calendar" }],
  exits: ["not-found"],
  async run(tools, { app, limit }) {
    const groups = await (await tools.tenant("secured")).client.secured.groups(app);
    await tools.terminal.list(listColumns(tools.terminal, GROUP_COLUMNS, usual), limitRecords(groups, limit));
  },
});

export default { create, delete: remove, list };
