import { RESOURCE_NAMES } from "../../../src/lib/handover/resources.ts";
import type { Difference } from "../../../src/lib/handover/compare/diff.ts";
import type { Records } from "./bundles.ts";

type AnyRecord = Readonly<Record<string, unknown>>;

/** A difference without its texts. */
export type PlainDifference = Pick<Difference, "resource" | "change" | "id" | "field" | "before" | "after">;

export const toPlainDifference = ({ resource, change, id, field, before, after }: Difference): PlainDifference => ({
  resource,
  change,
  id,
  field,
  before,
  after,
});

export const compareByBruteForce = (one: Records, other: Records): PlainDifference[] =>
  RESOURCE_NAMES.flatMap((resource) => {
    const mapOf = (records: Records): Map<string, AnyRecord> =>
      new Map(((records[resource] ?? []) as readonly AnyRecord[]).map((record) => [String(record["id"]), record]));
    const [before, after] = [mapOf(one), mapOf(other)];
    const ids = [...new Set([...before.keys(), ...after.keys()])];
    const inOrder = ids.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    return inOrder.flatMap((id): PlainDifference[] => {
      const [former, latter] = [before.get(id), after.get(id)];
      if (former === undefined) return [{ resource, change: "added", id, field: null, before: null, after: latter }];
      if (latter === undefined) return [{ resource, change: "removed", id, field: null, before: former, after: null }];
      return Object.keys(former)
        .filter((field) => JSON.stringify(former[field]) !== JSON.stringify(latter[field]))
        .map((field) => ({ resource, change: "changed", id, field, before: former[field], after: latter[field] }));
    });
  });
