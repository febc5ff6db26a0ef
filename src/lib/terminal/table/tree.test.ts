import { expect, test } from "vitest";
import { drawTree, type TreeNode } from "./tree.ts";

const leaf = (label: string, note?: string): TreeNode => ({
  label,
  children: [],
  ...(note === undefined ? {} : { note }),
});

test("draws branches, the last node of a level, notes and hostile names", () => {
  const root: TreeNode = {
    label: "全社",
    children: [
      { label: "本社", note: "H01", children: [leaf("営業/部"), leaf("総務部\n")] },
      { label: "支社", children: [leaf("大阪", "3")] },
    ],
  };
  expect([...drawTree(root, (part) => part.replaceAll("─", "-"))]).toEqual([
    "全社",
    "├- 本社  H01",
    "│  ├- 営業/部",
    String.raw`│  └- 総務部\n`,
    "└- 支社",
    "   └- 大阪  3",
  ]);
});

test("a tree with a thousand levels can be drawn", () => {
  let root = leaf("bottom");
  for (let depth = 0; depth < 1_000; depth++) {
    root = { label: String(depth), children: [root] };
  }
  expect([...drawTree(root)]).toHaveLength(1_001);
});
