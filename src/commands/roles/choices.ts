import { OPERATION_GROUPS, ROLES, type AdministratorRole, type Role } from "../../lib/model/role.ts";
import { same, text, type Language, type Text } from "../../lib/text/index.ts";
import { REACH_LABELS, type MatrixRow, type RoleChoice } from "../../lib/model/role-policy.ts";
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

export const buildOperationColumns = (language: Language): readonly Column<MatrixRow>[] => [
  { key: "operation", header: text("operation ID", "操作 ID"), value: ({ operation }) => operation },
  {
    key: "group",
    header: text("group", "分類"),
    value: ({ group }) => group,
    name: ({ group }) => OPERATION_GROUPS[group],
  },
  { key: "about", header: text("operation", "操作"), value: ({ about }) => about[language] },
];

export const buildReachColumn = (role: AdministratorRole, key: string, header: Text): Column<MatrixRow> => ({
  key,
  header,
  value: ({ cells }) => cells[role],
  name: ({ cells }) => (cells[role] === "no" ? same("-") : REACH_LABELS[cells[role]]),
});

export const REACH_HELP: readonly Text[] = [
  text(
    "all: the whole tenant. inside: the managed organisations (operator: own organisation) and those below. item: like inside, if the scheme permits the operation (SECURED APPs: only with 全て). CLOMO's own table of rights has not been compared.",
    "全体: テナント全体。組織内: 管理対象組織(オペレーターは所属する組織)とその下位。項目: スキームで許可されていれば組織内(SECURED APPs は「全て」の場合のみ)。CLOMO の「各管理者の管理権限一覧」とは照合していません。",
  ),
];
