import { expect, test } from "vitest";
import { countStayingChildren, findOrphans, findCycles } from "./org-tree.ts";

const place = (row: number, parent: number) => ({ row, node: -row, parent });

test("what is below a row that creates nothing is not created either", () => {
  const rows = [place(2, 1), place(4, -3), place(5, -4), { row: 6, node: 2, parent: -5 }];
  expect(findOrphans(rows).map(({ row }) => row)).toEqual([4, 5, 6]);
});

test("a ring is found, but not what is below it", () => {
  const ring = findCycles(
    new Map([
      [2, 3],
      [3, 4],
      [4, 2],
      [5, 4],
      [6, 1],
      [-7, -7],
    ]),
  );
  expect([...ring].toSorted((one, other) => one - other)).toEqual([-7, 2, 3, 4]);
});

test("organisations that stay hold what is above them", () => {
  const tree = new Map([
    [2, 1],
    [3, 2],
    [4, 3],
    [5, 1],
    [-6, 3],
  ]);
  const count = (areKept: boolean) => Object.fromEntries(countStayingChildren(tree, new Set([2, 3, 5]), areKept));
  expect(count(false)).toEqual({ 3: 2 });
  expect(count(true)).toEqual({ 2: 1, 3: 2 });
});

test("a chain of many thousand levels can be checked", () => {
  const tree = new Map(Array.from({ length: 20_000 }, (_, i) => [i + 2, i + 3]));
  expect(findCycles(tree).size).toBe(0);
});
