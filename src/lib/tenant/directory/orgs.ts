import type { Org } from "../../contract/index.ts";
import { formatOrgPath } from "../../model/organisation.ts";
import { codeKey, nameKey } from "../../model/normalise.ts";
import type { Database, Row } from "../store/sqlite/database.ts";

/** An organisation with its position in the tree. */
export interface PlacedOrg extends Org {
  readonly pk: number;
}

const children = (rows: readonly Row[]): ReadonlyMap<number | null, Row[]> => {
  const byParent = new Map<number | null, Row[]>();
  for (const row of rows) {
    const parent = row["parent"] === null ? null : Number(row["parent"]);
    const list = byParent.get(parent);
    if (list === undefined) byParent.set(parent, [row]);
    else list.push(row);
  }
  return byParent;
};

/** The tree from the root, parents before their children, siblings in order of creation. */
export const listOrgs = (database: Database): readonly PlacedOrg[] => {
  const byParent = children(database.all("select * from org order by pk"));
  const placed: PlacedOrg[] = [];
  const open = (byParent.get(null) ?? []).map((row) => ({
    row,
    parentId: null as string | null,
    names: [] as string[],
  }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { row, parentId, names } = next;
    const id = String(row["id"]);
    placed.push({
      pk: Number(row["pk"]),
      id,
      name: String(row["name"]),
      code: row["code"] === null ? null : String(row["code"]),
      parentId,
      path: formatOrgPath(names),
      depth: names.length,
      createdAt: String(row["createdAt"]),
      updatedAt: String(row["updatedAt"]),
    });
    const below = byParent.get(Number(row["pk"])) ?? [];
    for (const child of below.toReversed()) {
      open.push({ row: child, parentId: id, names: [...names, String(child["name"])] });
    }
  }
  return placed;
};

/** All organisations that an id, a code or a path matches, with their number of direct users and organisations. */
export const findOrgs = (database: Database, name: string) => {
  const orgs = listOrgs(database);
  const path = nameKey(name);
  const code = codeKey(name);
  return orgs
    .filter(
      (org) =>
        org.id === name ||
        (org.code !== null && codeKey(org.code) === code) ||
        nameKey(org.path) === path ||
        (org.parentId === null && nameKey(org.name) === path),
    )
    .map((org) => ({
      ...org,
      users: database.count("select count(*) from user where org = :pk", { pk: org.pk }),
      children: orgs.filter(({ parentId }) => parentId === org.id).length,
    }));
};
