import type { Database, Params } from "../store/database.ts";
import type { AccountNameComposition } from "../../model/composition.ts";
import { getProblemSeverity, type ProblemCode } from "../../model/problem.ts";
import { ORIGINAL_KEY_ENTRY } from "../ledger/kinds.ts";
import type { ColumnChange } from "../ledger/import-rows.ts";
import type { Column } from "../../derived/format.ts";
import { USER } from "../../nouns/user.ts";
import { buildComposedNameSql } from "../ledger/account-rows.ts";
import { buildCaseSql, buildIsMatchedRowSql, buildIsValidRowSql, buildWindowsFormSql } from "../store/sql.ts";
import {
  buildChangesFieldSql,
  hasSecretColumns,
  IS_VALID_ROW_SQL,
  isStaged,
  keyOf,
  buildIsKnownSql,
  buildKeyTextSql,
  canCreateMissingRecords,
  buildRecordKeySql,
  buildResultSql,
  rowColumn,
  buildRowKeySql,
  buildRowKeysSql,
  recordColumn,
  buildIsCandidateKeySql,
} from "./expressions.ts";
import type { PlanDefinition } from "./stored-kind.ts";

export interface PlanFinding {
  readonly code: ProblemCode;
  /** default: that of the code */
  readonly severity?: "error" | "warning" | undefined;
  readonly field?: string | undefined;
  readonly select: string;
  readonly params?: Params | undefined;
}

export const markInvalidRows = (database: Database, { staged: { headerRow } }: PlanDefinition): void => {
  database.run(
    `insert into s.invalid select row from s.problem where severity = 'error' and row > :headerRow
     on conflict do nothing`,
    { headerRow },
  );
};

export const recordFinding = (database: Database, plan: PlanDefinition, finding: PlanFinding): number => {
  const place = plan.staged.places.find(({ field }) => field === finding.field);
  const severity = finding.severity ?? getProblemSeverity(finding.code);
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

const buildKeyRowsSql = (key: string): string =>
  `select ${key} as key, r.row, null as col from s.row r where ${key} is not null`;

const buildRepeatedValuesSql = (values: string, which = "true"): string => `
  with v as (${values}),
       d as (select key, min(row) as first, max(row) as last from v group by key having count(*) > 1)
  select r.row, r.line, v.col, json_object('header', :header, 'row', ${buildCaseSql("r.row = d.first", "d.last", "d.first")}) as params
  from d join v on v.key = d.key join s.row r on r.row = v.row where ${which} order by r.row`;

const isNoted = (database: Database, name: string): boolean =>
  database.get("select 1 from s.noted where name = :name", { name }) !== undefined;

export const leaveOutRepeatedRows = (database: Database, plan: PlanDefinition): void => {
  if (!isNoted(database, "key")) return;
  const columns = database.listColumns("row", "s").filter((name) => name !== "row" && name !== "line");
  const isSame = columns.map((name) => `f."${name}" is not distinct from ${rowColumn(name)}`);
  database.exec(`create table if not exists s.repeated_row as select r.row, r.line from s.row r
    where ${IS_VALID_ROW_SQL} and ${hasSecretColumns(plan) ? "r.secrets is null" : "true"}
      and exists (select 1 from s.row f where f.key = r.key and f.row < r.row and ${isSame.join(" and ")})`);
  for (const table of ["row", "claim"])
    database.exec(`delete from s.${table} where row in (select row from s.repeated_row)`);
  recordFinding(database, plan, {
    code: "row-repeated",
    field: keyOf(plan).field,
    select:
      "select row, line, null as col, json_object('count', count(*) over ()) as params from s.repeated_row order by row limit 1",
  });
};

export const findDuplicates = (database: Database, plan: PlanDefinition): void => {
  const { field: key } = keyOf(plan);
  const names = new Set(database.all("select name from s.noted").map(({ name }) => String(name)));
  const find = (code: ProblemCode, field: string | undefined, select: string): void => {
    recordFinding(database, plan, { code, field, select });
  };
  if (names.has("key")) find("key-duplicate", key, buildRepeatedValuesSql(buildKeyRowsSql("r.key")));
  for (const { field } of plan.kind.claims.filter((claim) => isStaged(plan, claim.field))) {
    const first = buildKeyRowsSql(buildRowKeySql(plan, field));
    if (names.has(field.field)) find("value-duplicate", field.field, buildRepeatedValuesSql(first));
    if (field.merge !== "list" || database.count("select count(*) from s.claim") === 0) continue;
    find(
      "value-duplicate",
      field.field,
      buildRepeatedValuesSql(
        `${first} union all select key, row, col from s.claim`,
        "exists (select 1 from s.claim c where c.key = v.key and (v.col is not null or c.row <> v.row))",
      ),
    );
  }
};

export const findFixedKeys = (database: Database, plan: PlanDefinition): void => {
  if (plan.request.fromConsole === true || !isNoted(database, ORIGINAL_KEY_ENTRY)) return;
  const { thing, inScope } = plan.kind;
  const key = keyOf(plan);
  recordFinding(database, plan, {
    code: "key-mended",
    field: key.field,
    select: `select r.row, r.line, null as col, json_object('value', ${ORIGINAL_KEY_SQL}) as params from s.row r
      where ${[ORIGINAL_KEY_SQL, "r.key"].map((one) => `${one} in (select ${buildRecordKeySql(key)} from ${thing.name} t where ${inScope})`).join(" and ")}`,
  });
};

const ORIGINAL_KEY_SQL = `(r.keys ->> '${ORIGINAL_KEY_ENTRY}')`;

export const findMissingRequiredValues = (database: Database, plan: PlanDefinition): void => {
  const { thing, format } = plan.kind;
  for (const column of format.columns) {
    const { field, header, required, secret } = column;
    if (required === undefined || (secret === true && plan.request.fromConsole === true)) continue;
    const isRequired = required === "always" && plan.request.blank !== "keep";
    if (isStaged(plan, column) && isRequired) continue;
    recordFinding(database, plan, {
      code: "required-new",
      field,
      select: `
        select r.row, r.line, null as col, json_object('header', :asked, 'of', :noun, 'secret', :secret) as params from s.row r
        where not ${buildIsMatchedRowSql("r.row")} and r.key is not null and ${buildLacksValueSql(plan, column)}
          and ${isStaged(plan, column) ? IS_CELL_READABLE_SQL : "true"}`,
      params: { asked: header, noun: thing.noun ?? thing.name, secret: secret === true ? 1 : 0 },
    });
  }
};

const GENERATED_PASSWORDS_TABLE = "generated";

export const markGeneratedPasswords = (database: Database, plan: PlanDefinition): void => {
  if (plan.request.generatePasswords !== true) return;
  database.exec(`create table if not exists s.${GENERATED_PASSWORDS_TABLE} (row integer primary key, secrets text)`);
  database.exec(`update s.row as r set secrets = g.secrets from s.${GENERATED_PASSWORDS_TABLE} g where g.row = r.row`);
  database.exec(`delete from s.${GENERATED_PASSWORDS_TABLE}`);
  const column = plan.kind.format.columns.find(({ secret, required }) => secret === true && required === "new");
  if (column === undefined) return;
  const { field } = column;
  const lacks = `not ${buildIsMatchedRowSql("r.row")} and not ${buildSetsSecretSql(field)}`;
  database.exec(`insert into s.${GENERATED_PASSWORDS_TABLE} select r.row, r.secrets from s.row r where ${lacks}`);
  database.run(
    `update s.row set secrets = json_insert(coalesce(secrets, '[]'), '$[#]', :field)
      where row in (select row from s.${GENERATED_PASSWORDS_TABLE})`,
    { field },
  );
};

const buildSetsSecretSql = (field: string): string =>
  `exists (select 1 from json_each(r.secrets) e where e.value = '${field}')`;

const buildLacksValueSql = (plan: PlanDefinition, column: Column): string => {
  const cell = rowColumn(column.field);
  const isGenerated = column.secret === true && plan.request.generatePasswords === true;
  if (!isStaged(plan, column) && !isGenerated) return "true";
  if (column.secret === true) return `not ${buildSetsSecretSql(column.field)}`;
  return `${column.repeated === true ? `nullif(${cell}, '[]')` : cell} is null`;
};

const IS_CELL_READABLE_SQL = `not exists (select 1 from s.problem p
  where p.row = r.row and p.severity = 'error' and p.col = :column)`;

export const findUnknownReferences = (database: Database, plan: PlanDefinition): void => {
  for (const reference of plan.kind.references) {
    const { field, refers, table } = reference;
    const creates = canCreateMissingRecords(plan, reference);
    if (
      !isStaged(plan, field) ||
      (creates && table.taken === undefined) ||
      reference.keys.planned === true ||
      field.resolved
    )
      continue;
    const { code, param, is = () => "true" } = { ...refers.unknown, ...(creates && table.taken) };
    const describe = (value: string): string => `json_patch(json_object('${param}', ${value}), :scoped)`;
    const unknown = `select f.key from s.refer f where f.what = '${field.short}' and not ${buildIsCandidateKeySql(plan, field, "f.key")} and not ${buildIsKnownSql(reference, "f.key")} and ${is("f.key")}`;
    const cell = rowColumn(field.field);
    recordFinding(database, plan, {
      code,
      field: field.field,
      select:
        field.merge === "list"
          ? `select r.row, r.line, (select f.col from s.refer f where f.what = '${field.short}' and f.key = e.value and f.row = r.row) as col,
               ${describe(`${cell} ->> e.key`)} as params
             from s.row r join json_each(${buildRowKeysSql(field)}) e where (${unknown} limit 1) is not null and e.value in (${unknown})`
          : `select r.row, r.line, null as col, ${describe(cell)} as params
             from s.row r where (${unknown} limit 1) is not null and ${buildRowKeysSql(field)} in (${unknown}) and ${IS_CELL_READABLE_SQL}`,
      params: { scoped: JSON.stringify(plan.request.scope === undefined ? {} : { scoped: 1 }) },
    });
  }
};

/** Returns the fields of which an account name must consist; undefined if any name is allowed. @see seed 001 */
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

export const findBlankColumns = (database: Database, plan: PlanDefinition, columns: readonly ColumnChange[]): void => {
  if (plan.request.blank !== undefined) return;
  for (const { field, cleared } of columns) {
    if (cleared === 0) continue;
    const cells = buildFilledCellsQuery(database, plan, field);
    if (cells === undefined) continue;
    const filled = database.count(`select count(*) from (${cells.sql} limit :cleared) one`, {
      ...cells.params,
      cleared,
    });
    if (filled >= cleared) continue;
    const { headerRow } = plan.staged;
    recordFinding(database, plan, {
      code: filled === 0 ? "column-blank" : "values-cleared",
      field: cells.field,
      select: `select :headerRow as row, :headerRow as line, null as col,
        ${filled === 0 ? "json_object('count', :cleared)" : "json_object('cleared', :cleared, 'filled', :filled)"} as params`,
      params: { headerRow, cleared, ...(filled > 0 && { filled }) },
    });
  }
};

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
