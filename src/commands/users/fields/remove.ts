import type { UsedField } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { counted, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { CONFIRM_DELETIONS } from "../../imports/plan/options.ts";
import { requireNamedForDeletion } from "../../permission.ts";
import { DRY_RUN } from "../../records/options.ts";
import { revisionSeen } from "../../records/seen.ts";
import { requireRight } from "../../rights.ts";
import { noteNotRestored, WHILE_WRITING, WRITTEN } from "../../records/written.ts";
import type { Tools } from "../../tools.ts";
import { FIELD_COLUMNS, fieldNamed } from "./columns.ts";

export default defineCommand({
  summary: text(
    "remove a custom user field and its values",
    "カスタムユーザー情報の項目と、全ユーザーのその値を削除する",
  ),
  details: [
    text(
      "Where users have values in it, their number is asked for, or given by `--confirm-deletions`; `--yes` alone removes a field without values. No undo brings the values back; the audit keeps whose they were (of the first 10,000).",
      "値のあるユーザーがいれば、その人数を確認します(--confirm-deletions でも指定できます)。--yes だけで削除できるのは、値のない項目です。値は元に戻せません。だれのどの値だったかは監査ログに残ります(10,000 人まで)。",
    ),
  ],
  args: {
    field: {
      kind: "string",
      required: true,
      names: "custom-fields",
      about: text("the field's name or id", "項目名か ID"),
    },
  },
  options: { confirmDeletions: CONFIRM_DELETIONS, dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl users fields remove 入社年度 --dry-run" },
    {
      line: "clomoctl users fields remove 入社年度 --yes",
      about: text("a field without values, without a question", "値のない項目を確認なしで削除"),
    },
    {
      line: "clomoctl users fields remove 入社年度 --confirm-deletions 12",
      about: text("with the values of 12 users, without a question", "12 人分の値とともに、確認なしで削除"),
    },
  ],
  exits: ["input-rejected", "not-found", "conflict", "locked"],
  shows: FIELD_COLUMNS,
  async run(tools, { field: name, confirmDeletions, dryRun }) {
    const { terminal } = tools;
    tools.describeState(() => KEPT);
    await requireRight(tools, "fields.write");
    const { client, permitChange } = await tools.tenant("users");
    const seen = dryRun || confirmDeletions !== undefined ? undefined : await revisionSeen(tools);
    const field = await client.users.field(fieldNamed(name, await client.users.fields()).id);
    const { users } = field;
    refuseOther(users, confirmDeletions);
    if (users > 0) await noteNotRestored(tools, text(`${field.name} and its values`, `「${field.name}」とその値`));
    if (dryRun) {
      await terminal.show(FIELD_COLUMNS, field);
      await terminal.note(
        text(
          `dry run: nothing was removed; ${counted(users, "user")} would lose a value`,
          `試行のため、何も削除していません(値のあるユーザー: ${users} 人)`,
        ),
      );
      return;
    }
    await permitChange();
    if (!(await isConfirmed(tools, field, confirmDeletions))) {
      await terminal.note(KEPT);
      return;
    }
    tools.describeState(() => WHILE_WRITING);
    const removed = await client.users.removeField(field.id, { users, seen });
    tools.describeDone(WRITTEN);
    await terminal.note(
      text(
        `${removed.name} was removed, with the values of ${counted(users, "user")}`,
        `${removed.name} を削除しました(値のあったユーザー: ${users} 人)`,
      ),
    );
    await terminal.show(FIELD_COLUMNS, removed);
  },
});

const KEPT = text("nothing was removed", "何も削除していません");

/** @throws `input-rejected` where another number is given than that of the users with a value */
function refuseOther(users: number, confirmed: number | undefined): void {
  if (confirmed === undefined || confirmed === users) return;
  throw new Failure("input-rejected", {
    what: text(
      `${counted(users, "user")} would lose a value, not ${confirmed}; nothing was removed`,
      `値のあるユーザーは ${users} 人で、${confirmed} 人ではありません。何も削除していません`,
    ),
    where: `--confirm-deletions ${confirmed}`,
  });
}

/** Asks for the number of values that go, or, where none does, whether the field is to go. */
async function isConfirmed(tools: Tools, { name, users }: UsedField, confirmed: number | undefined): Promise<boolean> {
  const { prompts } = tools.terminal;
  const chosen = await tools.tenant("users");
  const tenant = chosen.context.name;
  if (confirmed !== undefined) {
    requireNamedForDeletion(chosen);
    return true;
  }
  if (users > 0) {
    await prompts.typedNumber({
      message: text(
        `Type ${users} to remove ${name} from the tenant ${tenant}, with the values of ${counted(users, "user")}:`,
        `テナント ${tenant} の項目「${name}」を、${users} 人分の値とともに削除します。続けるには人数を入力してください:`,
      ),
      flag: `--confirm-deletions ${users}`,
      expected: users,
    });
    return true;
  }
  if (tools.globals.yes) return true;
  return prompts.confirm({
    message: text(
      `Remove ${name} from the tenant ${tenant}? No user has a value in it.`,
      `テナント ${tenant} の項目「${name}」(値のあるユーザーはいません)を削除しますか?`,
    ),
    flag: "--yes",
  });
}
