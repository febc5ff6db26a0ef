import type { SQLOutputValue } from "node:sqlite";
import { cp932Form } from "../../../../model/normalise.ts";
import { planOrgTree, type ExistingOrg, type OrgRow, type OrgTreePlan } from "../../../../imports/org-tree.ts";
import { severityOf } from "../../../../model/problem.ts";
import type { Database } from "../database.ts";
import type { PlanSql } from "./expressions.ts";

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

const readOrgs = (database: Database): readonly ExistingOrg[] => {
  const users = new Map(
    database
      .all("select org, count(*) as users from user group by org")
      .map((row) => [row["org"], Number(row["users"])]),
  );
  return database.all("select pk, name, code, parent from org order by pk").map((org) => ({
    pk: Number(org["pk"]),
    name: String(org["name"]),
    code: optional(org["code"]),
    parent: org["parent"] === null ? null : Number(org["parent"]),
    users: users.get(org["pk"] ?? null) ?? 0,
    devices: 0,
  }));
};

const write = (database: Database, plan: PlanSql, tree: OrgTreePlan): void => {
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
    if (row > 1) database.run("insert or ignore into s.invalid values (:row)", { row });
  }
};

/** Compares staged organisations with the tenant's tree and stores the outcome next to them. */
export const compareOrgs = (database: Database, plan: PlanSql): void => {
  for (const table of ["org_after", "gone"]) database.exec(`drop table if exists s.${table}`);
  database.exec(`create table s.org_after (row integer primary key, name text not null, code text, parentOrg integer,
    parentRow integer)`);
  database.exec("create table s.gone (target integer primary key)");
  const tree = planOrgTree(readRows(database), readOrgs(database), {
    mode: plan.request.mode,
    blank: plan.request.blank,
    absent: plan.request.absent,
    staged: new Set(plan.staged.staged),
    fileForm: plan.staged.encoding === "shift_jis" ? cp932Form : (value) => value,
  });
  write(database, plan, tree);
};
