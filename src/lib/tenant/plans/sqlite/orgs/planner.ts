import { ORG_MANAGERS } from "../../../accounts/account-rows.ts";
import { ROOT_ORG_NUMBER } from "../../../records/org-rows.ts";
import type { SQLOutputValue } from "node:sqlite";
import {
  planOrgTree,
  type ExistingOrg,
  type OrgRow,
  type OrgTreeOptions,
  type OrgTreePlan,
} from "../../staging/org-tree.ts";
import { codeKey, toCp932Form, nameKey } from "../../../../model/normalise.ts";
import { getProblemSeverity } from "../../../../model/problem.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { storeLastNumber, readLastNumber } from "../commit.ts";
import { IS_VALID_ROW_SQL } from "../expressions.ts";
import { buildCaseSql, buildJsonListSql } from "../../../store/sql/forms.ts";
import { buildFieldPiece, buildChangedListSql } from "../rows.ts";
import type { CommitContext, Planner, PlanDefinition } from "../stored-kind.ts";
import { storeMergedOrgs, buildOrgMerge } from "../merge/orgs.ts";
import { buildIsOwnerFixedSql } from "../devices/rules.ts";
import { reportUndeletableRecords } from "../deletion/undeletable.ts";
import { readPlannedPlaces, buildOrgPathSql, createPlaceLookup, type OrgPlace } from "./places.ts";

const toStringOrNull = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const readOrgRows = (database: Database): readonly OrgRow[] => {
  const invalid = new Set(database.all("select row from s.invalid").map(({ row }) => Number(row)));
  return database.all("select * from s.row order by row").map((staged) => ({
    row: Number(staged["row"]),
    line: Number(staged["line"]),
    name: toStringOrNull(staged["name"]),
    code: toStringOrNull(staged["code"]),
    parentCode: toStringOrNull(staged["parentCode"]),
    parentPath: toStringOrNull(staged["parentPath"]),
    invalid: invalid.has(Number(staged["row"])),
  }));
};

/** Counts the records that refer to an organisation in a column, by the `pk` of the organisation. */
const countRecordsByOrg = (
  database: Database,
  table: string,
  column: string,
  which = "true",
): ReadonlyMap<number, number> =>
  new Map(
    database
      .all(`select ${column} as org, count(*) as n from ${table} where ${column} is not null and ${which} group by 1`)
      .map(({ org, n }) => [Number(org), Number(n)]),
  );

/** SQL: the organisations above those in a plan's scope. Their names are needed for paths. */
const ORGS_ABOVE_SCOPE_SQL = `with recursive up (pk) as (
    select parent from org union select o.parent from up u join main.org o on o.pk = u.pk where o.parent is not null)
  select o.pk, o.name, o.code, o.parent from up u join main.org o on o.pk = u.pk
  where not exists (select 1 from org seen where seen.pk = o.pk) order by o.pk`;

const readCodesOutsideScope = (database: Database): ReadonlySet<string> =>
  new Set(
    database
      .all(
        `select coalesce(o.codeKey, o.code) as key from main.org o
         where o.code is not null and not exists (select 1 from org seen where seen.pk = o.pk)`,
      )
      .map(({ key }) => String(key)),
  );

const readOrgsAboveScope = (database: Database): readonly ExistingOrg[] =>
  database.all(ORGS_ABOVE_SCOPE_SQL).map((org) => ({ ...toExistingOrg(org), users: 0, devices: 0, above: true }));

const toExistingOrg = (org: Row) => ({
  pk: Number(org["pk"]),
  name: String(org["name"]),
  code: toStringOrNull(org["code"]),
  parent: org["parent"] === null ? null : Number(org["parent"]),
});

/** Returns the names of the accounts that manage each organisation, by the `pk` of the organisation. */
const readManagerNames = (database: Database): ReadonlyMap<number, string> =>
  new Map(
    database
      .all(`select h.org, string_agg(h.name, ', ' order by h.pk) as names from ${ORG_MANAGERS} h group by 1`)
      .map(({ org, names }) => [Number(org), String(names)]),
  );

const readOrgs = (database: Database): readonly ExistingOrg[] => {
  const [users, devices] = [
    countRecordsByOrg(database, "user", "org"),
    countRecordsByOrg(database, "device", "ownerOrg"),
  ];
  const fast = countRecordsByOrg(database, "device", "ownerOrg", buildIsOwnerFixedSql("device"));
  const managers = readManagerNames(database);
  return database.all("select pk, name, code, parent from org order by pk").map((org) => ({
    ...toExistingOrg(org),
    users: users.get(Number(org["pk"])) ?? 0,
    devices: devices.get(Number(org["pk"])) ?? 0,
    fastDevices: fast.get(Number(org["pk"])),
    accounts: managers.get(Number(org["pk"])),
  }));
};

const storeOrgPlan = (database: Database, plan: PlanDefinition, tree: OrgTreePlan): void => {
  for (const [row, target] of tree.matched) {
    database.run("insert into s.match (row, target, changed) values (:row, :target, 0)", { row, target });
  }
  for (const { row, target, changed, name, code, parent } of tree.outcomes) {
    if (target !== undefined) database.run("update s.match set changed = :changed where row = :row", { row, changed });
    database.run("insert into s.org_after values (:row, :name, :code, :parentOrg, :parentRow)", {
      row,
      name,
      code,
      parentOrg: "org" in parent ? parent.org : null,
      parentRow: "row" in parent ? parent.row : null,
    });
  }
  for (const target of tree.gone) database.run("insert into s.gone values (:target)", { target });
  reportUndeletableRecords(database, plan, tree.undeletable);
  for (const { code, row, line, field, params } of tree.findings) {
    const place = plan.staged.places.find((candidate) => candidate.field === field);
    database.run("insert into s.problem values ('plan', :row, :line, :column, :header, :code, :severity, :params)", {
      row,
      line,
      column: place?.column ?? 0,
      header: place?.header ?? "",
      code,
      severity: getProblemSeverity(code),
      params: JSON.stringify(params),
    });
    if (row > plan.staged.headerRow && getProblemSeverity(code) === "error")
      database.run("insert into s.invalid values (:row) on conflict do nothing", { row });
  }
};

const compareOrgs = (database: Database, plan: PlanDefinition): void => {
  for (const table of ["org_after", "gone"]) database.exec(`drop table if exists s.${table}`);
  database.exec(`create table s.org_after (row integer primary key, name text not null, code text, parentOrg integer,
    parentRow integer)`);
  database.exec("create table s.gone (target integer primary key)");
  const isScoped = plan.request.scope !== undefined;
  const orgs = isScoped ? [...readOrgsAboveScope(database), ...readOrgs(database)] : readOrgs(database);
  const rows = readOrgRows(database);
  const merge = plan.request.fromConsole === true ? buildOrgMerge(database, plan, { rows, orgs }) : undefined;
  const options: OrgTreeOptions = {
    mode: plan.request.mode,
    blank: plan.request.blank ?? "clear",
    staged: new Set(plan.staged.staged),
    fileForm: plan.staged.encoding === "shift_jis" ? toCp932Form : (value) => value,
    taken: isScoped ? readCodesOutsideScope(database) : undefined,
    undeletable: plan.request.undeletable,
    inPart: isScoped && !plan.request.scope.includes(ROOT_ORG_NUMBER),
    local: merge?.local,
  };
  const tree = planOrgTree(rows, orgs, options);
  storeOrgPlan(database, plan, tree);
  if (merge !== undefined) storeMergedOrgs(database, plan, tree, merge);
};

const INSERT_ORG_SQL = `insert into org (pk, id, parent, name, nameKey, code, codeKey, createdAt, updatedAt, revision)
  values (:pk, :id, :parent, :name, :nameKey, :code, :codeKey, :now, :now, :revision)`;

const UPDATE_ORG_SQL = `update org set parent = :parent, name = :name, nameKey = :nameKey, code = :code, codeKey = :codeKey,
  updatedAt = :now, revision = :revision where pk = :pk`;

const toStoredKey = (value: string, key: string): string | null => (key === value ? null : key);

const writeOrgs = (database: Database, plan: PlanDefinition, context: CommitContext): void => {
  const { series, thing } = plan.kind;
  const base = readLastNumber(database, series);
  const after = database.all(
    `select r.*, m.target, m.changed from s.org_after r left join s.match m on m.row = r.row where ${IS_VALID_ROW_SQL} order by r.row`,
  );
  for (const row of after) {
    if (row["target"] !== null && row["changed"] === 0) continue;
    const [name, code] = [String(row["name"]), toStringOrNull(row["code"])];
    database.run(row["target"] === null ? INSERT_ORG_SQL : UPDATE_ORG_SQL, {
      ...context,
      pk: row["target"] ?? Number(row["row"]) + base,
      name,
      nameKey: toStoredKey(name, nameKey(name)),
      code,
      codeKey: code === null ? null : toStoredKey(code, codeKey(code)),
      parent: row["parentOrg"] ?? Number(row["parentRow"]) + base,
      id: context.idPrefix + Number(row["row"]).toString(16).padStart(12, "0"),
    });
  }
  storeLastNumber(database, series, thing.name);
};

const formatPlacePieces = (place: OrgPlace | undefined): string =>
  Object.entries(place ?? {})
    .map(([field, value]) => `,${JSON.stringify({ field, value: value as string | null })}`)
    .join("");

const buildOrgAfterSql = (name: string): string =>
  buildJsonListSql([
    buildFieldPiece("name", `json_quote(${name})`),
    buildFieldPiece("code", "json_quote(a.code)"),
    "org_place(r.row)",
  ]);

/** SQL: the former values of the fields that a row changes, as JSON. The bits are those of {@link OrgOutcome}. */
const ORG_BEFORE_SQL = buildChangedListSql([
  [{ bit: 0 }, buildFieldPiece("name", "json_quote(t.name)")],
  [{ bit: 1 }, buildFieldPiece("code", "json_quote(t.code)")],
  [{ bit: 2 }, "org_place_before(t.parent)"],
]);

const buildOrgValuesSql: Planner["values"] = (database) => {
  const [places, placeBelow] = [readPlannedPlaces(database), createPlaceLookup(database)];
  database.define("org_place", (row) => formatPlacePieces(places.get(Number(row))));
  database.define("org_place_before", (parent) => formatPlacePieces(placeBelow(parent)));
  database.define("org_key", (code) => (code === null ? null : codeKey(String(code))));
  return { after: buildOrgAfterSql("a.name"), before: ORG_BEFORE_SQL };
};

const PLANNED_COLUMNS: readonly string[] = ["name", "code", "parent"];

/**
 * Plans and writes organisations, which are compared as a tree. Parents may be written before or after their children.
 */
export const ORG_PLANNER: Planner = {
  compare: compareOrgs,
  lacking: "t.pk in (select target from s.gone)",
  write: writeOrgs,
  state: {
    joins: "left join s.org_after a on a.row = r.row",
    column: (name) => {
      const after = name === "parent" ? "coalesce(a.parentOrg, -a.parentRow)" : `a.${name}`;
      return PLANNED_COLUMNS.includes(name) ? buildCaseSql("a.row is null", `t.${name}`, after) : `t.${name}`;
    },
  },
  join: "left join s.org_after a on a.row = r.row",
  values: buildOrgValuesSql,
  key: "org_key(a.code)",
  called: buildOrgPathSql,
  blank: { code: "a.code is null", parent: `a.parentOrg = ${ROOT_ORG_NUMBER}` },
};
