import type { ProblemCode } from "../../../../model/problem.ts";
import type { Database, Params } from "../database.ts";
import { quoteIdentifier, type PlanSql } from "./expressions.ts";

/** Problems that only a comparison with other rows or the tenant reveals; they are found anew with every plan. */
export interface Finding {
  readonly code: ProblemCode;
  readonly severity?: "error" | "warning" | undefined;
  /** the field at fault; undefined for the record as a whole */
  readonly field?: string | undefined;
  /** SQL for `row`, `line`, `col` (the cell, or null for the field's first one) and `params` (a JSON object) */
  readonly select: string;
  readonly params?: Params | undefined;
}

/** Stores findings as problems and marks their rows invalid. @returns their number */
export const recordFinding = (database: Database, plan: PlanSql, finding: Finding): number => {
  const place = plan.staged.places.find(({ field }) => field === finding.field);
  const severity = finding.severity ?? "error";
  const found = database.run(
    `insert into s.problem (found, row, line, col, header, code, severity, params)
     select 'plan', f.row, f.line, coalesce(f.col, :column), coalesce(:headers ->> (f.col - 1), :header), :code, :severity,
       f.params from (${finding.select}) f`,
    {
      ...finding.params,
      column: place?.column ?? 0,
      header: place?.header ?? "",
      headers: JSON.stringify(plan.staged.header),
      code: finding.code,
      severity,
    },
  );
  if (found > 0 && severity === "error") {
    database.exec(
      "insert or ignore into s.invalid select row from s.problem where found = 'plan' and severity = 'error' and row > 1",
    );
  }
  return found;
};

/** The staged column with the key of a row's main mail address. */
const mainEmail = ({ request }: PlanSql): string => (request.key === "email" ? "key" : "emailKey");

/** SQL: the keys that a staged column assigns to rows. */
const keysIn = (column: string): string =>
  `select ${quoteIdentifier(column)} as key, row, null as col from s.row where ${quoteIdentifier(column)} is not null`;

/** SQL: each row of a repeated value, with another row that has it; `which` filters `v`. */
const repeated = (values: string, which = "1"): string => `
  with v as (${values}),
       d as (select key, min(row) as first, max(row) as last from v group by key having count(*) > 1)
  select r.row, r.line, v.col, json_object('header', :header, 'row', iif(r.row = d.first, d.last, d.first)) as params
  from d join v on v.key = d.key join s.row r on r.row = v.row where ${which} order by r.row`;

/** Rows of the file that claim the same key, mail address or account name, each with the other row. */
export const findDuplicates = (database: Database, plan: PlanSql): void => {
  const key = keyField(plan);
  recordFinding(database, plan, { code: "key-duplicate", field: key, select: repeated(keysIn("key")) });
  if (plan.kind.entity !== "user") return;
  const unique = (field: string, select: string): void => {
    if (plan.staged.staged.includes(field)) recordFinding(database, plan, { code: "value-duplicate", field, select });
  };
  unique("accountName", repeated(keysIn("accountKey")));
  if (key !== "emails") unique("emails", repeated(keysIn("emailKey")));
  if (database.count("select count(*) from s.claim") === 0) return;
  // two equal main addresses have already been reported
  const all = `${keysIn(mainEmail(plan))} union all select key, row, col from s.claim`;
  unique(
    "emails",
    repeated(all, "exists (select 1 from s.claim c where c.key = v.key and (v.col is not null or c.row <> v.row))"),
  );
};

/** The field that identifies a record of this plan. */
export const keyField = ({ kind, request }: PlanSql): string => {
  if (kind.entity !== "user") return kind.format.key;
  if (request.key === "email") return "emails";
  return request.key === "upn" ? "upn" : "employeeCode";
};

/** ユーザーIDs that differ only in letter case: two users, which is seldom intended. */
export const findCaseTwins = (database: Database, plan: PlanSql): void => {
  if (plan.kind.entity !== "secured_user") return;
  recordFinding(database, plan, {
    code: "id-case-only",
    severity: "warning",
    field: "userId",
    select: `
      with d as (select lower(key) as low, min(row) as first from s.row where key is not null
                 group by lower(key) having count(distinct key) > 1)
      select r.row, r.line, null as col, json_object('row', d.first) as params
      from s.row r join d on lower(r.key) = d.low where r.row <> d.first`,
  });
};

/** Rows that would create a record without all that a new one needs. */
export const findMissingForNew = (database: Database, plan: PlanSql): void => {
  for (const { field, header, required, secret } of plan.kind.format.columns) {
    if (required === undefined) continue;
    const staged = plan.staged.staged.includes(field);
    if (staged && required === "always" && plan.request.blank === "clear") continue;
    recordFinding(database, plan, {
      code: "required-new",
      field,
      select: `
        select r.row, r.line, null as col, json_object('header', :asked, 'of', 'user') as params from s.row r
        where r.row not in (select row from s.match) and r.key is not null
          and ${secret === true ? missingSecret(plan, field) : missingValue(staged, field)}`,
      params: { asked: header },
    });
  }
};

const missingSecret = ({ staged }: PlanSql, field: string): string =>
  staged.staged.includes(field)
    ? `(r.secrets is null or not exists (select 1 from json_each(r.secrets) e where e.value = '${field}'))`
    : "1";

const missingValue = (staged: boolean, field: string): string => (staged ? `r.${quoteIdentifier(field)} is null` : "1");

/** Codes and group names that the tenant lacks and the import may not create. */
export const findUnknownReferences = (database: Database, plan: PlanSql): void => {
  const { request, kind, staged } = plan;
  if (kind.entity === "user" && staged.staged.includes("orgCode") && !request.createOrgs) {
    recordFinding(database, plan, {
      code: "org-unknown",
      field: "orgCode",
      select: `
        select r.row, r.line, null as col, json_object('code', r."orgCode") as params
        from s.refer f join s.row r on r."orgKey" = f.key
        where f.what = 'org' and f.key not in (select codeKey from org where codeKey is not null)`,
    });
  }
  if (kind.entity === "secured_user" && staged.staged.includes("groups") && !request.createGroups) {
    const cells = staged.places.find(({ field }) => field === "groups")?.cells;
    recordFinding(database, plan, {
      code: "group-unknown",
      field: "groups",
      select: `
        select r.row, r.line, ${cells === undefined ? "null" : `coalesce(r."groupCells", :cells) ->> e.key`} as col,
          json_object('group', e.value) as params
        from s.row r join json_each(r.groups) e
        where exists (select 1 from s.refer f where f.what = 'group' ${UNKNOWN_GROUP})
          and code_key(e.value) in (select f.key from s.refer f where f.what = 'group' ${UNKNOWN_GROUP})`,
      params: { app: kind.name, cells: JSON.stringify(cells ?? []) },
    });
  }
};

const UNKNOWN_GROUP = "and f.key not in (select nameKey from secured_group where app = :app)";

/** Rows that would change an administrator in a way no import may. */
export const findAdministrators = (database: Database, plan: PlanSql): void => {
  const { kind, staged } = plan;
  const matched = "from s.match m join s.row r on r.row = m.row";
  if (kind.entity === "secured_user") {
    recordFinding(database, plan, {
      code: "administrator-row",
      field: "userId",
      select: `select r.row, r.line, null as col, json_object('id', t.userId) as params ${matched}
               join secured_user t on t.pk = m.target where t.administrator = 1`,
    });
  }
  if (kind.entity !== "user") return;
  const renames = staged.staged.includes("accountName")
    ? `(r."accountName" is not null and r."accountName" is not t.accountName)`
    : "0";
  const sets = staged.places.some(({ field }) => field === "accountPassword") ? "r.secrets is not null" : "0";
  recordFinding(database, plan, {
    code: "administrator-account",
    field: "accountName",
    select: `select r.row, r.line, null as col, json_object('name', t.name) as params from user t
             join s.match m on m.target = t.pk join s.row r on r.row = m.row
             where t.administrator = 1 and (${renames} or ${sets})`,
  });
  if (plan.request.mode === "replace") {
    recordFinding(database, plan, {
      code: "administrator-delete",
      select: `select 0 as row, 0 as line, null as col, json_object('name', name) as params from user
               where administrator = 1 and pk not in (select target from s.match)`,
    });
  }
};
