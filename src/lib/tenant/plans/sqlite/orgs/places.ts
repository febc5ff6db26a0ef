import type { SQLOutputValue } from "node:sqlite";
import { formatOrgPath, ORG } from "../../../../model/organisation.ts";
import { observedTable } from "../../../console/observed.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { bitOf } from "../../../versions/tables.ts";
import { either } from "../../../store/sql/forms.ts";
import type { RecordSql } from "../../../versions/past.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { ROOT_ORG_PK } from "../../../store/sqlite/migrations.ts";
import { namesOther } from "../matching/console-keys.ts";
import type { Planner } from "../stored-kind.ts";

const ORGS = versionsOf(ORG.name);

/** The resulting parent of an organisation's row; the path only if it has no code; both null for 全社. */
export interface OrgPlace {
  readonly parentCode: string | null;
  readonly parentPath: string | null;
}

/** An organisation as the plan leaves it; its parent is another of these. */
interface PlannedOrg {
  readonly name: string;
  readonly code: string | null;
  readonly parent: string | null;
}

const orgNode = (pk: unknown): string => `org ${Number(pk)}`;
const rowNode = (row: unknown): string => `row ${Number(row)}`;
const optional = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const plannedRow = (row: Row): PlannedOrg => ({
  name: String(row["name"]),
  code: optional(row["code"]),
  parent: row["parentRow"] === null ? orgNode(row["parentOrg"]) : rowNode(row["parentRow"]),
});

/** Every organisation of the tenant. */
const storedOrgs = (database: Database): Map<string, PlannedOrg> => {
  const orgs = new Map<string, PlannedOrg>();
  for (const org of database.all("select pk, name, code, parent from main.org")) {
    const parent = org["parent"] === null ? null : orgNode(org["parent"]);
    orgs.set(orgNode(org["pk"]), { name: String(org["name"]), code: optional(org["code"]), parent });
  }
  return orgs;
};

/** Every organisation of the tenant and of the file as the plan leaves it. */
const plannedOrgs = (database: Database): ReadonlyMap<string, PlannedOrg> => {
  const orgs = storedOrgs(database);
  const rows = database.all("select a.*, m.target from s.org_after a left join s.match m on m.row = a.row");
  for (const row of rows) {
    orgs.set(rowNode(row["row"]), plannedRow(row));
    if (row["target"] !== null) orgs.set(orgNode(row["target"]), plannedRow(row));
  }
  return orgs;
};

const ROOT = orgNode(ROOT_ORG_PK);

const pathOf = (orgs: ReadonlyMap<string, PlannedOrg>, node: string): string => {
  const names: string[] = [];
  for (let at: string | null = node; at !== null && at !== ROOT && names.length <= orgs.size;) {
    const org = orgs.get(at);
    if (org !== undefined) names.unshift(org.name);
    at = org?.parent ?? null;
  }
  return formatOrgPath(names);
};

/** Below an organisation. */
const below = (orgs: ReadonlyMap<string, PlannedOrg>, parent: string): OrgPlace => {
  const parentCode = orgs.get(parent)?.code ?? null;
  return { parentCode, parentPath: parent === ROOT || parentCode !== null ? null : pathOf(orgs, parent) };
};

/** The present places of organisations, by the `pk` of their parents. */
export const placesBelow = (database: Database): ((parent: unknown) => OrgPlace) => {
  const orgs = storedOrgs(database);
  return (parent) => below(orgs, orgNode(parent));
};

/** The organisations of today. */
const TODAY: RecordSql = {
  joins: (pk) => `join main.org p on p.pk = ${pk}`,
  column: (name) => `p.${name}`,
};

/** SQL: the path of an organisation; the root's name. @param pk SQL of its number */
export const pathText = (pk: string, { joins, column } = TODAY): string => {
  const name = String.raw`replace(replace(${column("name")}, '\', '\\'), '/', '\/')`;
  const parent = column("parent");
  return `(with recursive up(at, path) as (
      select ${parent}, ${name} from (select ${pk} as pk) own ${joins("own.pk")}
      union all select ${parent}, ${name} || '/' || up.path from up ${joins("up.at")} where ${parent} is not null)
    select path from up where coalesce(at, ${ROOT_ORG_PK}) = ${ROOT_ORG_PK})`;
};

/** SQL: true if the console may have an organisation, or one above it, by another name, code or place. @param pk SQL of its number */
const isMovedPath = (pk: string): string =>
  `exists (with recursive up(at) as (select pk from (select ${pk} as pk) own
      union select p.parent from up join main.org p on p.pk = up.at where p.parent is not null)
    select 1 from up join main.${observedTable(ORGS)} o on o.pk = up.at
    where o.differs & ~o.confirmed & (${["name", "code", "parent"].map((name) => bitOf(ORGS, name)).join(" | ")}) <> 0)`;

/** See the planner's `moved`: what has no code is known by its place. */
export const movedOrgs: Planner["moved"] = ({ references }) => {
  const parent = "coalesce(a.parentOrg, (select p.target from s.match p where p.row = a.parentRow))";
  const key = `coalesce((select coalesce(p.codeKey, p.code) from main.org p where p.pk = a.parentOrg),
    (select org_key(p.code) from s.org_after p where p.row = a.parentRow))`;
  const [reference] = references;
  const isOther = reference === undefined ? "false" : namesOther(reference, key);
  return {
    key: `a.code is null and ${isMovedPath("t.pk")}`,
    reference: either(`${key} is null`, isMovedPath(parent), isOther),
  };
};

/** The resulting places of a plan's valid organisation rows, by row. */
export const orgPlaces = (database: Database): ReadonlyMap<number, OrgPlace> => {
  const orgs = plannedOrgs(database);
  return new Map(
    database.all("select row, parentOrg, parentRow from s.org_after").map((row) => {
      const parent = row["parentRow"] === null ? orgNode(row["parentOrg"]) : rowNode(row["parentRow"]);
      return [Number(row["row"]), below(orgs, parent)];
    }),
  );
};
