import type { Database, Params } from "../../store/sqlite/database.ts";
import type { AccountNameComposition } from "../../../model/composition.ts";
import { isCodeComparison } from "../../../model/normalise.ts";
import type { ProblemCode } from "../../../model/problem.ts";
import { getCellsColumn, listComparedCodes, canValueRepeat, ORIGINAL_KEY_ENTRY } from "../staging/kinds.ts";
import { sortByUse, findMistypedNames } from "../../../text/near-names.ts";
import type { ColumnChange } from "../staging/counts.ts";
import type { Column } from "../../../model/format.ts";
import { USER } from "../../../model/user.ts";
import { buildComposedNameSql } from "../../accounts/account-rows.ts";
import { ROOT_ORG_NUMBER } from "../../records/org-rows.ts";
import { SIMILAR_CODE_TABLE } from "./staging.ts";
import {
  buildCaseSql,
  buildIsMatchedRowSql,
  buildIsValidRowSql,
  ORDERED_JOIN,
  buildWindowsFormSql,
} from "../../store/sql/forms.ts";
import {
  buildChangesFieldSql,
  buildIsCutOffSql,
  isStaged,
  keyOf,
  buildIsKnownSql,
  buildKeyTextSql,
  canCreateMissingRecords,
  buildNewReferencesSql,
  buildRecordKeySql,
  findReference,
  buildResultSql,
  buildRefersToExportedSql,
  rowColumn,
  buildRowKeySql,
  buildRowKeysSql,
  recordColumn,
  buildIsCandidateKeySql,
} from "./expressions.ts";
import { buildIsInKindScopeSql, type PlanDefinition, type StoredReference } from "./stored-kind.ts";

/** A problem that only a comparison with other rows or with the tenant reveals. Each run of the plan finds it again. */
export interface PlanFinding {
  readonly code: ProblemCode;
  readonly severity?: "error" | "warning" | undefined;
  /** the field with the problem; undefined if the problem concerns the whole record */
  readonly field?: string | undefined;
  /** SQL that selects `row`, `line`, `col` (the cell; null for the field's first cell) and `params` (a JSON object) */
  readonly select: string;
  readonly params?: Params | undefined;
}

/** Marks the rows that have errors as invalid. */
export const markInvalidRows = (database: Database, { staged: { headerRow } }: PlanDefinition): void => {
  database.run(
    `insert into s.invalid select row from s.problem where severity = 'error' and row > :headerRow
     on conflict do nothing`,
    { headerRow },
  );
};

/** Stores a finding's rows as problems; if it is an error, marks them invalid.  @returns the number of problems */
export const recordFinding = (database: Database, plan: PlanDefinition, finding: PlanFinding): number => {
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
  if (found > 0 && severity === "error") markInvalidRows(database, plan);
  return found;
};

/** SQL: the rows that have a key, each with the key. @param key SQL of the key */
const buildKeyRowsSql = (key: string): string =>
  `select ${key} as key, r.row, null as col from s.row r where ${key} is not null`;

/** SQL: each row of a repeated value, with another row of this value.  @param which SQL: condition on `v` */
const buildRepeatedValuesSql = (values: string, which = "true"): string => `
  with v as (${values}),
       d as (select key, min(row) as first, max(row) as last from v group by key having count(*) > 1)
  select r.row, r.line, v.col, json_object('header', :header, 'row', ${buildCaseSql("r.row = d.first", "d.last", "d.first")}) as params
  from d join v on v.key = d.key join s.row r on r.row = v.row where ${which} order by r.row`;

/**
 * Returns true if several rows may have the same key. If the keys are codes, staging has already determined this,
 * because it collects similar codes.
 */
const canKeysRepeat = (database: Database, plan: PlanDefinition): boolean => {
  const { field } = keyOf(plan);
  const isLooked = listComparedCodes(plan.kind, field).some((one) => one.field === field);
  if (!isLooked) return plan.staged.rows > 0;
  return database.count(`select count(*) from s.${SIMILAR_CODE_TABLE} where field = :field`, { field }) > 0;
};

/**
 * Finds rows of the file that have the same key or the same unique value. Each problem mentions another row with this
 * value.
 */
export const findDuplicates = (database: Database, plan: PlanDefinition): void => {
  const { field: key, together } = keyOf(plan);
  if (canKeysRepeat(database, plan)) {
    database.exec("create index if not exists s.row_key on row (key)");
    recordFinding(database, plan, {
      code: "key-duplicate",
      field: key,
      select: buildRepeatedValuesSql(buildKeyRowsSql("r.key")),
    });
  }
  if (together !== undefined) {
    const field = together.findLast((one) => isStaged(plan, { field: one }));
    recordFinding(database, plan, {
      code: "key-duplicate",
      field,
      select: buildRepeatedValuesSql(buildKeyRowsSql(`r."standIn"`)),
    });
  }
  const unique = (field: string, select: string): void => {
    recordFinding(database, plan, { code: "value-duplicate", field, select });
  };
  for (const { field } of plan.kind.claims.filter((claim) => isStaged(plan, claim.field))) {
    const first = buildKeyRowsSql(buildRowKeySql(plan, field));
    if (key !== field.field) unique(field.field, buildRepeatedValuesSql(first));
    if (field.merge !== "list" || database.count("select count(*) from s.claim") === 0) continue;
    // equal first values have already been reported
    unique(
      field.field,
      buildRepeatedValuesSql(
        `${first} union all select key, row, col from s.claim`,
        "exists (select 1 from s.claim c where c.key = v.key and (v.col is not null or c.row <> v.row))",
      ),
    );
  }
};

/** Finds keys that differ only in letter case. They identify two records, which is rarely intended. */
export const findCaseVariants = (database: Database, plan: PlanDefinition): void => {
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
 * Finds codes that appear in several rows although users identify records by these codes (reported once per column),
 * and codes that differ only in letter case or width. Both are rarely intended.
 */
export const findSimilarCodes = (database: Database, plan: PlanDefinition): void => {
  const { field: key } = keyOf(plan);
  for (const field of listComparedCodes(plan.kind, key)) {
    if (
      database.count(`select count(*) from s.${SIMILAR_CODE_TABLE} where field = :field`, { field: field.field }) === 0
    )
      continue;
    database.exec("drop table if exists s.like_code");
    database.run(
      `create table s.like_code as select l.row, ${buildRowKeySql(plan, field)} as k, '' as loose
       from s.${SIMILAR_CODE_TABLE} l join s.row r on r.row = l.row where l.field = '${field.field}'`,
    );
    database.exec("update s.like_code set loose = loose_code(k)");
    if (canValueRepeat(field, key)) reportRepeatedCodes(database, plan, field.field);
    if (isCodeComparison(field.comparison)) reportSimilarCodes(database, plan, field.field);
    database.exec("drop table s.like_code");
  }
};

const reportRepeatedCodes = (database: Database, plan: PlanDefinition, field: string): void => {
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

const reportSimilarCodes = (database: Database, plan: PlanDefinition, field: string): void => {
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

/** Finds rows whose key matched a record before `--fix` changed the key. */
export const findFixedKeys = (database: Database, plan: PlanDefinition): void => {
  if ((plan.request.fix ?? []).length === 0) return;
  const { thing, inScope, name: kind } = plan.kind;
  const key = keyOf(plan);
  recordFinding(database, plan, {
    code: "key-mended",
    field: key.field,
    select: `select r.row, r.line, null as col, json_object('value', ${ORIGINAL_KEY_SQL}) as params from s.row r
      where ${ORIGINAL_KEY_SQL} in (select ${buildRecordKeySql(key)} from ${thing.name} t where ${inScope})`,
    params: { kind },
  });
};

const ORIGINAL_KEY_SQL = `(r.keys ->> '${ORIGINAL_KEY_ENTRY}')`;

/** Finds rows that would create a record but lack a value that every new record needs. */
export const findMissingRequiredValues = (database: Database, plan: PlanDefinition): void => {
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
        select r.row, r.line, null as col, json_object('header', :asked, 'of', :noun, 'secret', :secret) as params from s.row r
        where not ${buildIsMatchedRowSql("r.row")} and ${buildHasKeySql(plan)} and ${buildLacksValueSql(plan, column)}
          and ${isStaged(plan, column) ? IS_CELL_READABLE_SQL : "true"}`,
      params: { asked: header, noun: thing.noun ?? thing.name, secret: secret === true ? 1 : 0 },
    });
  }
};

/** The table of the rows for which passwords are generated. */
const GENERATED_TABLE = "generated";

/** Marks the passwords that the caller generates as set: those that new records need and the file does not contain. */
export const markGeneratedPasswords = (database: Database, plan: PlanDefinition): void => {
  if (plan.request.generatePasswords !== true) return;
  database.exec(`create table if not exists s.${GENERATED_TABLE} (row integer primary key, secrets text)`);
  // a row that was new may match a record when the plan is compared again
  database.exec(`update s.row as r set secrets = g.secrets from s.${GENERATED_TABLE} g where g.row = r.row`);
  database.exec(`delete from s.${GENERATED_TABLE}`);
  const column = plan.kind.format.columns.find(({ secret, required }) => secret === true && required === "new");
  if (column === undefined) return;
  const { field } = column;
  const lacks = `not ${buildIsMatchedRowSql("r.row")} and not ${buildSetsSecretSql(field)}`;
  database.exec(`insert into s.${GENERATED_TABLE} select r.row, r.secrets from s.row r where ${lacks}`);
  database.run(
    `update s.row set secrets = json_insert(coalesce(secrets, '[]'), '$[#]', :field)
      where row in (select row from s.${GENERATED_TABLE})`,
    { field },
  );
};

/** SQL: true if a row has a value that identifies a record. */
const buildHasKeySql = (plan: PlanDefinition): string =>
  keyOf(plan).together === undefined ? "r.key is not null" : `coalesce(r.key, r."standIn") is not null`;

/** SQL: true if a row sets a secret. */
const buildSetsSecretSql = (field: string): string =>
  `exists (select 1 from json_each(r.secrets) e where e.value = '${field}')`;

const buildLacksValueSql = (plan: PlanDefinition, column: Column): string => {
  const cell = rowColumn(column.field);
  const isGenerated = column.secret === true && plan.request.generatePasswords === true;
  if (!isStaged(plan, column) && !isGenerated) return "true";
  if (column.secret === true) return `not ${buildSetsSecretSql(column.field)}`;
  return `${column.repeated === true ? `nullif(${cell}, '[]')` : cell} is null`;
};

/**
 * SQL: true if a row's cell in `:column` does not have a problem. Cells that have a problem are neither looked up nor
 * reported as missing.
 */
const IS_CELL_READABLE_SQL = `not exists (select 1 from s.problem p
  where p.row = r.row and p.found = 'file' and p.severity = 'error' and p.col = :column)`;

/**
 * Returns the problem to report for a reference that matches no record. If the acting account sees only a part of the
 * tenant, the problem does not reveal whether the organisation exists.
 */
const getUnknownReferenceProblem = (
  { request: { scope } }: PlanDefinition,
  { refers, table }: StoredReference,
): StoredReference["refers"]["unknown"] =>
  scope === undefined || scope.includes(ROOT_ORG_NUMBER) || table.thing.name !== "org"
    ? refers.unknown
    : { code: "org-beyond", param: "code" };

/** The table of names that cells contain instead of keys, with the keys or paths of the records with these names. */
const NAME_USED_AS_KEY_TABLE = "named_instead";

/**
 * Stores which of a reference's cells contain an organisation's name instead of its code. @returns false if there are
 * no such cells
 */
const storeNamesUsedAsKeys = (
  database: Database,
  plan: PlanDefinition,
  { field, refers, table, usual }: StoredReference,
): boolean => {
  const { planner, thing } = table;
  if (planner === undefined || field.merge !== "reference") return false;
  const [name, by] = [thing.namedBy ?? "name", `o.${refers.by}`];
  const called = planner.called("o.pk");
  database.exec(`drop table if exists s.${NAME_USED_AS_KEY_TABLE}`);
  database.exec(`create table s.${NAME_USED_AS_KEY_TABLE} (key text primary key, count integer not null, coded integer not null,
    called text not null)`);
  return (
    database.run(
      `insert into s.${NAME_USED_AS_KEY_TABLE}
       select f.key, count(*), count(${by}), case when count(*) = 1 then coalesce(min(${by}), min(${called}))
         else string_agg(coalesce(${by} || ' (' || ${called} || ')', ${called}), ', ' order by o.pk) end
       from ${thing.name} o ${ORDERED_JOIN} s.refer f on f.what = :what and f.key = coalesce(o.${name}Key, o.${name})
       where o.pk is distinct from :usual and ${buildIsInKindScopeSql(thing, "o")} group by f.key`,
      { what: field.short, usual: usual ?? table.usual ?? null, kind: plan.kind.name },
    ) > 0
  );
};

/** Finds cells that refer to records which the tenant lacks and the import must not create. */
export const findUnknownReferences = (database: Database, plan: PlanDefinition): void => {
  for (const reference of plan.kind.references) {
    const { field } = reference;
    if (!isStaged(plan, field) || canCreateMissingRecords(plan, reference) || reference.keys.planned === true) continue;
    const { code, param } = getUnknownReferenceProblem(plan, reference);
    const unknown = `select f.key from s.refer f where f.what = '${field.short}' and not ${buildIsCandidateKeySql(plan, field, "f.key")} and not ${buildIsKnownSql(reference, "f.key")}`;
    const isNamed = storeNamesUsedAsKeys(database, plan, reference);
    const isAnyKnown =
      isNamed &&
      database.count(
        `select count(*) from s.refer f where f.what = '${field.short}' and ${buildIsKnownSql(reference, "f.key")}`,
        { kind: plan.kind.name },
      ) > 0;
    const cells = plan.staged.places.find((place) => place.field === field.field)?.cells;
    const cell = rowColumn(field.field);
    recordFinding(database, plan, {
      code,
      field: field.field,
      select:
        field.merge === "list"
          ? `select r.row, r.line, ${cells === undefined ? "null" : `coalesce(${rowColumn(getCellsColumn(field))}, :cells) ->> e.key`} as col,
               json_object('${param}', ${cell} ->> e.key) as params
             from s.row r join json_each(${buildRowKeysSql(field)}) e where exists (${unknown}) and e.value in (${unknown})`
          : `select r.row, r.line, null as col, ${
              isNamed
                ? `case when n.key is null then json_object('${param}', ${cell})
               else json_object('${param}', ${cell}, 'named', n.count, 'is', n.called, 'coded', n.coded, 'names', ${isAnyKnown ? 0 : 1}) end`
                : `json_object('${param}', ${cell})`
            } as params
             from (${unknown}) f join s.row r on ${buildRowKeysSql(field)} = f.key
             ${isNamed ? `left join s.${NAME_USED_AS_KEY_TABLE} n on n.key = f.key` : ""} where ${IS_CELL_READABLE_SQL}`,
      params: { kind: plan.kind.name, cells: JSON.stringify(cells ?? []) },
    });
  }
};

/**
 * Finds records that a console export no longer shows in an organisation with a code. Their new organisation is not
 * known.
 */
export const findMovesToDefault = (database: Database, plan: PlanDefinition): void => {
  for (const reference of plan.kind.references) {
    const { field, usual } = reference;
    if (plan.request.fromConsole !== true || usual === undefined || !isStaged(plan, field)) continue;
    recordFinding(database, plan, {
      code: "org-not-shown",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('count', count(*) over ()) as params from s.match m
        join s.row r on r.row = m.row where ${buildChangesFieldSql(field)} and ${rowColumn(field.field)} is null order by r.row limit 1`,
    });
  }
};

/**
 * Finds blank cells that do not clear values although the request says that blank cells clear values. Each field is
 * reported once.
 */
export const findIgnoredBlanks = (database: Database, plan: PlanDefinition): void => {
  const { request, kind } = plan;
  if (request.blank !== "clear" || request.fromConsole === true) return;
  for (const field of kind.fields) {
    const isOne = field.merge !== "list" && field.merge !== "custom";
    if (field.clearable || field.required || !isOne || !isStaged(plan, field)) continue;
    const reference = findReference(kind, field);
    const stays =
      reference === undefined ? `${recordColumn(field.stored)} is not null` : buildRefersToExportedSql(reference);
    const lacking = buildIsCutOffSql(plan, field);
    recordFinding(database, plan, {
      code: reference?.table.thing.name === "org" ? "blank-org" : "blank-kept",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('count', count(*) over ()${request.scope === undefined ? "" : ", 'inside', 1"}) as params
        from s.match m join s.row r on r.row = m.row join ${kind.thing.name} t on t.pk = m.target
        where ${rowColumn(field.field)} is null and ${stays}${lacking === undefined ? "" : ` and not ${lacking}`}
        order by r.row limit 1`,
    });
  }
};

/** Finds operators that a console export moves to 全社, where operators manage no organisation.  @see facts 2.1 */
export const findStrandedOperators = (database: Database, plan: PlanDefinition): void => {
  const { thing, references, namedBy } = plan.kind;
  if (plan.request.fromConsole !== true || thing !== USER) return;
  for (const { field, usual } of references) {
    if (usual === undefined || !isStaged(plan, field)) continue;
    recordFinding(database, plan, {
      code: "operator-stranded",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('name', ${recordColumn(namedBy)}) as params from s.match m
        join s.row r on r.row = m.row join ${thing.name} t on t.pk = m.target
          join main.account a on a.user = t.pk and a.role = 'operator'
        where ${buildChangesFieldSql(field)} and ${rowColumn(field.field)} is null order by r.row`,
    });
  }
};

/**
 * Returns the parts that account names are built from; undefined if account names are not restricted or come from the
 * console. @see seed 001 (source document)
 */
export const readNameComposition = (
  database: Database,
  plan: PlanDefinition,
): Exclude<AccountNameComposition, "free-text"> | undefined => {
  const { thing } = plan.kind;
  if (thing !== USER || plan.request.fromConsole === true || !isStaged(plan, { field: ACCOUNT_NAME_FIELD }))
    return undefined;
  const row = database.get("select composition from main.account_settings where composition <> 'free-text'");
  return row?.["composition"] as Exclude<AccountNameComposition, "free-text"> | undefined;
};

const ACCOUNT_NAME_FIELD: keyof typeof USER.fields = "accountName";

/** Finds new account names that violate the tenant's settings. Existing names are accepted.  @see seed 001 */
export const findInvalidAccountNames = (database: Database, plan: PlanDefinition): void => {
  const by = readNameComposition(database, plan);
  const field = plan.kind.fields.find((one) => one.field === ACCOUNT_NAME_FIELD);
  if (by === undefined || field === undefined) return;
  const sqlOf = (name: string): string => {
    const imported = plan.kind.fields.find((one) => one.field === name);
    return imported === undefined ? recordColumn(name) : `(${buildResultSql(plan, imported)})`;
  };
  // a Shift_JIS file may contain the name in its Windows-31J form
  const composed = plan.staged.encoding === "shift_jis" ? buildWindowsFormSql("n.composed") : "n.composed";
  recordFinding(database, plan, {
    code: "account-name-composed",
    field: ACCOUNT_NAME_FIELD,
    select: `
      select n.row, n.line, null as col, json_object('value', n.value, 'composed', coalesce(n.composed, ''), 'by', :by) as params
      from (select r.row, r.line, ${rowColumn(ACCOUNT_NAME_FIELD)} as value, ${buildComposedNameSql(by, sqlOf)} as composed from s.row r
            left join s.match m on m.row = r.row left join ${plan.kind.thing.name} t on t.pk = m.target
            where ${buildIsValidRowSql("r.row")} and ${rowColumn(ACCOUNT_NAME_FIELD)} is not null and (m.row is null or ${buildChangesFieldSql(field)})) n
      where n.composed is distinct from n.value and ${composed} is distinct from n.value order by n.row`,
    params: { by },
  });
};

/** Finds cells that would probably create a record by mistake, because the new name is similar to another name. */
export const findSimilarNames = (database: Database, plan: PlanDefinition): void => {
  for (const reference of plan.kind.references) {
    const wanted = buildNewReferencesSql(plan, reference);
    if (wanted === undefined) continue;
    const kind = plan.kind.name;
    const made = database.all(
      `select value, row, col from (${wanted}) n order by row, col limit ${MAX_COMPARED_NAMES}`,
      {
        kind,
      },
    );
    if (made.length === 0) continue;
    const known = readKnownNames(database, reference, kind);
    const names = made.map(({ value }) => String(value));
    const apart = findMistypedNames(names, known.keys());
    // if two new names are similar, the name that appears in fewer rows is reported
    const near =
      apart.size === 0
        ? apart
        : findMistypedNames(sortByUse(names, countUses(database, plan, reference, wanted)), known.keys());
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

/** Finds new organisations whose code, which also becomes their name, looks like a path. */
export const findPathLikeCodes = (database: Database, plan: PlanDefinition): void => {
  for (const reference of plan.kind.references) {
    if (reference.table.thing.name !== "org") continue;
    const wanted = buildNewReferencesSql(plan, reference);
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

/** Maximum number of new names that are compared with other names. */
const MAX_COMPARED_NAMES = 2_000;

/** Returns the number of rows that refer to each new record. */
const countUses = (
  database: Database,
  plan: PlanDefinition,
  { field }: StoredReference,
  wanted: string,
): ReadonlyMap<string, number> => {
  const keys = buildRowKeysSql(field);
  const used =
    field.merge === "list"
      ? `select e.value as key, count(*) as uses from s.row r join json_each(${keys}) e group by 1`
      : `select ${keys} as key, count(*) as uses from s.row r group by 1`;
  const sql = `select n.value, u.uses from (${wanted}) n join (${used}) u on u.key = n.key`;
  return new Map(database.all(sql, { kind: plan.kind.name }).map(({ value, uses }) => [String(value), Number(uses)]));
};

/** Returns the keys and names of the records that cells may refer to, each with the text to show: `S01 (営業部)`. */
const readKnownNames = (
  database: Database,
  { refers: { by }, table: { thing, planner } }: StoredReference,
  kind: string,
): ReadonlyMap<string, string> => {
  const called = planner === undefined ? "null" : `case when t.${by} is null then ${planner.called("t.pk")} end`;
  const sql = `select t.${by} as key, t.${thing.namedBy ?? "name"} as name, ${called} as called from ${thing.name} t
    where ${buildIsInKindScopeSql(thing, "t")}`;
  const names = new Map<string, string>();
  for (const { key, name, called } of database.iterate(sql, { kind })) {
    const shown =
      key === null ? String(called ?? name) : key === name ? String(name) : `${String(key)} (${String(name)})`;
    const others = names.get(String(name));
    // several records may have the same name
    names.set(String(name), others === undefined || key === name ? shown : `${others}, ${shown}`);
    if (key !== null) names.set(String(key), shown);
  }
  return names;
};

/**
 * Finds columns that are blank in every row and would clear values of records, although the user did not request this.
 *
 * @param columns changes that the plan makes to each field
 */
export const findBlankColumns = (database: Database, plan: PlanDefinition, columns: readonly ColumnChange[]): void => {
  if (plan.request.blank !== undefined) return;
  for (const { field, changed, cleared } of columns) {
    if (cleared === 0) continue;
    const cells = buildFilledCellsQuery(database, plan, field);
    if (cells === undefined) continue;
    const filled = database.count(`select count(*) from (${cells.sql} limit :cleared) one`, {
      ...cells.params,
      cleared,
    });
    if (filled >= cleared || (changed > 0 && filled === 0)) continue;
    const { headerRow } = plan.staged;
    recordFinding(database, plan, {
      code: filled === 0 ? "column-blank" : "values-cleared",
      severity: filled === 0 ? "error" : "warning",
      field: cells.field,
      select: `select :headerRow as row, :headerRow as line, null as col,
        ${filled === 0 ? "json_object('count', :cleared)" : "json_object('cleared', :cleared, 'filled', :filled)"} as params`,
      params: { headerRow, cleared, ...(filled > 0 && { filled }) },
    });
  }
};

/**
 * Returns SQL of the filled cells in a field's columns, and the first of these columns; undefined if the field has no
 * column.
 */
const buildFilledCellsQuery = (database: Database, plan: PlanDefinition, field: string) => {
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
  const isFilled = columns.map((column) => `nullif(${rowColumn(column.field)}, '[]') is not null`).join(" or ");
  return { field: first.field, sql: `select 1 from s.row r where ${isFilled}`, params: {} };
};

/** Finds rows that would change a protected record in a way that is not allowed in an import. */
export const findProtectedChanges = (database: Database, plan: PlanDefinition): void => {
  const { kind, request } = plan;
  const { thing, format } = kind;
  const { present, keeps } = thing.protects ?? {};
  const name = recordColumn(kind.namedBy);
  const find = (code: ProblemCode, field: string, shown: string, which = "true"): number =>
    recordFinding(database, plan, {
      code,
      field,
      select: `select r.row, r.line, null as col, json_object(${shown}) as params from ${thing.name} t
        join s.match m on m.target = t.pk join s.row r on r.row = m.row where ${kind.isProtected} and (${which})`,
    });
  if (present !== undefined) find(present, kind.keys[0].field, `'id', ${buildKeyTextSql(kind)}`);
  if (keeps !== undefined && request.fromConsole !== true) {
    const isKept = (column: { readonly field: string }): boolean => keeps.fields.includes(column.field);
    const sets = format.columns.filter((column) => column.secret === true && isKept(column) && isStaged(plan, column));
    const breaches = [
      ...kind.fields.filter(isKept).map((field) => buildChangesFieldSql(field)),
      ...sets.map(({ field }) => buildSetsSecretSql(field)),
    ];
    find(keeps.code, keeps.fields[0], `'name', ${name}`, breaches.join(" or "));
  }
};
