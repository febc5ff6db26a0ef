import { line } from "../../../lib/advice/index.ts";
import type { App, Client, DeletedGroups, SecuredGroup, SecuredUser } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { SECURED_GROUP } from "../../../lib/model/secured-user.ts";
import { refuseOtherNumber } from "../../../lib/plan/confirm.ts";
import { changesOf, renderPlan, type Plan } from "../../../lib/plan/plan.ts";
import { counted, same, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { CONFIRM_DELETIONS } from "../../imports/plan/options.ts";
import { listColumns } from "../../listing/list.ts";
import { mayApply } from "../../imports/plan/settle.ts";
import { DRY_RUN } from "../../records/options.ts";
import { revisionSeen } from "../../records/seen.ts";
import { BEFORE_WRITING, DRY, inConsoleToo, proposeUndo, WHILE_WRITING, WRITTEN } from "../../records/written.ts";
import { requireRight } from "../../rights.ts";
import { APP } from "../app.ts";
import { managerOf } from "../users/roles.ts";
import { GROUP_ARGUMENT, GROUP_COLUMNS, GROUP_HELP, groupNamed } from "./columns.ts";

export default defineCommand({
  summary: text("delete SECURED APPs groups", "SECURED APPs のグループを削除する"),
  details: [
    text(
      "All of them or none. Their users stay, and are taken out of them: how many memberships go is told before it is asked for the number of groups. `undo` brings the groups back with their users.",
      "すべて削除するか、1 つも削除しないかのどちらかです。所属するユーザーは残り、グループから外れます。外れる所属の件数を示してから、グループの数を確認します。`undo` で、グループを所属ユーザーとともに元に戻せます。",
    ),
    text(
      "A ファイル管理者 or グループ管理者 who is left in no group is named before: by the maker's tables he may then work in no folder, or in no calendar and no contacts.",
      "所属するグループがなくなるファイル管理者・グループ管理者がいれば、先に名前を示します。メーカーの権限表によれば、グループがないと、どのフォルダーも(Calendar・Contacts ではどのグループの予定・連絡先も)操作できません。",
    ),
    ...GROUP_HELP,
  ],
  args: { groups: { ...GROUP_ARGUMENT, repeatable: true } },
  options: { app: APP, confirmDeletions: CONFIRM_DELETIONS, dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl secured groups delete 営業 --app docs --dry-run" },
    { line: "clomoctl secured groups delete 営業 総務 --app docs --confirm-deletions 2" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: GROUP_COLUMNS,
  async run(tools, { groups: names, app, confirmDeletions, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "secured.write");
    const { terminal } = tools;
    const { client, context, permitChange } = await tools.tenant("secured");
    const seen = dryRun || confirmDeletions !== undefined ? undefined : await revisionSeen(tools);
    const known = await client.secured.groups(app);
    const groups = [...new Set(names.map((name) => groupNamed(app, name, known)))];
    const columns = listColumns(terminal, GROUP_COLUMNS, SECURED_GROUP.usual);
    const warnings = await managersLeft(client, app, groups);
    const plan = { ...planOf(groups, context.name), warnings };
    await renderPlan(terminal, plan);
    refuseOtherNumber(plan, { confirmDeletions });
    if (dryRun) {
      await terminal.list(columns, groups);
      await terminal.note(DRY);
      return;
    }
    await permitChange();
    await mayApply(tools, plan, { confirmDeletions });
    tools.describeState(() => WHILE_WRITING);
    const memberships = membershipsOf(groups);
    const ids = groups.map(({ id }) => id);
    const deleted = await client.secured.deleteGroups(app, { ids, memberships, seen });
    tools.describeDone(WRITTEN);
    await terminal.list(columns, deleted.groups);
    for (const sentence of sentences(deleted)) await terminal.note(sentence);
    await proposeUndo(tools);
  },
});

const membershipsOf = (groups: readonly SecuredGroup[]): number => groups.reduce((sum, { users }) => sum + users, 0);

const planOf = (groups: readonly SecuredGroup[], context: string): Plan => {
  const names = groups.map(({ name }) => name).join(", ");
  const memberships = membershipsOf(groups);
  return {
    target: same(context),
    changes: [changesOf(text("group", "グループ"), { delete: groups.length })],
    lines: [
      text(
        `to be deleted: ${counted(groups.length, "group")} (${names}), with ${counted(memberships, "membership")}`,
        `削除するグループ: ${groups.length} 個(${names})、外れる所属: ${memberships} 件`,
      ),
    ],
  };
};

/** Maximum number of managers who are named. */
const MAX_NAMED = 10;

/** Returns which managers would be left in no group. @see facts 6.7 */
async function managersLeft(
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
  const first = [...left.values()].slice(0, MAX_NAMED);
  const names = [...first.map(({ name, userId }) => `${name} <${userId}>`), ...(left.size > MAX_NAMED ? ["…"] : [])];
  const { en, ja } = managerOf(app);
  const edit = line("secured users edit", ["USER"], { app: app, group: "GROUP" });
  return [
    text(
      `${counted(left.size, en)} would be left in no group, and could manage nothing: ${names.join(", ")}; another group: ${edit}`,
      `所属するグループがなくなり、何も管理できなくなる${ja}が ${left.size} 人います: ${names.join("、")}。ほかのグループを設定するには: ${edit}`,
    ),
  ];
}

function* sentences({ groups, memberships, consoleTasks }: DeletedGroups): Generator<Text> {
  yield text(
    `deleted: ${counted(groups.length, "group")}, with ${counted(memberships, "membership")}`,
    `グループを ${groups.length} 個削除しました(外れた所属: ${memberships} 件)`,
  );
  for (const number of consoleTasks) yield inConsoleToo(number);
}
