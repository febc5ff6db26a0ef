import type { Account } from "../../lib/client/index.ts";
import type { Role } from "../../lib/model/role.ts";
import { formatCount, text, type Text } from "../../lib/text/index.ts";
import { STATE_UNCHANGED } from "../records/change-result.ts";
import type { Tools } from "../tools.ts";

const canAsk = ({ terminal, globals }: Tools, dryRun: boolean): boolean =>
  !dryRun && !globals.yes && terminal.interactive;

/** Asks about a change of the system administrators.  @returns false after the answer "no" */
const ask = async ({ terminal }: Tools, message: Text): Promise<boolean> => {
  if (await terminal.prompts.confirm({ message, flag: "--yes" })) return true;
  await terminal.note(STATE_UNCHANGED);
  return false;
};

const listSystemAdministrators = async (tools: Tools): Promise<readonly Account[]> => {
  const { client } = await tools.tenant("accounts");
  return Array.fromAsync(client.accounts.list({ role: "system" }));
};

/** Asks on a terminal before a system administrator loses the role. The support option has its own question. */
export async function confirmRevocation(
  tools: Tools,
  { id, name, role, supportOption }: Account,
  dryRun: boolean,
): Promise<boolean> {
  if (!canAsk(tools, dryRun) || role !== "system" || supportOption) return true;
  const left = (await listSystemAdministrators(tools)).filter((other) => other.id !== id).length;
  // the tenant refuses to revoke the last one
  if (left === 0) return true;
  return ask(
    tools,
    text(
      `Revoke the role of ${name}? ${formatCount(left, "system administrator")} will be left.`,
      `「${name}」の管理者権限を外しますか? 残るシステム管理者は ${left} 人です。`,
    ),
  );
}

/** A user who gets a role. */
interface GrantedRole {
  readonly name: string;
  readonly role: Role | undefined;
  readonly former: Role;
  readonly dryRun: boolean;
}

/** Asks on a terminal before somebody becomes a system administrator, who can do everything. */
export async function confirmSystemRole(tools: Tools, { name, role, former, dryRun }: GrantedRole): Promise<boolean> {
  if (!canAsk(tools, dryRun) || role !== "system" || former === "system") return true;
  const count = (await listSystemAdministrators(tools)).length + 1;
  return ask(
    tools,
    text(
      `Make ${name} a system administrator (${count} in all)?`,
      `「${name}」をシステム管理者にしますか(全部で ${count} 人になります)?`,
    ),
  );
}
