import { listRoleChoices } from "../../lib/model/role-policy.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { buildRoleColumns } from "./choices.ts";

export default defineCommand({
  summary: text("list the roles of administrators (管理者権限)", "管理者権限の種類を一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl roles list" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { limit }) {
    const columns = listColumns(terminal, buildRoleColumns(terminal.language), ["role", "name", "scope", "about"]);
    await terminal.list(columns, limitRecords(listRoleChoices(), limit));
  },
});
