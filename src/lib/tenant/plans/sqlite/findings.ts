import type { Database, Params } from "../../store/sqlite/database.ts";
import type { Composition } from "../../../model/composition.ts";
import { isCode } from "../../../model/normalise.ts";
import type { ProblemCode } from "../../../model/problem.ts";
import { cellsName, comparedCodes, mayRepeat, UNMENDED } from "../staging/kinds.ts";
import { byUse, nearNames } from "../../../text/near-names.ts";
import type { ColumnChange } from "../staging/counts.ts";
import type { Column } from "../../../model/format.ts";
import { USER } from "../../../model/user.ts";
import { composedSql } from "../../accounts/account-rows.ts";
import { ROOT } from "../../records/org-rows.ts";
import { LIKE } from "./staging.ts";
import { either, isMatched, isValid, THEN, windowsForm } from "../../store/sql/forms.ts";
import {
  changes,
  isLacking,
  isStaged,
  keyOf,
  isKnown,
  keyText,
  mayCreate,
  newReferences,
  recordKey,
  referenceOf,
  resulting,
  showsOther,
  staged,
  stagedKey,
  stagedKeys,
  stored,
  isCandidateKey,
} from "./expressions.ts";
import { inScopeOf, type PlanSql, type StoredReference } from "./stored-kind.ts";

/** Problems that only a comparison with other rows or the tenant reveals; they are found anew with every plan. */
export interface PlanFinding {
  readonly code: ProblemCode;
  readonly severity?: "error" | "warning" | undefined;
  /** the field at fault; undefined for the record as a whole */
  readonly field?: string | undefined;
  /** SQL for `row`, `line`, `col` (the cell, or null for the field's first one) and `params` (a JSON object) */
  readonly select: string;
  readonly params?: Params | undefined;
}

/** SQL: marks the rows of errors invalid. */
export const MARK_INVALID = `insert into s.invalid select row from s.problem where severity = 'error' and row > 1
  on conflict do nothing`;

/** Stores findings as problems and marks their rows invalid. @returns their number */
export const recordFinding = (database: Database, plan: PlanSql, finding: PlanFinding): number => {
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
    database.exec(MARK_INVALID);
  }
  return found;
};

/** SQL: the keys (SQL) that rows have. */
const keysIn = (key: string): string =>
  `select ${key} as key, r.row, null as col from s.row r where ${key} is not null`;

/** SQL: each row of a repeated value, with another row that has it; `which` filters `v`. */
const repeated = (values: string, which = "true"): string => `
  with v as (${values}),
       d as (select key, min(row) as first, max(row) as last from v group by key having count(*) > 1)
  select r.row, r.line, v.col, json_object('header', :header, 'row', ${either("r.row = d.first", "d.last", "d.first")}) as params
  from d join v on v.key = d.key join s.row r on r.row = v.row where ${which} order by r.row`;

/** True if rows may have the same key: where codes were looked at while they were staged, only if some are alike. */
const mayRepeatKeys = (database: Database, plan: PlanSql): boolean => {
  const { field } = keyOf(plan);
  const isLooked = comparedCodes(plan.kind, field).some((one) => one.field === field);
  if (!isLooked) return plan.staged.rows > 0;
  return database.count(`select count(*) from s.${LIKE} where field = :field`, { field }) > 0;
};

/** Rows of the file that claim the same key or unique value, each with the other row. */
export const findDuplicates = (database: Database, plan: PlanSql): void => {
  const { field: key, together } = keyOf(plan);
  if (mayRepeatKeys(database, plan)) {
    database.exec("create index if not exists s.row_key on row (key)");
    recordFinding(database, plan, { code: "key-duplicate", field: key, select: repeated(keysIn("r.key")) });
  }
  if (together !== undefined) {
    const field = together.findLast((one) => isStaged(plan, { field: one }));
    recordFinding(database, plan, { code: "key-duplicate", field, select: repeated(keysIn(`r."standIn"`)) });
  }
  const unique = (field: string, select: string): void => {
    recordFinding(database, plan, { code: "value-duplicate", field, select });
  };
  for (const { field } of plan.kind.claims.filter((claim) => isStaged(plan, claim.field))) {
    const first = keysIn(stagedKey(plan, field));
    if (key !== field.field) unique(field.field, repeated(first));
    if (field.merge !== "list" || database.count("select count(*) from s.claim") === 0) continue;
    // two equal first values have already been reported
    unique(
      field.field,
      repeated(
        `${first} union all select key, row, col from s.claim`,
        "exists (select 1 from s.claim c where c.key = v.key and (v.col is not null or c.row <> v.row))",
      ),
    );
  }
};

/** Keys that differ only in letter case: two records, which is seldom intended. */
export const findCaseTwins = (database: Database, plan: PlanSql): void => {
  const { field, comparison } = keyOf(plan);
  if (comparison !== "exact") return;
  recordFinding(database, plan, {
    code: "id-case-only",
    severity: "warning",
    field,
    select: `
      with d as (select lower(key) as low, min(row) as first from s.row where key is not null
                 group by lower(key) having count(distinct key) > 1)
      select r.row, r.line, null as col, json_object('row', d.first) as params
      from s.row r join d on lower(r.key) = d.low where r.row <> d.first`,
  });
};

/**
 * Codes that several rows have though people know records by them, told once for each column, and codes that differ in
 * letter case or width only: both are seldom intended.
 */
export const findLikeCodes = (database: Database, plan: PlanSql): void => {
  const { field: key } = keyOf(plan);
  for (const field of comparedCodes(plan.kind, key)) {
    if (database.count(`select count(*) from s.${LIKE} where field = :field`, { field: field.field }) === 0) continue;
    database.exec("drop table if exists s.like_code");
    database.run(
      `create table s.like_code as select l.row, ${stagedKey(plan, field)} as k, '' as loose
       from s.${LIKE} l join s.row r on r.row = l.row where l.field = '${field.field}'`,
    );
    database.exec("update s.like_code set loose = loose_code(k)");
    if (mayRepeat(field, key)) tellRepeated(database, plan, field.field);
    if (isCode(field.comparison)) tellAlike(database, plan, field.field);
    database.exec("drop table s.like_code");
  }
};

const tellRepeated = (database: Database, plan: PlanSql, field: string): void => {
  recordFinding(database, plan, {
    code: "code-repeated",
    severity: "warning",
    field,
    select: `
      select r.row, r.line, null as col, json_object('header', :header, 'row', d.first, 'count', d.n) as params
      from (select l.row, f.first, count(*) over () as n from s.like_code l
            join (select k, min(row) as first from s.like_code group by k) f on f.k = l.k
            where l.row <> f.first order by l.row limit 1) d join s.row r on r.row = d.row`,
  });
};

const tellAlike = (database: Database, plan: PlanSql, field: string): void => {
  recordFinding(database, plan, {
    code: "code-alike",
    severity: "warning",
    field,
    select: `
      select r.row, r.line, null as col, json_object('row', f.first) as params
      from (select loose, k, min(row) as row from s.like_code group by loose, k) d
      join (select loose, min(row) as first from s.like_code group by loose) f on f.loose = d.loose and f.first <> d.row
      join s.row r on r.row = d.row order by r.row`,
  });
};

/** Rows whose key meets a record only as it was before it was mended. */
export const findMendedKeys = (database: Database, plan: PlanSql): void => {
  if ((plan.request.fix ?? []).length === 0) return;
  const { thing, inScope, name: kind } = plan.kind;
  const key = keyOf(plan);
  recordFinding(database, plan, {
    code: "key-mended",
    field: key.field,
    select: `select r.row, r.line, null as col, json_object('value', ${UNMENDED_KEY}) as params from s.row r
      where ${UNMENDED_KEY} in (select ${recordKey(key)} from ${thing.name} t where ${inScope})`,
    params: { kind },
  });
};

const UNMENDED_KEY = `(r.keys ->> '${UNMENDED}')`;

/** Rows that would create a record without all that a new one needs. */
export const findMissingForNew = (database: Database, plan: PlanSql): void => {
  const { thing, format } = plan.kind;
  for (const column of format.columns) {
    const { field, header, required, secret } = column;
    if (required === undefined || (secret === true && plan.request.fromConsole === true)) continue;
    const isRequired = required === "always" && plan.request.blank !== "keep";
    if (isStaged(plan, column) && isRequired && plan.request.fix?.includes("short-rows") !== true) continue;
    recordFinding(database, plan, {
      code: "required-new",
      field,
      select: `
        select r.row, r.line, null as col, json_object('header', :asked, 'of', :noun) as params from s.row r
        where not ${isMatched("r.row")} and ${hasKey(plan)} and ${lacks(plan, column)}
          and ${isStaged(plan, column) ? IS_READABLE : "true"}`,
      params: { asked: header, noun: thing.noun ?? thing.name },
    });
  }
};

/** SQL: true if a row has what identifies a record. */
const hasKey = (plan: PlanSql): string =>
  keyOf(plan).together === undefined ? "r.key is not null" : `coalesce(r.key, r."standIn") is not null`;

/** SQL: true if a row sets a secret. */
const setsSecret = (field: string): string =>
  `exists (select 1 from json_each(r.secrets) e where e.value = '${field}')`;

const lacks = (plan: PlanSql, column: Column): string => {
  const cell = staged(column.field);
  if (!isStaged(plan, column)) return "true";
  if (column.secret === true) return `not ${setsSecret(column.field)}`;
  return `${column.repeated === true ? `nullif(${cell}, '[]')` : cell} is null`;
};

/** SQL: true if the cell in `:column` of a row has no problem by itself: what names nothing is not looked for, nor told to be missing too. */
const IS_READABLE = `not exists (select 1 from s.problem p
  where p.row = r.row and p.found = 'file' and p.severity = 'error' and p.col = :column)`;

/** What a reference that names nothing is told as: to whom part of the tenant is visible, nobody says which of both it is. */
const unknownIn = (
  { request: { scope } }: PlanSql,
  { refers, table }: StoredReference,
): StoredReference["refers"]["unknown"] =>
  scope === undefined || scope.includes(ROOT) || table.thing.name !== "org"
    ? refers.unknown
    : { code: "org-beyond", param: "code" };

/** What cells have in place of a key: the names of records, with what these are to be named by. */
const NAMED_INSTEAD = "named_instead";

/** Keeps which cells of a reference have the name of an organisation in place of its code. @returns false if none has */
const keepNamed = (database: Database, plan: PlanSql, { field, refers, table, usual }: StoredReference): boolean => {
  const { planner, thing } = table;
  if (planner === undefined || field.merge !== "reference") return false;
  const [name, by] = [thing.namedBy ?? "name", `o.${refers.by}`];
  const called = planner.called("o.pk");
  database.exec(`drop table if exists s.${NAMED_INSTEAD}`);
  database.exec(`create table s.${NAMED_INSTEAD} (key text primary key, count integer not null, coded integer not null,
    called text not null)`);
  return (
    database.run(
      `insert into s.${NAMED_INSTEAD}
       select f.key, count(*), count(${by}), case when count(*) = 1 then coalesce(min(${by}), min(${called}))
         else string_agg(coalesce(${by} || ' (' || ${called} || ')', ${called}), ', ' order by o.pk) end
       from ${thing.name} o ${THEN} s.refer f on f.what = :what and f.key = coalesce(o.${name}Key, o.${name})
       where o.pk is distinct from :usual and ${inScopeOf(thing, "o")} group by f.key`,
      { what: field.short, usual: usual ?? table.usual ?? null, kind: plan.kind.name },
    ) > 0
  );
};

/** Cells that name records which the tenant lacks and the import may not create. */
export const findUnknownReferences = (database: Database, plan: PlanSql): void => {
  for (const reference of plan.kind.references) {
    const { field } = reference;
    if (!isStaged(plan, field) || mayCreate(plan, reference)) continue;
    const { code, param } = unknownIn(plan, reference);
    const unknown = `select f.key from s.refer f where f.what = '${field.short}' and not ${isCandidateKey(plan, field, "f.key")} and not ${isKnown(reference, "f.key")}`;
    const isNamed = keepNamed(database, plan, reference);
    const cells = plan.staged.places.find((place) => place.field === field.field)?.cells;
    const cell = staged(field.field);
    recordFinding(database, plan, {
      code,
      field: field.field,
      select:
        field.merge === "list"
          ? `select r.row, r.line, ${cells === undefined ? "null" : `coalesce(${staged(cellsName(field))}, :cells) ->> e.key`} as col,
               json_object('${param}', ${cell} ->> e.key) as params
             from s.row r join json_each(${stagedKeys(field)}) e where exists (${unknown}) and e.value in (${unknown})`
          : `select r.row, r.line, null as col, ${
              isNamed
                ? `case when n.key is null then json_object('${param}', ${cell})
               else json_object('${param}', ${cell}, 'named', n.count, 'is', n.called, 'coded', n.coded) end`
                : `json_object('${param}', ${cell})`
            } as params
             from (${unknown}) f join s.row r on ${stagedKeys(field)} = f.key
             ${isNamed ? `left join s.${NAMED_INSTEAD} n on n.key = f.key` : ""} where ${IS_READABLE}`,
      params: { kind: plan.kind.name, cells: JSON.stringify(cells ?? []) },
    });
  }
};

/** Records that the console's export shows below nothing that has a code, and were below such: where they are is not known. */
export const findMovedToUsual = (database: Database, plan: PlanSql): void => {
  for (const reference of plan.kind.references) {
    const { field, usual } = reference;
    if (plan.request.fromConsole !== true || usual === undefined || !isStaged(plan, field)) continue;
    recordFinding(database, plan, {
      code: "org-not-shown",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('count', count(*) over ()) as params from s.match m
        join s.row r on r.row = m.row where ${changes(field)} and ${staged(field.field)} is null order by r.row limit 1`,
    });
  }
};

/** What blank cells leave as it is, though it was said that blanks clear: told once for each field. */
export const findKeptBlanks = (database: Database, plan: PlanSql): void => {
  const { request, kind } = plan;
  if (request.blank !== "clear" || request.fromConsole === true) return;
  for (const field of kind.fields) {
    const isOne = field.merge !== "list" && field.merge !== "custom";
    if (field.clearable || field.required || !isOne || !isStaged(plan, field)) continue;
    const reference = referenceOf(kind, field);
    const stays = reference === undefined ? `${stored(field.stored)} is not null` : showsOther(reference);
    const lacking = isLacking(plan, field);
    recordFinding(database, plan, {
      code: reference?.table.thing.name === "org" ? "blank-org" : "blank-kept",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('count', count(*) over ()${request.scope === undefined ? "" : ", 'inside', 1"}) as params
        from s.match m join s.row r on r.row = m.row join ${kind.thing.name} t on t.pk = m.target
        where ${staged(field.field)} is null and ${stays}${lacking === undefined ? "" : ` and not ${lacking}`}
        order by r.row limit 1`,
    });
  }
};

/** Operators whom the console's export moves into 全社, where they reach nothing. @see facts 2.1 */
export const findStranded = (database: Database, plan: PlanSql): void => {
  const { thing, references, namedBy } = plan.kind;
  if (plan.request.fromConsole !== true || thing !== USER) return;
  for (const { field, usual } of references) {
    if (usual === undefined || !isStaged(plan, field)) continue;
    recordFinding(database, plan, {
      code: "operator-stranded",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('name', ${stored(namedBy)}) as params from s.match m
        join s.row r on r.row = m.row join ${thing.name} t on t.pk = m.target
          join main.account a on a.user = t.pk and a.role = 'operator'
        where ${changes(field)} and ${staged(field.field)} is null order by r.row`,
    });
  }
};

/** What the names are composed of that a plan gives accounts; undefined where any will do, or the console gave them. @see seed 001 */
export const compositionOf = (database: Database, plan: PlanSql): Exclude<Composition, "free-text"> | undefined => {
  const { thing } = plan.kind;
  if (thing !== USER || plan.request.fromConsole === true || !isStaged(plan, { field: ACCOUNT_NAME })) return undefined;
  const row = database.get("select composition from main.account_settings where composition <> 'free-text'");
  return row?.["composition"] as Exclude<Composition, "free-text"> | undefined;
};

const ACCOUNT_NAME: keyof typeof USER.fields = "accountName";

/** Names that accounts are to get and that are not what names are composed of; one that an account has stays. @see seed 001 */
export const findUncomposed = (database: Database, plan: PlanSql): void => {
  const by = compositionOf(database, plan);
  const field = plan.kind.fields.find((one) => one.field === ACCOUNT_NAME);
  if (by === undefined || field === undefined) return;
  const sqlOf = (name: string): string => {
    const imported = plan.kind.fields.find((one) => one.field === name);
    return imported === undefined ? stored(name) : `(${resulting(plan, imported)})`;
  };
  // a record keeps what such a file has otherwise
  const composed = plan.staged.encoding === "shift_jis" ? windowsForm("n.composed") : "n.composed";
  recordFinding(database, plan, {
    code: "account-name-composed",
    field: ACCOUNT_NAME,
    select: `
      select n.row, n.line, null as col, json_object('value', n.value, 'composed', coalesce(n.composed, ''), 'by', :by) as params
      from (select r.row, r.line, ${staged(ACCOUNT_NAME)} as value, ${composedSql(by, sqlOf)} as composed from s.row r
            left join s.match m on m.row = r.row left join ${plan.kind.thing.name} t on t.pk = m.target
            where ${isValid("r.row")} and ${staged(ACCOUNT_NAME)} is not null and (m.row is null or ${changes(field)})) n
      where n.composed is distinct from n.value and ${composed} is distinct from n.value order by n.row`,
    params: { by },
  });
};

/** New records of another thing, named by cells, that are hardly meant: their names are near to others. */
export const findNearNames = (database: Database, plan: PlanSql): void => {
  for (const reference of plan.kind.references) {
    const wanted = newReferences(plan, reference);
    if (wanted === undefined) continue;
    const kind = plan.kind.name;
    const made = database.all(`select value, row, col from (${wanted}) n order by row, col limit ${MAX_NEAR}`, {
      kind,
    });
    if (made.length === 0) continue;
    const known = knownNames(database, reference, kind);
    const names = made.map(({ value }) => String(value));
    const apart = nearNames(names, known.keys());
    // of two new ones the rarer is the doubtful one
    const near =
      apart.size === 0 ? apart : nearNames(byUse(names, usesOf(database, plan, reference, wanted)), known.keys());
    const found = made.flatMap(({ value, row, col }) => {
      const other = near.get(String(value));
      return other === undefined ? [] : [{ name: value, row, col, near: known.get(other) ?? other }];
    });
    recordFinding(database, plan, {
      code: "name-near",
      severity: "warning",
      field: reference.field.field,
      select: `select r.row, r.line, e.value ->> 'col' as col, json_object('name', e.value ->> 'name',
          'near', e.value ->> 'near', 'of', :of) as params
        from json_each(:found) e join s.row r on r.row = e.value ->> 'row'`,
      params: { found: JSON.stringify(found), of: reference.table.thing.name },
    });
  }
};

/** New organisations whose code, which is their name too, looks like a path. */
export const findSlashes = (database: Database, plan: PlanSql): void => {
  for (const reference of plan.kind.references) {
    if (reference.table.thing.name !== "org") continue;
    const wanted = newReferences(plan, reference);
    if (wanted === undefined) continue;
    recordFinding(database, plan, {
      code: "org-slash",
      severity: "warning",
      field: reference.field.field,
      select: `select r.row, r.line, n.col, json_object('name', n.value) as params
        from (${wanted}) n join s.row r on r.row = n.row where instr(n.value, '/') > 0 order by r.row`,
      params: { kind: plan.kind.name },
    });
  }
};

/** New names that are compared with others. */
const MAX_NEAR = 2_000;

/** The number of rows that name each new record. */
const usesOf = (
  database: Database,
  plan: PlanSql,
  { field }: StoredReference,
  wanted: string,
): ReadonlyMap<string, number> => {
  const keys = stagedKeys(field);
  const used =
    field.merge === "list"
      ? `select e.value as key, count(*) as uses from s.row r join json_each(${keys}) e group by 1`
      : `select ${keys} as key, count(*) as uses from s.row r group by 1`;
  const sql = `select n.value, u.uses from (${wanted}) n join (${used}) u on u.key = n.key`;
  return new Map(database.all(sql, { kind: plan.kind.name }).map(({ value, uses }) => [String(value), Number(uses)]));
};

/** What means the records that cells may name, and what to show of each: `S01 (営業部)`. */
const knownNames = (
  database: Database,
  { refers: { by }, table: { thing, planner } }: StoredReference,
  kind: string,
): ReadonlyMap<string, string> => {
  const called = planner === undefined ? "null" : `case when t.${by} is null then ${planner.called("t.pk")} end`;
  const sql = `select t.${by} as key, t.${thing.namedBy ?? "name"} as name, ${called} as called from ${thing.name} t
    where ${inScopeOf(thing, "t")}`;
  const names = new Map<string, string>();
  for (const { key, name, called } of database.iterate(sql, { kind })) {
    const shown =
      key === null ? String(called ?? name) : key === name ? String(name) : `${String(key)} (${String(name)})`;
    const others = names.get(String(name));
    // several may have one name
    names.set(String(name), others === undefined || key === name ? shown : `${others}, ${shown}`);
    if (key !== null) names.set(String(key), shown);
  }
  return names;
};

/**
 * Columns that are blank in every row, and would clear what records have: nobody said that blanks clear.
 *
 * @param columns what the plan does to each field
 */
export const findBlankColumns = (database: Database, plan: PlanSql, columns: readonly ColumnChange[]): void => {
  if (plan.request.blank !== undefined) return;
  for (const { field, changed, cleared } of columns) {
    if (changed > 0 || cleared === 0) continue;
    const filled = filledCells(database, plan, field);
    if (filled === undefined || database.count(`select count(*) from (${filled.sql} limit 1) one`, filled.params) > 0)
      continue;
    recordFinding(database, plan, {
      code: "column-blank",
      field: filled.field,
      select: "select 1 as row, 1 as line, null as col, json_object('count', :cleared) as params",
      params: { cleared },
    });
  }
};

/** SQL: the filled cells of a field's columns, and the first of these; undefined if the file has none. */
const filledCells = (database: Database, plan: PlanSql, field: string) => {
  const { format, thing } = plan.kind;
  const has = (name: string): boolean => plan.staged.places.some((place) => place.field === name);
  if (field.startsWith("custom:")) {
    const name = field.slice("custom:".length);
    const pk = database.count("select pk from custom_field where name = :name", { name });
    const sql = "select 1 from s.row r join json_each(r.custom) e where e.key = :pk and e.value is not null";
    return has(`custom:${pk}`) ? { field: `custom:${pk}`, sql, params: { pk: String(pk) } } : undefined;
  }
  const isOf = (column: Column): boolean => column.field === field || thing.fields[column.sets]?.short === field;
  const columns = format.columns.filter((column) => isOf(column) && has(column.field));
  const [first] = columns;
  if (first === undefined) return undefined;
  const isFilled = columns.map((column) => `nullif(${staged(column.field)}, '[]') is not null`).join(" or ");
  return { field: first.field, sql: `select 1 from s.row r where ${isFilled}`, params: {} };
};

/** Rows that would change a protected record in a way no import may. */
export const findProtected = (database: Database, plan: PlanSql): void => {
  const { kind, request } = plan;
  const { thing, format } = kind;
  const { present, keeps } = thing.protects ?? {};
  const name = stored(kind.namedBy);
  const find = (code: ProblemCode, field: string, shown: string, which = "true"): number =>
    recordFinding(database, plan, {
      code,
      field,
      select: `select r.row, r.line, null as col, json_object(${shown}) as params from ${thing.name} t
        join s.match m on m.target = t.pk join s.row r on r.row = m.row where ${kind.isProtected} and (${which})`,
    });
  if (present !== undefined) find(present, kind.keys[0].field, `'id', ${keyText(kind)}`);
  if (keeps !== undefined && request.fromConsole !== true) {
    const isKept = (column: { readonly field: string }): boolean => keeps.fields.includes(column.field);
    const sets = format.columns.filter((column) => column.secret === true && isKept(column) && isStaged(plan, column));
    const breaches = [
      ...kind.fields.filter(isKept).map((field) => changes(field)),
      ...sets.map(({ field }) => setsSecret(field)),
    ];
    find(keeps.code, keeps.fields[0], `'name', ${name}`, breaches.join(" or "));
  }
};
