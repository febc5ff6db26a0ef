import { line } from "../advice/line.ts";
import type { Role } from "../model/role.ts";
import { text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** What rules read of an account. */
export interface AccountState {
  readonly name: string | null;
  readonly role: Role;
}

/** A tenant keeps at least one system administrator, because nobody else can give the role back. */
export const lastSystemAdministrator: Rule<AccountState, { readonly otherSystemAdministrators: number }> = ({
  before,
  after,
  facts,
}) => {
  if (before?.role !== "system" || after?.role === "system" || facts.otherSystemAdministrators > 0) return [];
  const grant = line("clomo-account grant", ["ACCOUNT"], { role: "system" });
  const name = before.name ?? "";
  return [
    {
      field: "role",
      what: text(
        `${name} is the last system administrator: nobody else could give the role back`,
        `「${name}」は最後のシステム管理者です。ほかに権限を付与できる人がいなくなります`,
      ),
      hint: text(
        `make another person a system administrator first: ${grant}`,
        `先に別の人をシステム管理者にしてください: ${grant}`,
      ),
    },
  ];
};
