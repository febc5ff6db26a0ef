import { expect, test } from "vitest";
import { findImportCircles, buildImportGraph, invertGraph } from "./graph.ts";

test("resolves imports relative to their file, and leaves out files that are not ours", () => {
  const graph = buildImportGraph(
    new Map([
      ["src/a/one.ts", ["./two.ts", "../b/three.ts", "node:fs", "./gone.ts", "../../package.json"]],
      ["src/a/two.ts", []],
      ["src/b/three.ts", ["../a/two.ts"]],
    ]),
  );
  expect(graph.get("src/a/one.ts")).toEqual(new Set(["src/a/two.ts", "src/b/three.ts"]));
  expect(invertGraph(graph)).toEqual(
    new Map([
      ["src/a/one.ts", new Set()],
      ["src/a/two.ts", new Set(["src/a/one.ts", "src/b/three.ts"])],
      ["src/b/three.ts", new Set(["src/a/one.ts"])],
    ]),
  );
});

test("a cycle has the files that reach each other, not those that only lead into or out of it", () => {
  const graph = new Map([
    ["in", new Set(["a"])],
    ["a", new Set(["b", "out"])],
    ["b", new Set(["c"])],
    ["c", new Set(["a", "b"])],
    ["out", new Set<string>()],
    ["self", new Set(["self"])],
  ]);
  expect(findImportCircles(graph)).toEqual([{ a: ["b"], b: ["c"], c: ["a", "b"] }, { self: ["self"] }]);
});

test("a tree has no cycle", () => {
  expect(
    findImportCircles(
      new Map([
        ["a", new Set(["b", "c"])],
        ["b", new Set(["c"])],
        ["c", new Set<string>()],
      ]),
    ),
  ).toEqual([]);
});
