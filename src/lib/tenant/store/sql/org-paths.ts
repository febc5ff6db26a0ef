import { formatOrgPath } from "../../../model/organisation.ts";

/** A stored organisation of some time. */
export interface OrgNode {
  readonly pk: number;
  /** null of 全社 */
  readonly parent: number | null;
  readonly name: string;
}

/** The node of a row with these columns. */
export const orgNodeOf = ({ pk, parent, name }: Readonly<Record<string, unknown>>): OrgNode => ({
  pk: Number(pk),
  parent: parent === null ? null : Number(parent),
  name: String(name),
});

/** The path of each of some organisations, among which are all above it; those of which one is not there have none. */
export const pathsOf = (nodes: Iterable<OrgNode>): ReadonlyMap<number, string> => {
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
