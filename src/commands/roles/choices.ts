import { ROLES, type Role } from "../../lib/model/role.ts";
import type { Language } from "../../lib/text/index.ts";
import { text } from "../../lib/text/index.ts";
import type { RoleChoice } from "../../lib/model/role-facts.ts";
import type { Column } from "../../lib/terminal/index.ts";

/** The columns of a choice of 管理者権限; what people only read is in their language. */
export const choiceColumns = (language: Language): readonly Column<RoleChoice>[] => [
  { key: "role", header: text("role", "管理者権限"), value: ({ role }) => role, name: ({ name }) => name },
  { key: "name", header: text("name", "名前"), value: ({ name }) => name[language] },
  { key: "scope", header: text("acts over", "対象"), value: ({ scope }) => scope[language] },
  { key: "about", header: text("about", "説明"), value: ({ about }) => about[language], wraps: true },
];

/** The argument that names a role, by its word or by the maker's name. */
export const ROLE_ARGUMENT = {
  kind: "choice",
  choices: Object.keys(ROLES) as [Role, ...Role[]],
  called: ROLES,
  value: "ROLE",
  required: true,
  about: text("the role", "管理者権限"),
} as const;
