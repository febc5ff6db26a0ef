import type { SQLOutputValue } from "node:sqlite";
import { ROOT_ORG_NUMBER } from "../../../records/org-rows.ts";
import { formatOrgPath } from "../../../../model/organisation.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";

/** The place of an organisation: the parent's code, or path if it has no code. Both are null if the parent is 全社. */
export interface OrgPlace {
  readonly parentCode: string | null;
  readonly parentPath: string | null;
}

/** An organisation after the plan. `parent` is the node key of another organisation. */
interface PlannedOrg {
  readonly name: string;
  readonly code: string | null;
  readonly parent: string | null;
}

const toOrgNodeKey = (pk: unknown): string => `org ${Number(pk)}`;
const toRowNodeKey = (row: unknown): string => `row ${Number(row)}`;
const toStringOrNull = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const toPlannedOrg = (row: Row): PlannedOrg => ({
  name: String(row["name"]),
  code: toStringOrNull(row["code"]),
  parent: row["parentRow"] === null ? toOrgNodeKey(row["parentOrg"]) : toRowNodeKey(row["parentRow"]),
});

const readStoredOrgs = (database: Database): Map<string, PlannedOrg> => {
  const orgs = new Map<string, PlannedOrg>();
  for (const org of database.all("select pk, name, code, parent from main.org")) {
    const parent = org["parent"] === null ? null : toOrgNodeKey(org["parent"]);
    orgs.set(toOrgNodeKey(org["pk"]), { name: String(org["name"]), code: toStringOrNull(org["code"]), parent });
  }
  return orgs;
};

const readPlannedOrgs = (database: Database): ReadonlyMap<string, PlannedOrg> => {
  const orgs = readStoredOrgs(database);
  const rows = database.all("select a.*, m.target from s.org_after a left join s.match m on m.row = a.row");
  for (const row of rows) {
    orgs.set(toRowNodeKey(row["row"]), toPlannedOrg(row));
    if (row["target"] !== null) orgs.set(toOrgNodeKey(row["target"]), toPlannedOrg(row));
  }
  return orgs;
};

const ROOT_NODE_KEY = toOrgNodeKey(ROOT_ORG_NUMBER);

const buildOrgPath = (orgs: ReadonlyMap<string, PlannedOrg>, node: string): string => {
  const names: string[] = [];
  for (let at: string | null = node; at !== null && at !== ROOT_NODE_KEY && names.length <= orgs.size;) {
    const org = orgs.get(at);
    if (org !== undefined) names.unshift(org.name);
    at = org?.parent ?? null;
  }
  return formatOrgPath(names);
};

const getPlaceBelow = (orgs: ReadonlyMap<string, PlannedOrg>, parent: string): OrgPlace => {
  const parentCode = orgs.get(parent)?.code ?? null;
  return {
    parentCode,
    parentPath: parent === ROOT_NODE_KEY || parentCode !== null ? null : buildOrgPath(orgs, parent),
  };
};

/** Returns a function that returns the current place of an organisation. The function takes the `pk` of the parent. */
export const createPlaceLookup = (database: Database): ((parent: unknown) => OrgPlace) => {
  const orgs = readStoredOrgs(database);
  return (parent) => getPlaceBelow(orgs, toOrgNodeKey(parent));
};

/** SQL: the path of an organisation; for the root organisation, its name. @param pk SQL of its record number */
export const buildOrgPathSql = (pk: string): string => {
  const name = String.raw`replace(replace(p.name, '\', '\\'), '/', '\/')`;
  return `(with recursive up(at, path) as (
      select p.parent, ${name} from (select ${pk} as pk) own join main.org p on p.pk = own.pk
      union all select p.parent, ${name} || '/' || up.path from up join main.org p on p.pk = up.at where p.parent is not null)
    select path from up where coalesce(at, ${ROOT_ORG_NUMBER}) = ${ROOT_ORG_NUMBER})`;
};

export const readPlannedPlaces = (database: Database): ReadonlyMap<number, OrgPlace> => {
  const orgs = readPlannedOrgs(database);
  return new Map(
    database.all("select row, parentOrg, parentRow from s.org_after").map((row) => {
      const parent = row["parentRow"] === null ? toOrgNodeKey(row["parentOrg"]) : toRowNodeKey(row["parentRow"]);
      return [Number(row["row"]), getPlaceBelow(orgs, parent)];
    }),
  );
};
