import { buildPossibleStatesSql } from "../ledger/observed-state.ts";
import { ORG } from "../../nouns/organisation.ts";
import { ROOT_ORG_NUMBER } from "../ledger/org-rows.ts";
import type { Database } from "../store/database.ts";
import { buildIsValidRowSql } from "../store/sql.ts";
import {
  createParentFault,
  matchOrgs,
  type ConsoleOrgPlace,
  type ExistingOrg,
  type OrgFault,
  type OrgRow,
  type OrgNode,
} from "./org-matching.ts";
import { reportUndeletableRecords } from "./violations.ts";
import { buildChangedMaskSql, buildChangesFieldSql, buildRecordLabelSql, isStaged } from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import { reportContestedRows } from "./merge-outcome.ts";
import { buildSetApartSql } from "./merge-tables.ts";
import { getColumnBit, getVersionSchema } from "../ledger/versions.ts";
import type { PlanDefinition } from "./stored-kind.ts";

export type PlacedRow = Readonly<Record<"row", number> & Record<"node" | "parent", OrgNode>>;

export type OrgTree = ReadonlyMap<OrgNode, OrgNode>;

/** Returns rows whose parent row does not create an organisation, and all rows below these rows. */
export const findOrphans = (rows: readonly PlacedRow[]): readonly PlacedRow[] => {
  const below = Map.groupBy(rows, ({ parent }) => parent);
  const nodes = new Set(rows.map(({ node }) => node));
  const found = new Set(rows.filter(({ parent }) => parent < 0 && !nodes.has(parent)));
  for (const { node } of found) if (node < 0) for (const child of below.get(node) ?? []) found.add(child);
  return [...found];
};

export const findCycles = (tree: OrgTree): ReadonlySet<OrgNode> => {
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

/** A file may lack columns. */
const NO_CELLS = { name: null, code: null, parentCode: null, parentPath: null };

const readOrgRows = (database: Database): readonly OrgRow[] =>
  database
    .all<Omit<OrgRow, "target"> & { readonly target: number | null }>(
      "select r.*, m.target from s.row r left join s.match m on m.row = r.row order by r.row",
    )
    .map(({ target, ...row }) => ({ ...NO_CELLS, ...row, target: target ?? undefined }));

const readOrgs = (database: Database): readonly ExistingOrg[] =>
  database
    .all<Omit<ExistingOrg, "isOutside"> & { readonly isOutside: number }>(
      `select o.pk, o.name, o.code, o.parent, not exists (select 1 from org seen where seen.pk = o.pk) as isOutside
       from main.org o order by o.pk`,
    )
    .map((org) => ({ ...org, isOutside: org.isOutside === 1 }));

const getParentField = ({ kind }: PlanDefinition) => {
  const field = kind.fields.find(({ resolved }) => resolved);
  if (field === undefined) throw new TypeError(`${kind.name} is not a tree`);
  return field;
};

const reportOrgFaults = (database: Database, plan: PlanDefinition, faults: readonly OrgFault[]): void => {
  for (const [, those] of Map.groupBy(faults, ({ code, field }) => `${code} ${field}`)) {
    const [{ code, field } = { code: undefined, field: undefined }] = those;
    if (code === undefined) continue;
    recordFinding(database, plan, {
      code,
      field,
      select: `select r.row, r.line, null as col, e.value -> 'params' as params
        from json_each(:faults) e join s.row r on r.row = e.value ->> 'row'`,
      params: { faults: JSON.stringify(those) },
    });
  }
};

const ORG_VERSIONS = getVersionSchema(ORG.name);

const readConsolePlaces = (database: Database): readonly ConsoleOrgPlace[] => {
  const states = buildPossibleStatesSql(ORG_VERSIONS, "select pk from main.org_observed");
  const select = (column: string): string =>
    `select distinct pk, ${column} from (${states}) where mask & ${getColumnBit(ORG_VERSIONS, column)} <> 0`;
  return database.all<ConsoleOrgPlace>(
    `select n.pk, n.name, p.parent from (${select("name")}) n join (${select("parent")}) p on p.pk = n.pk and p.parent is not null
     where n.pk in (select pk from (${select("code")}) where code is null)`,
  );
};

const storeUnclearOrgs = (
  database: Database,
  plan: PlanDefinition,
  { leftOut, deletedHere }: Pick<ReturnType<typeof matchOrgs>, "leftOut" | "deletedHere">,
): void => {
  database.run(buildSetApartSql("deleted here", "select value ->> 0, value ->> 1 from json_each(:found)"), {
    found: JSON.stringify([...deletedHere]),
  });
  const contested = [...leftOut].flatMap(([row, pks]) => pks.map((pk) => [row, pk] as const));
  database.run(buildSetApartSql("ambiguous", "select value, null from json_each(:pks)"), {
    pks: JSON.stringify(contested.map(([, pk]) => pk)),
  });
  reportContestedRows(database, plan, JSON.stringify(contested));
};

export const placeOrgRows = (database: Database, plan: PlanDefinition): void => {
  const isPlaced = isStaged(plan, getParentField(plan));
  const { matched, parents, faults, ...unclear } = matchOrgs(readOrgRows(database), readOrgs(database), {
    keepsParent: plan.request.blank === "keep" || !isPlaced,
    console: plan.request.fromConsole === true ? readConsolePlaces(database) : undefined,
  });
  database.run(
    `insert into s.match (row, target, changed) select value ->> 0, value ->> 1, 0 from json_each(:matched) where true on conflict do nothing`,
    { matched: JSON.stringify([...matched]) },
  );
  if (isPlaced)
    database.run(
      `update s.row as r set parent = e.value ->> 1 from json_each(:parents) e where r.row = e.value ->> 0`,
      { parents: JSON.stringify([...parents]) },
    );
  if (plan.request.fromConsole === true) storeUnclearOrgs(database, plan, unclear);
  reportOrgFaults(database, plan, faults);
  database.exec(
    `update s.match as m set changed = ${buildChangedMaskSql(plan)} from s.row r, org t where r.row = m.row and t.pk = m.target`,
  );
};

const readPlacedRows = (database: Database, plan: PlanDefinition): readonly PlacedRow[] => {
  const parent = isStaged(plan, getParentField(plan)) ? "coalesce(cast(r.parent as integer), :root)" : ":root";
  return database.all<PlacedRow>(
    `select r.row, coalesce(m.target, -r.row) as node, ${parent} as parent from s.row r left join s.match m on m.row = r.row
     where ${buildIsValidRowSql("r.row")} and (m.row is null or ${buildChangesFieldSql(getParentField(plan))}) order by r.row`,
    { root: ROOT_ORG_NUMBER },
  );
};

const buildTree = (database: Database, placed: readonly PlacedRow[]): OrgTree =>
  new Map(
    [
      ...database.all<Omit<PlacedRow, "row">>("select pk as node, parent from main.org where parent is not null"),
      ...placed,
    ].map(({ node, parent }) => [node, parent] as const),
  );

const findMisplacedRows = (database: Database, plan: PlanDefinition): readonly OrgFault[] => {
  const placed = readPlacedRows(database, plan);
  const rows = new Map(readOrgRows(database).map((row) => [row.row, row]));
  const toFaults = (found: readonly PlacedRow[], code: "org-parent-unknown" | "org-cycle"): readonly OrgFault[] =>
    found.flatMap(({ row }) => {
      const one = rows.get(row);
      if (one === undefined) return [];
      return [
        code === "org-cycle"
          ? { code, row, field: "name", params: { name: one.name ?? one.code ?? "" } }
          : createParentFault(code, one),
      ];
    });
  const orphans = findOrphans(placed);
  if (orphans.length > 0) return toFaults(orphans, "org-parent-unknown");
  const ring = findCycles(buildTree(database, placed));
  const moved = placed.filter(({ node }) => ring.has(node));
  return toFaults(moved, "org-cycle");
};

export const resolveOrgTreeFaults = (database: Database, plan: PlanDefinition): void => {
  let faults = findMisplacedRows(database, plan);
  for (; faults.length > 0; faults = findMisplacedRows(database, plan)) reportOrgFaults(database, plan, faults);
  const { request, kind } = plan;
  if (request.mode !== "replace" || request.fromConsole === true) return;
  const lacking = new Map(
    database
      .all<Pick<ExistingOrg, "pk" | "name">>(
        `select t.pk, ${buildRecordLabelSql(kind.thing)} as name from org t where ${kind.isLacking}`,
      )
      .map(({ pk, name }) => [pk, name]),
  );
  const tree = buildTree(database, readPlacedRows(database, plan));
  const counts = countStayingChildren(tree, new Set(lacking.keys()), request.undeletable !== undefined);
  const held = [...counts].map(([pk, count]) => ({
    pk,
    code: "delete-held" as const,
    params: { name: lacking.get(pk) ?? "", count, of: ORG.name },
  }));
  reportUndeletableRecords(database, plan, held);
};
