import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { toTypableName } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { STATE_UNCHANGED } from "../records/change-result.ts";
import { ACCOUNT_ARGUMENT, findAccount } from "./columns.ts";

export default defineCommand({
  summary: text(
    "show what to do instead of deleting a CLOMO account, which is not possible",
    "CLOMO アカウントは削除できないため、代わりの方法を示す",
  ),
  args: { named: ACCOUNT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl clomo-account delete taro01" }],
  exits: ["input-rejected", "not-permitted", "not-found"],
  async run(tools, { named }) {
    tools.describeState(() => STATE_UNCHANGED);
    const { client } = await tools.tenant("accounts", "users");
    const { id, name, emails, role } = await findAccount(client, named);
    const revoke = line("clomo-account revoke", [toTypableName(name, id)]);
    const remove = line("users delete", [toTypableName(emails[0] ?? id, id)]);
    throw new Failure("input-rejected", {
      what: text(`a CLOMO account cannot be deleted: ${name}`, `CLOMO アカウントは削除できません: ${name}`),
      hint:
        role === "none"
          ? step("keep the account, or delete the user", "そのまま残すか、ユーザーを削除してください", remove)
          : step(
              "to stop the account from logging in, revoke its role",
              "ログインできなくするには、管理者権限を外してください",
              revoke,
            ),
    });
  },
});
