import type { CustomFieldDetail } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { formatCount, same, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { CONFIRM_DELETIONS_OPTION } from "../../imports/plan/options.ts";
import { confirmChange, requireNamedContext, requireNamedContextForDeletion } from "../../permission.ts";
import { DRY_RUN_OPTION } from "../../records/options.ts";
import { noteNotRestored } from "../../records/change-result.ts";
import type { Tools } from "../../tools.ts";
import { FIELD_COLUMNS, findCustomField } from "./columns.ts";

export default defineCommand({
  summary: text(
    "remove a custom user field and its values",
    "カスタムユーザー情報の項目と、全ユーザーのその値を削除する",
  ),
  args: {
    field: {
      kind: "string",
      required: true,
      about: text("name or ID of the field", "項目名か ID"),
    },
  },
  options: { confirmDeletions: CONFIRM_DELETIONS_OPTION, dryRun: DRY_RUN_OPTION },
  examples: [
    { line: "clomoctl users fields remove 入社年度 --dry-run" },
    {
      line: "clomoctl users fields remove 入社年度 --yes",
      about: text("remove a field without values, without confirmation", "値のない項目を確認なしで削除"),
    },
    {
      line: "clomoctl users fields remove 入社年度 --confirm-deletions 12",
      about: text("remove it with the values of 12 users, without confirmation", "12 人分の値とともに、確認なしで削除"),
    },
  ],
  exits: ["input-rejected", "not-found", "conflict", "locked"],
  shows: FIELD_COLUMNS,
  async run(tools, { field: name, confirmDeletions, dryRun }) {
    const { terminal } = tools;
    const chosen = await tools.tenant("users");
    const { client, permitChange } = chosen;
    if (!dryRun) requireNamedContext(tools, chosen, { confirmDeletions });
    const field = await client.users.field(findCustomField(name, await client.users.fields()).id);
    const { users } = field;
    checkConfirmedUsers(users, confirmDeletions);
    if (users > 0)
      await noteNotRestored(tools, text(`the field ${field.name} and its values`, `「${field.name}」とその値`));
    if (dryRun) {
      await terminal.show(FIELD_COLUMNS, field);
      await terminal.note(
        text(
          `dry run: nothing was removed; ${formatCount(users, "user")} would lose a value`,
          `確認のみで、何も削除していません(値のあるユーザー: ${users} 人)`,
        ),
      );
      return;
    }
    await permitChange();
    if (!(await confirmFieldRemoval(tools, field, confirmDeletions))) {
      await terminal.note(NOTHING_REMOVED_TEXT);
      return;
    }
    const removed = await client.users.removeField(field.id, { users });
    await terminal.note(
      text(
        `the field ${removed.name} was removed, with the values of ${formatCount(users, "user")}`,
        `項目「${removed.name}」を削除しました(値のあったユーザー: ${users} 人)`,
      ),
    );
    await terminal.show(FIELD_COLUMNS, removed);
  },
});

const NOTHING_REMOVED_TEXT = text("nothing was removed", "何も削除していません");

/** Checks the confirmed number of users.  @throws `input-rejected` if the number of users with a value differs */
function checkConfirmedUsers(users: number, confirmed: number | undefined): void {
  if (confirmed === undefined || confirmed === users) return;
  throw new Failure("input-rejected", {
    what: text(
      `${formatCount(users, "user")} would lose a value, not ${confirmed}; nothing was removed`,
      `値のあるユーザーは ${users} 人で、${confirmed} 人ではありません。何も削除していません`,
    ),
    where: `--confirm-deletions ${confirmed}`,
  });
}

async function confirmFieldRemoval(
  tools: Tools,
  { name, users }: CustomFieldDetail,
  confirmed: number | undefined,
): Promise<boolean> {
  const { prompts } = tools.terminal;
  const chosen = await tools.tenant("users");
  const tenant = chosen.context.name;
  const flag = users === 0 ? "--yes" : `--confirm-deletions ${users}`;
  const isAnswered = confirmed !== undefined || (users === 0 && tools.globals.yes);
  if (isAnswered || !tools.terminal.interactive) requireNamedContextForDeletion(chosen, isAnswered ? [] : [same(flag)]);
  if (confirmed !== undefined) return true;
  if (users > 0) {
    await prompts.typedNumber({
      message: text(
        `Type ${users} to remove the field ${name} from the tenant ${tenant}, with the values of ${formatCount(users, "user")}:`,
        `テナント ${tenant} の項目「${name}」を、${users} 人分の値とともに削除します。続けるには人数を入力してください:`,
      ),
      flag,
      expected: users,
    });
    return true;
  }
  return confirmChange(
    tools,
    text(
      `Remove the field ${name} from the tenant ${tenant}? No user has a value in this field.`,
      `テナント ${tenant} の項目「${name}」(値のあるユーザーはいません)を削除しますか?`,
    ),
  );
}
