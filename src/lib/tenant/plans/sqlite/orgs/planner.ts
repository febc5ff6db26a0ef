import { MANAGERS, UNSEEN_MANAGERS } from "../../../accounts/account-rows.ts";
import type { SQLOutputValue } from "node:sqlite";
import {
  planOrgTree,
  type ExistingOrg,
  type OrgRow,
  type OrgTreeOptions,
  type OrgTreePlan,
} from "../../staging/org-tree.ts";
import { codeKey, cp932Form, nameKey } from "../../../../model/normalise.ts";
import { severityOf, type ProblemParams } from "../../../../model/problem.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { keepLastNumber, lastNumber } from "../commit.ts";
import { VALID } from "../expressions.ts";
import { either } from "../../../store/sql/forms.ts";
import { jsonList } from "../../../store/sql/json.ts";
import { afterPiece, changedList } from "../rows.ts";
import type { CommitContext, Planner, PlanSql } from "../stored-kind.ts";
import { ROOT_ORG_PK } from "../../../store/sqlite/migrations.ts";
import { giveUp, keepMergedOrgs, readOrgMerge } from "../merge/orgs.ts";
import { prefersConsole } from "../merge/tables.ts";
import { isOwnerKept } from "../devices/rules.ts";
import { recordUndeletable } from "../deletion/undeletable.ts";
import { movedOrgs, orgPlaces, pathText, placesBelow, type OrgPlace } from "./places.ts";

const optional = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const readRows = (database: Database): readonly OrgRow[] => {
  const invalid = new Set(database.all("select row from s.invalid").map(({ row }) => Number(row)));
  return database.all("select * from s.row order by row").map((staged) => ({
    row: Number(staged["row"]),
    line: Number(staged["line"]),
    name: optional(staged["name"]),
    code: optional(staged["code"]),
    parentCode: optional(staged["parentCode"]),
    parentPath: optional(staged["parentPath"]),
    invalid: invalid.has(Number(staged["row"])),
  }));
};

/** The number of records that have an organisation in a column, by its `pk`. */
const countsBy = (database: Database, table: string, column: string, which = "true"): ReadonlyMap<number, number> =>
  new Map(
    database
      .all(`select ${column} as org, count(*) as n from ${table} where ${column} is not null and ${which} group by 1`)
      .map(({ org, n }) => [Number(org), Number(n)]),
  );

/** Organisations above those of a plan's scope, whose names are in their paths. */
const ABOVE = `with recursive up (pk) as (
    select parent from org union select o.parent from up u join main.org o on o.pk = u.pk where o.parent is not null)
  select o.pk, o.name, o.code, o.parent from up u join main.org o on o.pk = u.pk
  where not exists (select 1 from org seen where seen.pk = o.pk) order by o.pk`;

/** The keys of codes of organisations outside a plan's scope. */
const codesOutside = (database: Database): ReadonlySet<string> =>
  new Set(
    database
      .all(
        `select coalesce(o.codeKey, o.code) as key from main.org o
         where o.code is not null and not exists (select 1 from org seen where seen.pk = o.pk)`,
      )
      .map(({ key }) => String(key)),
  );

const readAbove = (database: Database): readonly ExistingOrg[] =>
  database.all(ABOVE).map((org) => ({ ...existingOf(org), users: 0, devices: 0, above: true }));

const existingOf = (org: Row) => ({
  pk: Number(org["pk"]),
  name: String(org["name"]),
  code: optional(org["code"]),
  parent: org["parent"] === null ? null : Number(org["parent"]),
});

/** The names of the accounts that manage an organisation, by its `pk`. */
const managersOf = (database: Database): ReadonlyMap<number, string> =>
  new Map(
    database
      .all(`select h.org, string_agg(h.name, ', ' order by h.pk) as names from ${MANAGERS} h group by 1`)
      .map(({ org, names }) => [Number(org), String(names)]),
  );

const readOrgs = (database: Database): readonly ExistingOrg[] => {
  const [users, devices] = [countsBy(database, "user", "org"), countsBy(database, "device", "ownerOrg")];
  const fast = countsBy(database, "device", "ownerOrg", isOwnerKept("device"));
  const managers = managersOf(database);
  const reserved = new Set(
    database.all(`select distinct h.org from ${UNSEEN_MANAGERS} h`).map(({ org }) => Number(org)),
  );
  return database.all("select pk, name, code, parent from org order by pk").map((org) => ({
    ...existingOf(org),
    users: users.get(Number(org["pk"])) ?? 0,
    devices: devices.get(Number(org["pk"])) ?? 0,
    fastDevices: fast.get(Number(org["pk"])),
    accounts: managers.get(Number(org["pk"])),
    reserved: reserved.has(Number(org["pk"])),
  }));
};

/** SQL: the scoped accounts, each with an organisation in which, and below which, it acts. @see facts 2.1 */
const ACTING = `select o.pk as org, u.accountName as name from account a join user u on u.pk = a.user
    join json_each(case a.role when 'operator' then json_array(u.org) else a.managedOrgs end) e join org o on o.pk = e.value
  where a.role in ('division', 'operator', 'custom') and o.parent is not null order by u.pk`;

/** The names of the accounts that act in organisations, and below them, as far as who plans sees both: whoever imports organisations may read accounts. */
const actingIn = (database: Database): ReadonlyMap<number, readonly string[]> =>
  new Map(
    [...Map.groupBy(database.all(ACTING), ({ org }) => Number(org))].map(([org, rows]) => [
      org,
      rows.map(({ name }) => String(name)),
    ]),
  );

const keep = (database: Database, plan: PlanSql, tree: OrgTreePlan): void => {
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
  // what an account has that who plans does not see
  const inside = (params: ProblemParams): ProblemParams => ({
    ...params,
    ...(params["accounts"] !== undefined && plan.request.scope && { inside: 1 }),
  });
  recordUndeletable(
    database,
    plan,
    tree.undeletable.map((one) => ({ ...one, params: inside(one.params) })),
  );
  for (const { code, row, line, field, params } of tree.findings) {
    const place = plan.staged.places.find((candidate) => candidate.field === field);
    database.run("insert into s.problem values ('plan', :row, :line, :column, :header, :code, :severity, :params)", {
      row,
      line,
      column: place?.column ?? 0,
      header: place?.header ?? "",
      code,
      severity: severityOf(code),
      params: JSON.stringify(params),
    });
    if (row > 1 && severityOf(code) === "error")
      database.run("insert into s.invalid values (:row) on conflict do nothing", { row });
  }
};

const compare = (database: Database, plan: PlanSql): void => {
  for (const table of ["org_after", "gone"]) database.exec(`drop table if exists s.${table}`);
  database.exec(`create table s.org_after (row integer primary key, name text not null, code text, parentOrg integer,
    parentRow integer)`);
  database.exec("create table s.gone (target integer primary key)");
  const isScoped = plan.request.scope !== undefined;
  const orgs = isScoped ? [...readAbove(database), ...readOrgs(database)] : readOrgs(database);
  const rows = readRows(database);
  const merge = plan.request.fromConsole === true ? readOrgMerge(database, plan, { rows, orgs }) : undefined;
  const options: OrgTreeOptions = {
    mode: plan.request.mode,
    blank: plan.request.blank ?? "clear",
    missingColumns: plan.request.missingColumns,
    staged: new Set(plan.staged.staged),
    fileForm: plan.staged.encoding === "shift_jis" ? cp932Form : (value) => value,
    taken: isScoped ? codesOutside(database) : undefined,
    undeletable: plan.request.undeletable,
    inPart: isScoped && !plan.request.scope.includes(ROOT_ORG_PK),
    administrators: actingIn(database),
    local: merge?.local,
  };
  const shown = planOrgTree(rows, orgs, options);
  const given = merge === undefined || !prefersConsole(plan) ? undefined : giveUp(database, merge, shown);
  const tree = given === undefined ? shown : planOrgTree(rows, orgs, { ...options, local: given.local });
  keep(database, plan, tree);
  if (merge !== undefined) keepMergedOrgs(database, plan, tree, given ?? merge);
};

const INSERT = `insert into org (pk, id, parent, name, nameKey, code, codeKey, createdAt, updatedAt, revision)
  values (:pk, :id, :parent, :name, :nameKey, :code, :codeKey, :now, :now, :revision)`;

const UPDATE = `update org set parent = :parent, name = :name, nameKey = :nameKey, code = :code, codeKey = :codeKey,
  updatedAt = :now, revision = :revision where pk = :pk`;

/** A key as records keep it: none where it is the value itself. */
const beside = (value: string, key: string): string | null => (key === value ? null : key);

const write = (database: Database, plan: PlanSql, context: CommitContext): void => {
  const { series, thing } = plan.kind;
  const base = lastNumber(database, series);
  const after = database.all(
    `select r.*, m.target, m.changed from s.org_after r left join s.match m on m.row = r.row where ${VALID} order by r.row`,
  );
  for (const row of after) {
    if (row["target"] !== null && row["changed"] === 0) continue;
    const [name, code] = [String(row["name"]), optional(row["code"])];
    database.run(row["target"] === null ? INSERT : UPDATE, {
      ...context,
      pk: row["target"] ?? Number(row["row"]) + base,
      name,
      nameKey: beside(name, nameKey(name)),
      code,
      codeKey: code === null ? null : beside(code, codeKey(code)),
      parent: row["parentOrg"] ?? Number(row["parentRow"]) + base,
      id: context.idPrefix + Number(row["row"]).toString(16).padStart(12, "0"),
    });
  }
  keepLastNumber(database, series, thing.name);
};

/** A place as pieces of a plan's row. */
const placePieces = (place: OrgPlace | undefined): string =>
  Object.entries(place ?? {})
    .map(([field, value]) => `,${JSON.stringify({ field, value: value as string | null })}`)
    .join("");

const afterJson = (name: string): string =>
  jsonList([afterPiece("name", `json_quote(${name})`), afterPiece("code", "json_quote(a.code)"), "org_place(r.row)"]);

/** The bits of {@link OrgOutcome}. */
const BEFORE = changedList([
  [{ bit: 0 }, afterPiece("name", "json_quote(t.name)")],
  [{ bit: 1 }, afterPiece("code", "json_quote(t.code)")],
  [{ bit: 2 }, "org_place_before(t.parent)"],
]);

const values: Planner["values"] = (database) => {
  const [places, placeBelow] = [orgPlaces(database), placesBelow(database)];
  database.define("org_place", (row) => placePieces(places.get(Number(row))));
  database.define("org_place_before", (parent) => placePieces(placeBelow(parent)));
  database.define("org_key", (code) => (code === null ? null : codeKey(String(code))));
  return { after: afterJson("a.name"), before: BEFORE };
};

/** The columns that a file decides. */
const PLANNED: readonly string[] = ["name", "code", "parent"];

/** Organisations are compared as a tree; parents are written before or after their children. */
export const ORG_PLANNER: Planner = {
  compare,
  lacking: "t.pk in (select target from s.gone)",
  write,
  state: {
    joins: "left join s.org_after a on a.row = r.row",
    column: (name) => {
      const after = name === "parent" ? "coalesce(a.parentOrg, -a.parentRow)" : `a.${name}`;
      return PLANNED.includes(name) ? either("a.row is null", `t.${name}`, after) : `t.${name}`;
    },
  },
  join: "left join s.org_after a on a.row = r.row",
  values,
  key: "org_key(a.code)",
  moved: movedOrgs,
  called: pathText,
  blank: { code: "a.code is null", parent: `a.parentOrg = ${ROOT_ORG_PK}` },
};
