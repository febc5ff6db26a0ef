import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { ACCOUNT_ARGUMENT } from "./columns.ts";

export default defineCommand({
  summary: text("CLOMO accounts cannot be deleted: use revoke", "CLOMO アカウントは削除できません(revoke を使います)"),
  args: { named: ACCOUNT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl clomo-account delete taro01" }],
  exits: ["input-rejected"],
  opensTenant: false,
  run(_, { named }) {
    throw new Failure("input-rejected", {
      what: text("CLOMO accounts cannot be deleted", "CLOMO アカウントは削除できません"),
      hint: step("to revoke the role", "管理者権限を外すには", line("clomo-account revoke", [named])),
    });
  },
});
