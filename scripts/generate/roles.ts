import { OPERATIONS, ROLE_POLICY, type Operation } from "../../src/lib/derived/role-policy.ts";
import type { OperationScope } from "../../src/lib/model/thing.ts";
import { ROLES } from "../../src/lib/nouns/account.ts";
import { same, text, type Language, type Text } from "../../src/lib/text/index.ts";
import { insertTable } from "./insert-table.ts";

const SCOPE_NAMES: Readonly<Record<OperationScope, Text>> = {
  all: text("all", "全体"),
  inside: text("inside", "組織内"),
  item: text("item", "項目"),
  no: same("-"),
};

/** A system administrator may do everything. */
const SHOWN_ROLES = ["division", "operator", "custom"] as const;

function renderRoleTable(language: Language): string {
  const names = SHOWN_ROLES.map((role) => ROLES[role][language]);
  const rows = Object.entries(OPERATIONS).map(([operation, { about }]) => {
    const scopes = SHOWN_ROLES.map((role) => SCOPE_NAMES[ROLE_POLICY[operation as Operation][role]][language]);
    return [`\`${operation}\``, about[language], ...scopes];
  });
  const header = [text("operation", "操作")[language], text("what it allows", "内容")[language], ...names];
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Returns the page with the current table of what each role may do. @throws RangeError if a marker is missing */
export const insertRoles = (page: string, language: Language): string =>
  insertTable(page, "roles", renderRoleTable(language));
