import type { Actor } from "./policy/asker.ts";
import { collectChangeNumbers } from "./made-changes.ts";
import type { AnyOperation, Call } from "./operation.ts";
import type { TenantParts } from "./parts.ts";

/** What an operation is asked with: the values in its path, its input, and what a request brings besides. */
export interface Asked extends Call {
  readonly path: Readonly<Record<string, string>>;
  readonly given: unknown;
  /** the tenant's revision that the caller saw */
  readonly base?: number | undefined;
}

/** @throws Failure `not-permitted` if the acting account may not do this */
export const requireRights = async (
  { needs }: AnyOperation,
  asker: Actor,
  { given, path }: Pick<Asked, "given" | "path">,
): Promise<void> => {
  if (asker.account === undefined || needs === "open") return;
  const { requirePermission } = await import("./policy/check.ts");
  requirePermission(asker, typeof needs === "function" ? needs(asker, given, path) : needs);
};

/** Performs an operation whose input was checked. Returns its result, and the numbers of the changes that it made. */
export const perform = async (one: AnyOperation, parts: TenantParts, { path, given, base, ...call }: Asked) => {
  await requireRights(one, parts.session.asker, { given, path });
  return collectChangeNumbers(() => one.run(parts, given, { ...path, ...call }), base);
};
