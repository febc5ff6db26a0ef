import { ROLES, type Role } from "../../lib/model/role.ts";
import type { Language } from "../../lib/text/index.ts";
import { text } from "../../lib/text/index.ts";
import type { RoleChoice } from "../../lib/model/role-facts.ts";
import type { Column } from "../../lib/terminal/index.ts";

/** Returns the columns for the choices of 管理者権限, with the texts in the given language. */
export const buildRoleColumns = (language: Language): readonly Column<RoleChoice>[] => [
  { key: "role", header: text("role", "管理者権限"), value: ({ role }) => role, name: ({ name }) => name },
  { key: "name", header: text("name", "名前"), value: ({ name }) => name[language] },
  { key: "scope", header: text("scope", "操作できる範囲"), value: ({ scope }) => scope[language] },
  { key: "about", header: text("description", "説明"), value: ({ about }) => about[language], wraps: true },
];

/** The argument that names a role by its keyword or by its name in CLOMO. */
export const ROLE_ARGUMENT = {
  kind: "choice",
  choices: Object.keys(ROLES) as [Role, ...Role[]],
  called: ROLES,
  value: "ROLE",
  required: true,
  about: text("role (管理者権限)", "管理者権限"),
} as const;
