import type { Account, Org } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { formatCount, text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** Maximum number of administrators that a message lists. */
const MAX_NAMED_ADMINISTRATORS = 5;

const SCOPED_ROLES = ["division", "operator", "custom"] as const;

/**
 * Describes which administrators gain or lose an organisation, with everything below it, when it is moved: those whose
 * scope includes only the old or only the new parent. An administrator of the organisation itself, or of one below it,
 * keeps the same scope.
 */
export async function describeScopeChanges(
  tools: Tools,
  { moved, parent, all }: { readonly moved: Org; readonly parent: string; readonly all: readonly Org[] },
): Promise<readonly Text[]> {
  const [from, to] = [collectAncestorIds(moved.parentId, all), collectAncestorIds(parent, all)];
  const gaining: string[] = [];
  const losing: string[] = [];
  for (const account of await loadScopedAccounts(tools)) {
    const roots = account.role === "operator" ? [account.org.id] : account.managedOrgs.map(({ id }) => id);
    if (account.managesAll || roots.includes(moved.id)) continue;
    const [before, after] = [from, to].map((line) => roots.some((id) => line.has(id)));
    if (before !== after) (after === true ? gaining : losing).push(account.name);
  }
  const { path } = moved;
  return [
    ...(gaining.length === 0
      ? []
      : [
          text(
            `${formatCount(gaining.length, "administrator")} will gain access to ${path} and everything below it: ${formatNames(gaining)}`,
            `「${path}」以下が、操作できる範囲に新たに入る管理者 ${gaining.length} 人: ${formatNames(gaining)}`,
          ),
        ]),
    ...(losing.length === 0
      ? []
      : [
          text(
            `${formatCount(losing.length, "administrator")} will lose access to ${path} and everything below it: ${formatNames(losing)}`,
            `「${path}」以下が、操作できる範囲から外れる管理者 ${losing.length} 人: ${formatNames(losing)}`,
          ),
        ]),
  ];
}

const formatNames = (names: readonly string[]): string =>
  `${names.slice(0, MAX_NAMED_ADMINISTRATORS).join(", ")}${names.length > MAX_NAMED_ADMINISTRATORS ? ", …" : ""}`;

function collectAncestorIds(id: string | null, all: readonly Org[]): ReadonlySet<string> {
  const above = new Map(all.map((org) => [org.id, org.parentId]));
  const line = new Set<string>();
  for (let at = id; at !== null && !line.has(at); at = above.get(at) ?? null) line.add(at);
  return line;
}

/** Returns the accounts whose scope may be limited to some organisations; empty if they may not be read. */
async function loadScopedAccounts(tools: Tools): Promise<readonly Account[]> {
  const { client } = await tools.tenant("accounts");
  try {
    const found = SCOPED_ROLES.map((role) => Array.fromAsync(client.accounts.list({ role })));
    return (await Promise.all(found)).flat();
  } catch (error) {
    if (error instanceof Failure && error.code === "not-permitted") return [];
    throw error;
  }
}
