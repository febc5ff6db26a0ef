import { OPERATION_GROUPS, ROLES, type AdministratorRole, type Role } from "../../lib/model/role.ts";
import { same, text, type Language, type Text } from "../../lib/text/index.ts";
import { OPERATION_SCOPE_LABELS, type RoleMatrixRow, type RoleChoice } from "../../lib/model/role-policy.ts";
import type { Column } from "../../lib/terminal/index.ts";

export const buildRoleColumns = (language: Language): readonly Column<RoleChoice>[] => [
  { key: "role", header: text("role", "管理者権限"), value: ({ role }) => role },
  { key: "name", header: text("name", "名前"), value: ({ name }) => name[language] },
  { key: "scope", header: text("scope", "操作できる範囲"), value: ({ scope }) => scope[language] },
  { key: "about", header: text("description", "説明"), value: ({ about }) => about[language], wraps: true },
];

export const ROLE_ARGUMENT = {
  kind: "choice",
  choices: Object.keys(ROLES) as [Role, ...Role[]],
  called: ROLES,
  value: "ROLE",
  required: true,
  about: text("role (管理者権限)", "管理者権限"),
} as const;

export const buildOperationColumns = (language: Language): readonly Column<RoleMatrixRow>[] => [
  { key: "operation", header: text("operation ID", "操作 ID"), value: ({ operation }) => operation },
  {
    key: "group",
    header: text("group", "分類"),
    value: ({ group }) => group,
    name: ({ group }) => OPERATION_GROUPS[group],
  },
  { key: "about", header: text("operation", "操作"), value: ({ about }) => about[language] },
];

export const buildOperationScopeColumn = (
  role: AdministratorRole,
  key: string,
  header: Text,
): Column<RoleMatrixRow> => ({
  key,
  header,
  value: ({ cells }) => cells[role],
  name: ({ cells }) => (cells[role] === "no" ? same("-") : OPERATION_SCOPE_LABELS[cells[role]]),
});

export const REACH_HELP: readonly Text[] = [
  text(
    "all: the whole tenant. inside: the managed organisations (for an operator: the operator's organisation) and those below. item: like inside, but only if the permission scheme includes the operation; for SECURED APPs, the managed organisations must be 全て. This table was not compared with CLOMO's own table of rights.",
    "全体: テナント全体。組織内: 管理対象組織(オペレーターは所属する組織)とその下位。項目: スキームに操作が含まれる場合だけ、組織内と同じ(SECURED APPs は、管理対象組織が「全て」の場合だけ)。この表は、CLOMO の「各管理者の管理権限一覧」と照合していません。",
  ),
];
