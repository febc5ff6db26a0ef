import type { SQLOutputValue } from "node:sqlite";
import { ROOT_ORG_NUMBER } from "../../../records/org-rows.ts";
import { formatOrgPath, ORG } from "../../../../model/organisation.ts";
import { getObservedTable } from "../../../console/observed.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { getColumnBit } from "../../../versions/tables.ts";
import { buildCaseSql } from "../../../store/sql/forms.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import type { Planner } from "../stored-kind.ts";

const ORG_VERSIONS = getVersionSchema(ORG.name);

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

/**
 * SQL: true if the name, code or place of an organisation or of one of its ancestors may differ in the console. @param
 * pk SQL of the record number
 */
const buildIsMovedPathSql = (pk: string): string =>
  `exists (with recursive up(at) as (select pk from (select ${pk} as pk) own
      union select p.parent from up join main.org p on p.pk = up.at where p.parent is not null)
    select 1 from up join main.${getObservedTable(ORG_VERSIONS)} o on o.pk = up.at
    where o.inConsole = 1 and o.touched & (${["name", "code", "parent"].map((name) => getColumnBit(ORG_VERSIONS, name)).join(" | ")}) <> 0)`;

/** Implements `moved` of the planner. An organisation without a code is identified by its place. */
export const buildMovedOrgSql: Planner["moved"] = (consoleKeys) => {
  const parent = "coalesce(a.parentOrg, (select p.target from s.match p where p.row = a.parentRow))";
  const hasCode = `(select coalesce(n.code, p.code) is not null from (select 1) one
    left join s.org_after n on n.row = a.parentRow left join main.org p on p.pk = ${parent})`;
  const isRekeyed = `exists (select 1 from ${consoleKeys} k where k.thing = '${ORG.name}' and k.pk = ${parent})`;
  return `a.code is null and ${buildIsMovedPathSql("t.pk")} or ${buildCaseSql(hasCode, isRekeyed, buildIsMovedPathSql(parent))}`;
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
