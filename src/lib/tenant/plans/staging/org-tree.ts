import type { OrgNode } from "./org-matching.ts";

export interface PlacedRow {
  readonly row: number;
  readonly node: OrgNode;
  readonly parent: OrgNode;
}

/** The tree after an import: the parent of each organisation but the root. */
export type OrgTree = ReadonlyMap<OrgNode, OrgNode>;

/** Returns the rows whose parent is a row that creates no organisation. New organisations in them are not created either. */
export const findOrphans = (rows: readonly PlacedRow[]): readonly PlacedRow[] => {
  const below = Map.groupBy(rows, ({ parent }) => parent);
  const nodes = new Set(rows.map(({ node }) => node));
  const found = new Set(rows.filter(({ parent }) => parent < 0 && !nodes.has(parent)));
  for (const { node } of found) if (node < 0) for (const child of below.get(node) ?? []) found.add(child);
  return [...found];
};

export const findRings = (tree: OrgTree): ReadonlySet<OrgNode> => {
  const ends = new Map<OrgNode, "root" | "under way">();
  const ring = new Set<OrgNode>();
  for (const start of tree.keys()) {
    const way: OrgNode[] = [];
    let node: OrgNode | undefined = start;
    while (node !== undefined && !ends.has(node)) {
      ends.set(node, "under way");
      way.push(node);
      node = tree.get(node);
    }
    if (node !== undefined && ends.get(node) === "under way")
      for (const on of way.slice(way.indexOf(node))) ring.add(on);
    for (const passed of way) ends.set(passed, "root");
  }
  return ring;
};

/** Returns how many organisations that stay are directly below missing ones, which keep those above them. */
export const countStayingChildren = (
  tree: OrgTree,
  lacking: ReadonlySet<number>,
  areKept: boolean,
): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  const stays = (node: OrgNode): void => {
    const parent = tree.get(node);
    if (parent === undefined || !lacking.has(parent)) return;
    const before = counts.get(parent) ?? 0;
    counts.set(parent, before + 1);
    if (areKept && before === 0) stays(parent);
  };
  for (const node of tree.keys()) if (!lacking.has(node)) stays(node);
  return counts;
};
