import { AsyncLocalStorage } from "node:async_hooks";
import type { Actor } from "./policy/asker.ts";
import type { AnyOperation, Call } from "./operation.ts";
import type { TenantParts } from "./parts.ts";

/** What a request knows about its changes, without each operation passing it on. */
interface RequestChanges {
  readonly numbers: number[];
  /** the tenant's revision that the sender saw; only the first change depends on it, because it advances the revision */
  base: number | undefined;
}

const storage = new AsyncLocalStorage<RequestChanges>();

/**
 * Adds the number of a change to the current request. The request made the change, or it repeats a request that made
 * the change.
 */
export const addChangeNumber = (number: number | null): void => {
  if (number !== null) storage.getStore()?.numbers.push(number);
};

/** Returns the revision on which the next change of the current request is based; undefined if it depends on none. */
export const takeBaseRevision = (): number | undefined => {
  const request = storage.getStore();
  const base = request?.base;
  if (request !== undefined) request.base = undefined;
  return base;
};

const collectChangeNumbers = async <T>(
  answer: () => T | Promise<T>,
  base?: number,
): Promise<{ readonly given: T; readonly changes: readonly number[] }> => {
  const request = { numbers: [], base };
  const given = await storage.run(request, async () => answer());
  return { given, changes: request.numbers };
};

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
