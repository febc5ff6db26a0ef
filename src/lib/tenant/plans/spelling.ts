import type { ImportedField } from "../ledger/kinds.ts";
import type { Database } from "../store/database.ts";
import { buildCaseSql, ORDERED_JOIN, quoteIdentifier } from "../store/sql.ts";
import { isCodeComparison } from "../../model/normalise.ts";
import { getKeyColumn } from "../../model/thing.ts";
import {
  buildChangesFieldSql,
  isMatchKey,
  isStaged,
  rowColumn,
  recordColumn,
  IS_VALID_ROW_SQL,
  createTargetIndex,
} from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import type { PlanDefinition } from "./stored-kind.ts";

// Spreadsheets remove leading zeros of telephone numbers and employee codes. Such cells get the tenant's spelling
// before rows are compared.

const ORIGINAL_ROWS_TABLE = "s.original";

export const restoreOriginalRows = (database: Database): void => {
  for (const statement of [
    `create table if not exists ${ORIGINAL_ROWS_TABLE} as select * from s.row where false`,
    `delete from s.row where row in (select row from ${ORIGINAL_ROWS_TABLE})`,
    `insert into s.row select * from ${ORIGINAL_ROWS_TABLE}`,
    `delete from ${ORIGINAL_ROWS_TABLE}`,
  ])
    database.exec(statement);
};

/** @param isExport true to keep the cells, and only to say that zeros were lost */
export const replaceCells = (
  database: Database,
  plan: PlanDefinition,
  field: ImportedField,
  find: (insert: (source: string) => void) => void,
  isExport = plan.request.fromConsole === true,
): void => {
  const { short, merge, comparison } = field;
  database.createTable("s.respelt", "(row integer primary key, cell text not null, key text)");
  find((source) => database.run(`insert into s.respelt ${source} on conflict do nothing`));
  if (database.get("select 1 from s.respelt") === undefined) return;
  if (merge === "value")
    recordFinding(database, plan, {
      code: isExport ? "zeros-lost" : "value-respelt",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${rowColumn(field.field)}, 'was', x.cell, 'count', count(*) over ()) as params
        from s.respelt x join s.row r on r.row = x.row order by r.row limit 1`,
    });
  if (isExport) return;
  database.run(`insert into ${ORIGINAL_ROWS_TABLE} select r.* from s.respelt x join s.row r on r.row = x.row
    where not exists (select 1 from ${ORIGINAL_ROWS_TABLE} o where o.row = r.row)`);
  const keyColumn = getKeyColumn({ short, list: merge === "list" });
  const sets = [
    `${quoteIdentifier(field.field)} = x.cell`,
    ...(comparison === "exact" ? [] : [`keys = json_patch(coalesce(keys, '{}'), json_object('${keyColumn}', x.key))`]),
    ...(isMatchKey(plan, field) ? ["key = coalesce(x.key, x.cell)"] : []),
  ];
  database.run(`update s.row as r set ${sets.join(", ")} from s.respelt x where x.row = r.row`);
  if (isMatchKey(plan, field)) database.run("insert into s.noted values ('key') on conflict do nothing");
};

const buildIsNumberSql = (value: string, first: string): string =>
  `${value} glob '${first}*' and ${value} not glob '*[^0-9]*'`;

const buildMayLackZerosSql = ({ field }: ImportedField): string => buildIsNumberSql(rowColumn(field), "[1-9]");

const isNumber = ({ kind: { thing } }: PlanDefinition, field: ImportedField): boolean =>
  field.merge === "value" && (isCodeComparison(field.comparison) || thing.fields[field.stored]?.code === true);

/** SQL: a stored number without its leading zeros and separators. */
const buildNumberWithoutZerosSql = ({ comparison, stored }: ImportedField): string => {
  const separators = isCodeComparison(comparison) ? [] : ["-", " ", "(", ")"];
  const bare = separators.reduce((sql, separator) => `replace(${sql}, '${separator}', '')`, recordColumn(stored));
  return buildCaseSql(buildIsNumberSql(bare, "0"), `ltrim(${bare}, '0')`, "null");
};

const buildStoredCellSql = ({ comparison, stored, short }: ImportedField): string =>
  `${recordColumn(stored)}, ${comparison === "exact" ? "null" : recordColumn(getKeyColumn({ short, list: false }))}`;

const buildPaddedCodes = (database: Database, { kind }: PlanDefinition, field: ImportedField, rows: string) => {
  const [cell, code, isShort] = [rowColumn(field.field), recordColumn(field.stored), buildMayLackZerosSql(field)];
  const isCode = kind.keys.some((key) => key.field === field.field && key.lasting === true);
  if (!isCode || database.get(`select 1 ${rows} and ${isShort} limit 1`) === undefined) return [];
  const usual = database.get(
    `select length(min(${code})) as width from ${kind.thing.name} t where ${kind.inScope} and ${code} is not null
     having min(length(${code})) = max(length(${code})) and min(${code}) < '1' and min(${buildIsNumberSql(code, "")}) = 1`,
  );
  const width = Number(usual?.["width"] ?? 0);
  const padded = `substr('${"0".repeat(width)}' || ${cell}, -${width})`;
  return width === 0 ? [] : [`select r.row, ${padded}, null ${rows} and ${isShort} and length(${cell}) < ${width}`];
};

export const respellNewCodes = (
  database: Database,
  plan: PlanDefinition,
  field: ImportedField,
  rows: string,
  isLoose = false,
): void => {
  if (plan.request.fromConsole === true || !isNumber(plan, field)) return;
  // the first import into a tenant has no spelling to follow
  if (database.get(`select 1 from ${plan.kind.thing.name} limit 1`) === undefined) return;
  const [cell, own] = [rowColumn(field.field), recordColumn(field.stored)];
  const tiers = [
    ...(isLoose ? [{ row: `loose_code(${cell})`, record: `loose_code(${own})` }] : []),
    { row: buildCaseSql(buildMayLackZerosSql(field), cell, "null"), record: buildNumberWithoutZerosSql(field) },
  ];
  replaceCells(database, plan, field, (insert) => {
    for (const tier of tiers)
      if (storeHolders(database, plan, tier, rows))
        insert(
          `select h.row, ${buildStoredCellSql(field)} from s.holder h join ${plan.kind.thing.name} t on t.pk = h.target where true`,
        );
    for (const padded of buildPaddedCodes(database, plan, field, rows)) insert(padded);
  });
};

/** Rows are respelt in several steps, and the file itself may show that zeros were lost: each column gets one warning. */
const joinSpellingWarnings = (database: Database): void => {
  const isRespelt = (one: string): string => `${one}.code in ('value-respelt', 'zeros-lost')`;
  const others = `from s.problem o where ${isRespelt("o")} and o.col = p.col`;
  const isLater = `exists (select 1 ${others} and (o.row, o.rowid) < (p.row, p.rowid))`;
  database.exec(`update s.problem as p set params = json_set(p.params, '$.count', (select sum(o.params ->> 'count') ${others}))
    where ${isRespelt("p")} and not ${isLater}`);
  database.exec(`delete from s.problem as p where ${isRespelt("p")} and ${isLater}
    or p.code = 'value-short' and exists (select 1 ${others} and p.params ->> 'count' <= o.params ->> 'count')`);
};

export const keepLostZeros = (database: Database, plan: PlanDefinition): void => {
  const { thing, fields } = plan.kind;
  for (const field of fields) {
    if (!isNumber(plan, field) || !isStaged(plan, field)) continue;
    const changed = `from s.match m ${ORDERED_JOIN} s.row r on r.row = m.row ${ORDERED_JOIN} ${thing.name} t on t.pk = m.target
      where ${buildChangesFieldSql(field)} and ${IS_VALID_ROW_SQL}`;
    replaceCells(database, plan, field, (insert) => {
      insert(
        `select r.row, ${buildStoredCellSql(field)} ${changed} and ${buildMayLackZerosSql(field)} and ${buildNumberWithoutZerosSql(field)} = ${rowColumn(field.field)}`,
      );
      if (plan.request.fromConsole !== true) buildPaddedCodes(database, plan, field, changed).forEach(insert);
    });
    database.exec(`update s.match as m set changed = changed & ~${2 ** field.bit} from s.respelt x, s.row r, ${thing.name} t
      where x.row = m.row and r.row = m.row and t.pk = m.target and ${rowColumn(field.field)} = ${recordColumn(field.stored)}`);
  }
  joinSpellingWarnings(database);
};

const WIDE_BLANK = "\u3000";
const MIN_USUAL_SHARE = 0.95;
/** The newest names are enough to know how names are written. */
const MAX_SAMPLED_NAMES = 2000;

/** Gives names of new people the blank that nearly all names of the tenant have between family and given name. */
export const followNameSeparator = (database: Database, plan: PlanDefinition): void => {
  const { thing, fields } = plan.kind;
  if (plan.request.fromConsole === true) return;
  for (const field of fields) {
    if (thing.fields[field.stored]?.personName === undefined || !isStaged(plan, field)) continue;
    const cell = rowColumn(field.field);
    const has = (blank: string): string => `coalesce(sum(instr(name, '${blank}') > 0), 0)`;
    const found = database.get(`select ${has(WIDE_BLANK)} as wide, ${has(" ")} as narrow
      from (select ${recordColumn(field.stored)} as name from ${thing.name} t order by pk desc limit ${MAX_SAMPLED_NAMES})`);
    const [wide, narrow] = [Number(found?.["wide"]), Number(found?.["narrow"])];
    if (Math.max(wide, narrow) < MIN_USUAL_SHARE * (wide + narrow) || wide === narrow) continue;
    const [from, to] = wide > narrow ? [" ", WIDE_BLANK] : [WIDE_BLANK, " "];
    database.run(`update s.row as r set ${quoteIdentifier(field.field)} = replace(${cell}, '${from}', '${to}')
      where instr(${cell}, '${from}') > 0 and not exists (select 1 from s.match m where m.row = r.row)`);
  }
};

export type MatchingKeysSql = Readonly<Record<"row" | "record", string>>;

/** Stores in `s.holder` the keys that exactly one row and one record have. @param rows SQL: `from … where …` */
export const storeHolders = (
  database: Database,
  { kind }: PlanDefinition,
  { row, record }: MatchingKeysSql,
  rows: string,
): boolean => {
  database.createTable("s.lasting_key", "(key text primary key, row integer not null) without rowid");
  database.createTable("s.holder", "(row integer primary key, key text not null, target integer not null)");
  const keyed = database.run(
    `insert into s.lasting_key select ${row}, min(r.row) ${rows} and ${row} is not null group by 1 having count(*) = 1`,
  );
  if (keyed === 0) return false;
  const held = database.run(
    `insert into s.holder select few.row, few.key, min(t.pk) from ${kind.thing.name} t
     ${ORDERED_JOIN} s.lasting_key few on few.key = ${record} where ${kind.inScope} group by few.row having count(*) = 1`,
  );
  if (held > 0) createTargetIndex(database);
  return held > 0;
};
