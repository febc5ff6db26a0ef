import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as byTests from "./figures/by-tests.ts";
import { shuffleBySeed, moveNewKindsFirst, Progress } from "./places.ts";
import { folderForAllTests } from "#support/folder.ts";

const folder = folderForAllTests();

const PLACES = Array.from({ length: 50 }, (_, at) => `eio ${at}`);

test("only the seed determines the order of places", () => {
  expect(shuffleBySeed(1, PLACES)).toEqual(shuffleBySeed(1, PLACES.toReversed()));
  expect(shuffleBySeed(1, PLACES)).not.toEqual(shuffleBySeed(2, PLACES));
  expect(shuffleBySeed(1, PLACES).toSorted()).toEqual(PLACES.toSorted());
});

test("the first place of each new kind comes first", () => {
  const known = new Set<string>();
  const places = ["eio 3: read a", "eio 1: read a", "eio 2: write a", "full 2: write a"];
  expect(moveNewKindsFirst(places, known)).toEqual(
    "eio 3: read a,eio 2: write a,full 2: write a,eio 1: read a".split(","),
  );
  expect(moveNewKindsFirst(["eio 7: read a", "eio 9: read b"], known)).toEqual(["eio 9: read b", "eio 7: read a"]);
});

test("a later run continues with the remaining places, and remembers earlier findings", () => {
  const state = join(folder, "state.json");
  const first = new Progress("abc seed 1");
  const of = { figure: "kills", scene: "a scene" };
  const [one = "", two = "", ...rest] = first.open("kills", "a scene", PLACES);
  first.note({ ...of, place: one, problems: [] });
  first.note({ ...of, place: two, problems: ["torn"] });
  first.minutes = 2;
  first.save(state);

  const next = Progress.resume(state, "abc seed 1");
  expect(next.open("kills", "a scene", PLACES)).toEqual(rest);
  expect([next.triedOf("kills", "a scene"), next.triedOf("kills", "another")]).toEqual([2, 0]);
  expect(next.tally("kills", 3)).toEqual({ tried: 2, places: 50, scenes: 3, opened: 1 });
  expect(next.findings).toEqual([{ ...of, place: two, problems: ["torn"] }]);
  expect(next.minutes).toBe(2);
});

test("a scene that could not be prepared is reported and tried again", () => {
  const progress = new Progress("abc seed 1");
  progress.note({ figure: "kills", scene: "a scene", problems: ["no disk"] });
  expect(progress.findings).toHaveLength(1);
  expect(progress.open("kills", "a scene", PLACES)).toHaveLength(PLACES.length);
});

test("another commit or seed, or a missing state, starts over", () => {
  const state = join(folder, "other.json");
  const first = new Progress("abc seed 1");
  first.note({ figure: "kills", scene: "a scene", place: "eio 1", problems: ["torn"] });
  first.save(state);
  for (const [path, of] of [
    [state, "abc seed 2"],
    [join(folder, "none.json"), "abc seed 1"],
  ] as const) {
    const anew = Progress.resume(path, of);
    expect(anew.open("kills", "a scene", PLACES)).toHaveLength(PLACES.length);
    expect(anew.findings).toEqual([]);
  }
});

test("every test file that a figure runs exists", () => {
  const files = Object.values(byTests).flatMap((trials) => trials.map(({ scene }) => scene));
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !existsSync(join(import.meta.dirname, "..", "..", file)))).toEqual([]);
});
