import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { inOrder, Progress } from "./places.ts";

const folder = mkdtempSync(join(tmpdir(), "torture-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PLACES = Array.from({ length: 50 }, (_, at) => `eio ${at}`);

test("the seed alone decides the order of places", () => {
  expect(inOrder(1, PLACES)).toEqual(inOrder(1, PLACES.toReversed()));
  expect(inOrder(1, PLACES)).not.toEqual(inOrder(2, PLACES));
  expect(inOrder(1, PLACES).toSorted()).toEqual(PLACES.toSorted());
});

test("a later run continues with the places that are left, and knows what was found", () => {
  const state = join(folder, "state.json");
  const first = new Progress("abc seed 1");
  const [one = "", two = "", ...rest] = first.open("kills", "a scene", 1, PLACES);
  first.note("kills", "a scene", one, []);
  first.note("kills", "a scene", two, ["torn"]);
  first.minutes = 2;
  first.save(state);

  const next = Progress.resume(state, "abc seed 1");
  expect(next.open("kills", "a scene", 1, PLACES)).toEqual(rest);
  expect(next.tally("kills", 3)).toEqual({ tried: 2, places: 50, scenes: 3, opened: 1 });
  expect(next.findings).toEqual([{ figure: "kills", scene: "a scene", place: two, problems: ["torn"] }]);
  expect(next.minutes).toBe(2);
});

test("another commit or seed, or no state, begins anew", () => {
  const state = join(folder, "other.json");
  const first = new Progress("abc seed 1");
  first.note("kills", "a scene", "eio 1", ["torn"]);
  first.save(state);
  for (const [path, of] of [
    [state, "abc seed 2"],
    [join(folder, "none.json"), "abc seed 1"],
  ] as const) {
    const anew = Progress.resume(path, of);
    expect(anew.open("kills", "a scene", 1, PLACES)).toHaveLength(PLACES.length);
    expect(anew.findings).toEqual([]);
  }
});
