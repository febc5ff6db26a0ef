import type { Account, Org } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { counted, text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** Maximum number of administrators that are named. */
const MAX_NAMED = 5;

/** The roles that act in some organisations. */
const SCOPED = ["division", "operator", "custom"] as const;

/**
 * Whose organisations gain or lose one by its move, with all below it: those who act above the one place and not above
 * the other. Who acts in it, or below it, keeps what there is.
 */
export async function reachOfMove(
  tools: Tools,
  { moved, parent, all }: { readonly moved: Org; readonly parent: string; readonly all: readonly Org[] },
): Promise<readonly Text[]> {
  const [from, to] = [lineOf(moved.parentId, all), lineOf(parent, all)];
  const gaining: string[] = [];
  const losing: string[] = [];
  for (const account of await scopedAccounts(tools)) {
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
            `${counted(gaining.length, "administrator")} will act in ${path} and below it, too: ${named(gaining)}`,
            `「${path}」以下が新たに範囲に入る管理者: ${gaining.length} 人: ${named(gaining)}`,
          ),
        ]),
    ...(losing.length === 0
      ? []
      : [
          text(
            `${counted(losing.length, "administrator")} will act in ${path} and below it no more: ${named(losing)}`,
            `「${path}」以下が範囲から外れる管理者: ${losing.length} 人: ${named(losing)}`,
          ),
        ]),
  ];
}

const named = (names: readonly string[]): string =>
  `${names.slice(0, MAX_NAMED).join(", ")}${names.length > MAX_NAMED ? ", …" : ""}`;

/** The ids of an organisation and of all above it. */
function lineOf(id: string | null, all: readonly Org[]): ReadonlySet<string> {
  const above = new Map(all.map((org) => [org.id, org.parentId]));
  const line = new Set<string>();
  for (let at = id; at !== null && !line.has(at); at = above.get(at) ?? null) line.add(at);
  return line;
}

/** The accounts that act in some organisations; none where who asks may not know. */
async function scopedAccounts(tools: Tools): Promise<readonly Account[]> {
  const { client } = await tools.tenant("accounts");
  try {
    const found = SCOPED.map((role) => Array.fromAsync(client.accounts.list({ role })));
    return (await Promise.all(found)).flat();
  } catch (error) {
    if (error instanceof Failure && error.code === "not-permitted") return [];
    throw error;
  }
}
