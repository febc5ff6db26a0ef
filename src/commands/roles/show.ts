import { buildRoleMatrix } from "../../lib/model/role-policy.ts";
import type { AdministratorRole } from "../../lib/model/role.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { buildOperationColumns, buildOperationScopeColumn, ROLE_ARGUMENT, REACH_HELP } from "./choices.ts";

export default defineCommand({
  summary: text("show what a role may do", "管理者権限でできることを表示する"),
  details: REACH_HELP,
  args: { role: ROLE_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl roles show division" }, { line: "clomoctl roles show custom --format json" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { role }) {
    const reach = buildOperationScopeColumn(role as AdministratorRole, "reach", text("reach", "範囲"));
    const rows = role === "none" ? [] : buildRoleMatrix();
    await terminal.list([...buildOperationColumns(terminal.language), reach], rows);
  },
});
