import { formatOrgPath } from "../../../model/organisation.ts";

export interface OrgNode {
  readonly pk: number;
  readonly parent: number | null;
  readonly name: string;
}

/** Returns the paths of organisations by number. Organisations without all nodes above them have no path. */
export const buildOrgPaths = (nodes: Iterable<OrgNode>): ReadonlyMap<number, string> => {
  const all = new Map([...nodes].map((node) => [node.pk, node]));
  const paths = new Map<number, string>();
  for (const { pk } of all.values()) {
    const names: string[] = [];
    let at = all.get(pk);
    while (at !== undefined && at.parent !== null && names.length <= all.size) {
      names.unshift(at.name);
      at = all.get(at.parent);
    }
    if (at?.parent === null) paths.set(pk, formatOrgPath(names));
  }
  return paths;
};
