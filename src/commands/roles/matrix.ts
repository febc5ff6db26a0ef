import { buildRoleMatrix } from "../../lib/model/role-policy.ts";
import { ADMINISTRATOR_ROLES, ROLES, type AdministratorRole } from "../../lib/model/role.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isDefaultTable } from "../listing/list.ts";
import { buildOperationColumns, buildOperationScopeColumn, REACH_HELP } from "./choices.ts";

const ROLE_HEADERS: Readonly<Record<AdministratorRole, Text>> = {
  system: text("system", "システム"),
  division: text("division", "部門"),
  operator: text("operator", "オペレーター"),
  custom: text("custom", "カスタム"),
};

export default defineCommand({
  summary: text("show which role may do what (operations × roles)", "各管理者権限でできる操作を表示する"),
  details: REACH_HELP,
  args: {},
  options: {
    role: {
      kind: "choice",
      choices: ADMINISTRATOR_ROLES,
      called: ROLES,
      value: "ROLE",
      repeatable: true,
      about: text("show only this role", "この管理者権限だけを表示する"),
    },
  },
  examples: [
    { line: "clomoctl roles matrix" },
    { line: "clomoctl roles matrix --role division --role operator --format csv" },
  ],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { role }) {
    const roles = role.length === 0 ? ADMINISTRATOR_ROLES : ADMINISTRATOR_ROLES.filter((one) => role.includes(one));
    const columns = [
      ...buildOperationColumns(terminal.language),
      ...roles.map((one) => buildOperationScopeColumn(one, one, ROLE_HEADERS[one])),
    ];
    await terminal.list(isDefaultTable(terminal) ? columns.slice(2) : columns, buildRoleMatrix());
  },
});
