import {
  buildRoleMatrix,
  OPERATION_SCOPE_LABELS,
  type RoleMatrixRow,
  OPERATION_GROUPS,
} from "../../lib/derived/role-policy.ts";
import { ADMINISTRATOR_ROLES, type AdministratorRole } from "../../lib/nouns/account.ts";
import { createColumn, type Column } from "../../lib/terminal/output-choice.ts";
import { same, text, type Language, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineChoice } from "../kit/field.ts";
import { isDefaultTable } from "../kit/list/list.ts";

const ROLE_HEADERS: Readonly<Record<AdministratorRole, Text>> = {
  system: text("system", "システム"),
  division: text("division", "部門"),
  operator: text("operator", "オペレーター"),
  custom: text("custom", "カスタム"),
};

const buildOperationColumns = (language: Language): readonly Column<RoleMatrixRow>[] => [
  createColumn("operation", "operation ID", "操作 ID"),
  createColumn("group", "group", "分類", { name: ({ group }) => OPERATION_GROUPS[group] }),
  { key: "about", header: text("operation", "操作"), value: ({ about }) => about[language] },
];

const buildOperationScopeColumn = (role: AdministratorRole): Column<RoleMatrixRow> => ({
  key: role,
  header: ROLE_HEADERS[role],
  value: ({ cells }) => cells[role],
  name: ({ cells }) => (cells[role] === "no" ? same("-") : OPERATION_SCOPE_LABELS[cells[role]]),
});

const OWN_TABLE_NOTE = text(
  "clomoctl decides the rights that CLOMO's manual does not define; this was not compared with CLOMO's own table",
  "マニュアルにない権限は clomoctl が定めたものです。CLOMO の「各管理者の管理権限一覧」とは照合していません",
);

const REACH_HELP = text(
  "all: the whole tenant. inside: the managed organisations (for an operator: the operator's organisation) and those below. item: like inside, but only if the permission scheme includes the operation; for SECURED APPs, the managed organisations must be 全て.",
  "全体: テナント全体。組織内: 管理対象組織(オペレーターは所属する組織)とその下位。項目: スキームに操作が含まれる場合だけ、組織内と同じ(SECURED APPs は、管理対象組織が「全て」の場合だけ)。",
);

export default defineCommand({
  summary: text("show which role may do what (operations × roles)", "各管理者権限でできる操作を表示する"),
  details: [REACH_HELP, OWN_TABLE_NOTE],
  args: {},
  options: {
    role: defineChoice(ADMINISTRATOR_ROLES, "show only this role", "この管理者権限だけを表示する", {
      value: "ROLE",
      repeatable: true,
    }),
  },
  examples: [
    { line: "clomoctl roles matrix" },
    { line: "clomoctl roles matrix --role division --role operator --format csv" },
  ],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { role }) {
    const roles = role.length === 0 ? ADMINISTRATOR_ROLES : ADMINISTRATOR_ROLES.filter((one) => role.includes(one));
    const columns = [...buildOperationColumns(terminal.language), ...roles.map(buildOperationScopeColumn)];
    await terminal.list(isDefaultTable(terminal) ? columns.slice(2) : columns, buildRoleMatrix());
    await terminal.note(OWN_TABLE_NOTE);
  },
});
