import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { typableName } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { BEFORE_WRITING } from "../records/written.ts";
import { ACCOUNT_ARGUMENT, accountNamed } from "./columns.ts";

export default defineCommand({
  summary: text(
    "explain what to do instead: a CLOMO account is never deleted",
    "CLOMO アカウントは削除できないため、代わりの方法を示す",
  ),
  details: [
    text(
      "The maker's manual: an account cannot be deleted once it is made. To retire an administrator, revoke the role; of an owner of devices leave it, or delete the user.",
      "メーカーのマニュアルによれば、CLOMO アカウントは作成後に削除できません。管理者の場合は権限を外し、デバイスの所有者の場合はそのまま残すか、ユーザーを削除します。",
    ),
  ],
  args: { named: ACCOUNT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl clomo-account delete taro01" }],
  exits: ["input-rejected", "not-permitted", "not-found"],
  async run(tools, { named }) {
    tools.describeState(() => BEFORE_WRITING);
    const { client } = await tools.tenant("accounts", "users");
    const { id, name, emails, role } = await accountNamed(client, named);
    const revoke = line("clomo-account revoke", [typableName(name, id)]);
    const remove = line("users delete", [typableName(emails[0] ?? id, id)]);
    throw new Failure("input-rejected", {
      what: text(`a CLOMO account is never deleted: ${name}`, `CLOMO アカウントは削除できません: ${name}`),
      hint:
        role === "none"
          ? step("leave it, or delete the user", "そのまま残すか、ユーザーを削除してください", remove)
          : step("take its role away, which ends its sign-in", "管理者権限を外すとログインできなくなります", revoke),
    });
  },
});
