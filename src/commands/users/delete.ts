import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS, USER_FILE_OPTION } from "../deletion/options.ts";
import { runDeletion } from "../deletion/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { USER_ARGUMENT, USER_FILTERS } from "./columns.ts";
import { buildFindableUsers } from "../deletion/findable-users.ts";

export default defineCommand({
  summary: text("delete users", "ユーザーを削除する"),
  details: [
    ...DELETION_HELP,
    text(
      "A user who owns a device cannot be deleted (exit 3): assign the device to another owner first. Administrators are never deleted: filters skip them and list them separately. A CLOMO account is deleted only together with its user.",
      "デバイスの所有者は削除できません(終了コード 3)。先に所有者を変えてください。管理者は削除しません。絞り込みに含まれていても残し、別に示します。CLOMO アカウントだけを削除することはできず、ユーザーとともになくなります。",
    ),
    text(
      "In a pasted line such as 山田 太郎 <taro@example.jp>, the email address identifies the user; the other words must be the user's name, code, title or organisation, or the line is rejected. A line without an address, such as 山田 太郎さん(営業部), finds the user by full name if the name is unique; the user is shown so that you can check.",
      "メールや表から貼り付けた「山田 太郎 <taro@example.jp>」のような行は、メールアドレスを読み取ります。ほかの部分がそのユーザーの氏名・社員コード・役職・組織でない行は受け付けません。メールアドレスのない「山田 太郎さん(営業部)」のような行は、同姓同名がいなければ氏名で特定し、だれかを表示します。",
    ),
  ],
  args: {
    users: { ...USER_ARGUMENT, required: undefined, repeatable: true, value: "USER" },
  },
  options: { ...USER_FILTERS, ...DELETION_OPTIONS, file: USER_FILE_OPTION },
  examples: [
    { line: "clomoctl users delete hanako.yamazaki@example.jp A0003 --confirm-deletions 2" },
    {
      line: "clomoctl users delete --file leavers.txt --dry-run",
      about: text("a list received by email, one name or address per line", "メールで届いた一覧(1 行に 1 人)から"),
    },
    { line: "clomoctl users delete --search 山田 --dry-run" },
  ],
  exits: DELETION_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { users, org, direct, search, filterName, filterId, file, ...options }) =>
    runDeletion(tools, {
      kind: "users",
      names: users,
      file,
      filters: { org, direct: direct ? true : undefined, search, filterName, filterId },
      options,
      async found() {
        const { client } = await tools.tenant("users");
        return buildFindableUsers(client);
      },
    }),
});
