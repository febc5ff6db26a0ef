import fc from "fast-check";
import { expect, test } from "vitest";
import { ROOT_ORG_ID } from "../../../model/organisation.ts";
import { findDetachedOrgs } from "./plan.ts";

class CountedTree extends Map<string, unknown> {
  asked = 0;

  override get(id: string): unknown {
    this.asked += 1;
    return super.get(id);
  }
}

const byBruteForce = (above: ReadonlyMap<string, unknown>): readonly string[] =>
  [...above.keys()].filter((id) => {
    let at: unknown = id;
    for (let step = 0; step <= above.size && at !== ROOT_ORG_ID; step += 1) at = above.get(String(at));
    return at !== ROOT_ORG_ID;
  });

test("finds the organisations from which no path leads up to 全社, visiting each once", () => {
  const names = [ROOT_ORG_ID, "a", "b", "c", "d", "e", "f", "g", "h"];
  const above = fc.constantFrom(null, "gone", ...names);
  fc.assert(
    fc.property(fc.tuple(...names.slice(1).map(() => above)), (parents) => {
      const tree = new CountedTree([
        [ROOT_ORG_ID, null],
        ...parents.map((one, at) => [names[at + 1] ?? "", one] as const),
      ]);
      const loose = findDetachedOrgs(tree);
      expect(tree.asked).toBeLessThanOrEqual(tree.size + 1);
      expect(loose).toEqual(byBruteForce(tree));
    }),
  );
});

test("visits each organisation of a large cycle once", () => {
  const count = 10_000;
  const tree = new CountedTree(Array.from({ length: count }, (_, at) => [String(at), String((at + 1) % count)]));
  expect(findDetachedOrgs(tree)).toHaveLength(count);
  expect(tree.asked).toBe(count);
});
