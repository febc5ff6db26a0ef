import { line } from "../../../lib/advice/index.ts";
import type { App, Client, DeletedGroups, SecuredGroup, SecuredUser } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { SECURED_GROUP } from "../../../lib/model/secured-user.ts";
import { requireConfirmedCounts } from "../../../lib/plan/confirm.ts";
import { createChanges, renderPlan, type Plan } from "../../../lib/plan/plan.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { CONFIRM_DELETIONS_OPTION } from "../../imports/plan/options.ts";
import { listColumns } from "../../listing/list.ts";
import { formatTenantName } from "../../imports/plan/show.ts";
import { askToApply } from "../../imports/plan/settle.ts";
import { DRY_RUN_OPTION } from "../../records/options.ts";
import { DRY_RUN_NOTE, describeConsoleTask, proposeUndo } from "../../records/change-result.ts";
import { APP_OPTION } from "../app.ts";
import { getManagerTitle } from "../users/roles.ts";
import { GROUP_ARGUMENT, GROUP_COLUMNS, findGroup } from "./columns.ts";
import { requireNamedContext } from "../../permission.ts";

export default defineCommand({
  summary: text("delete SECURED APPs groups", "SECURED APPs のグループを削除する"),
  args: { groups: { ...GROUP_ARGUMENT, repeatable: true } },
  options: { app: APP_OPTION, confirmDeletions: CONFIRM_DELETIONS_OPTION, dryRun: DRY_RUN_OPTION },
  examples: [
    { line: "clomoctl secured groups delete 営業 --app docs --dry-run" },
    { line: "clomoctl secured groups delete 営業 総務 --app docs --confirm-deletions 2" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: GROUP_COLUMNS,
  async run(tools, { groups: names, app, confirmDeletions, dryRun }) {
    const { terminal } = tools;
    const chosen = await tools.tenant("secured");
    const { client, permitChange } = chosen;
    if (!dryRun) requireNamedContext(tools, chosen, { confirmDeletions });
    const known = await client.secured.groups(app);
    const groups = [...new Set(names.map((name) => findGroup(app, name, known)))];
    const columns = listColumns(terminal, GROUP_COLUMNS, SECURED_GROUP.usual);
    const warnings = await describeManagersWithoutGroup(client, app, groups);
    const plan = { ...buildDeletionPlan(groups, formatTenantName({ tenant: chosen.context.name }, chosen)), warnings };
    await renderPlan(terminal, plan);
    requireConfirmedCounts(plan, { confirmDeletions });
    if (dryRun) {
      await terminal.list(columns, groups);
      await terminal.note(DRY_RUN_NOTE);
      return;
    }
    await permitChange();
    await askToApply(tools, plan, { confirmDeletions });
    const memberships = countMemberships(groups);
    const ids = groups.map(({ id }) => id);
    const deleted = await client.secured.deleteGroups(app, { ids, memberships });
    await terminal.list(columns, deleted.groups);
    for (const sentence of describeDeletion(deleted)) await terminal.note(sentence);
    await proposeUndo(tools);
  },
});

const countMemberships = (groups: readonly SecuredGroup[]): number => groups.reduce((sum, { users }) => sum + users, 0);

const buildDeletionPlan = (groups: readonly SecuredGroup[], target: Text): Plan => {
  const names = groups.map(({ name }) => name).join(", ");
  const memberships = countMemberships(groups);
  return {
    target,
    changes: [createChanges(text("group", "グループ"), { delete: groups.length })],
    lines: [
      text(
        `to be deleted: ${formatCount(groups.length, "group")} (${names}), with ${formatCount(memberships, "membership")}`,
        `削除するグループ: ${groups.length} 個(${names})、外れる所属: ${memberships} 件`,
      ),
    ],
  };
};

const MAX_NAMED_MANAGERS = 10;

/** Describes which managers would be left without a group; empty if there are none. @see facts 6.7 */
async function describeManagersWithoutGroup(
  { secured }: Client<"secured">,
  app: App,
  groups: readonly SecuredGroup[],
): Promise<readonly Text[]> {
  const going = new Set(groups.map(({ name }) => nameKey(name)));
  const left = new Map<string, SecuredUser>();
  for (const { name, users } of groups) {
    const members = users === 0 ? [] : secured.list(app, { group: name });
    for await (const user of members) {
      const isLeft = user.role === "manager" && user.groups.every((group) => going.has(nameKey(group)));
      if (isLeft) left.set(user.id, user);
    }
  }
  if (left.size === 0) return [];
  const first = [...left.values()].slice(0, MAX_NAMED_MANAGERS);
  const names = [
    ...first.map(({ name, userId }) => `${name} <${userId}>`),
    ...(left.size > MAX_NAMED_MANAGERS ? ["…"] : []),
  ];
  const { en, ja } = getManagerTitle(app);
  const edit = line("secured users edit", ["USER"], { app: app, group: "GROUP" });
  return [
    text(
      `${formatCount(left.size, en)} would be left without a group and could not manage anything: ${names.join(", ")}; to assign another group: ${edit}`,
      `所属するグループがなくなり、何も管理できなくなる${ja}が ${left.size} 人います: ${names.join("、")}。ほかのグループを設定するには: ${edit}`,
    ),
  ];
}

function* describeDeletion({ groups, memberships, consoleTasks }: DeletedGroups): Generator<Text> {
  yield text(
    `deleted: ${formatCount(groups.length, "group")}, with ${formatCount(memberships, "membership")}`,
    `グループを ${groups.length} 個削除しました(外れた所属: ${memberships} 件)`,
  );
  for (const number of consoleTasks) yield describeConsoleTask(number);
}
