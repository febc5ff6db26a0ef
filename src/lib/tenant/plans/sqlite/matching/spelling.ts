import type { ImportedField } from "../../staging/kinds.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildCaseSql, buildMatchesGlobSql, quoteIdentifier } from "../../../store/sql/forms.ts";
import { getKeyColumn } from "../../../../model/thing.ts";
import {
  buildChangesFieldSql,
  isMatchKey,
  isStaged,
  rowColumn,
  recordColumn,
  IS_VALID_ROW_SQL,
} from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { storeHolders } from "./holders.ts";
import type { PlanDefinition } from "../stored-kind.ts";

// A spreadsheet removes the leading zeros of values such as telephone numbers and employee codes. Cells that lack them
// are replaced by the spelling of the tenant before rows are compared.

/** The table of the rows of which a cell was replaced, as they were in the file. */
const ORIGINAL_TABLE = "s.original";

export const restoreOriginalRows = (database: Database): void => {
  for (const statement of [
    `create table if not exists ${ORIGINAL_TABLE} as select * from s.row where false`,
    `delete from s.row where row in (select row from ${ORIGINAL_TABLE})`,
    `insert into s.row select * from ${ORIGINAL_TABLE}`,
    `delete from ${ORIGINAL_TABLE}`,
  ])
    database.exec(statement);
};

/**
 * Replaces cells of a field.
 *
 * @param sources SQL that selects `row`, the new cell, and its comparison key if that differs; the first one counts
 * @param isReported true: one warning with the number of rows
 */
export const replaceCells = (
  database: Database,
  plan: PlanDefinition,
  field: ImportedField,
  sources: readonly string[],
  isReported = true,
): void => {
  database.exec("drop table if exists s.respelt");
  database.exec("create table s.respelt (row integer primary key, cell text not null, key text)");
  const run = (sql: string): number => database.run(sql, { kind: plan.kind.name });
  const found = sources.map((source) => run(`insert into s.respelt ${source} on conflict do nothing`));
  if (found.every((count) => count === 0)) return;
  const { short, merge, comparison } = field;
  const cell = rowColumn(field.field);
  if (isReported)
    recordFinding(database, plan, {
      code: "value-respelt",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${cell}, 'was', x.cell, 'count', count(*) over ()) as params
        from s.respelt x join s.row r on r.row = x.row order by r.row limit 1`,
    });
  run(`insert into ${ORIGINAL_TABLE} select * from s.row where row in (select row from s.respelt)
    and row not in (select row from ${ORIGINAL_TABLE})`);
  const keyColumn = getKeyColumn({ short, list: merge === "list" });
  const sets = [
    `${quoteIdentifier(field.field)} = x.cell`,
    ...(comparison === "exact" ? [] : [`keys = json_patch(coalesce(keys, '{}'), json_object('${keyColumn}', x.key))`]),
    ...(isMatchKey(plan, field) ? ["key = coalesce(x.key, x.cell)"] : []),
  ];
  run(`update s.row as r set ${sets.join(", ")} from s.respelt x where x.row = r.row`);
  // the staged values were compared with each other before
  database.run("insert into s.repeated values (:name) on conflict do nothing", {
    name: isMatchKey(plan, field) ? "key" : field.field,
  });
};

const buildIsDigitsSql = (key: string): string => `not ${buildMatchesGlobSql(key, "'*[^0-9]*'")}`;

const buildMayLackZerosSql = (key: string): string =>
  `${buildMatchesGlobSql(key, "'[1-9]*'")} and ${buildIsDigitsSql(key)}`;

const buildHasLeadingZerosSql = (key: string): string =>
  `${buildMatchesGlobSql(key, "'0*'")} and ${buildIsDigitsSql(key)}`;

/** SQL: a number without the signs that separate its digits. */
const buildBareNumberSql = (value: string): string =>
  ["-", " ", "(", ")"].reduce((sql, separator) => `replace(${sql}, '${separator}', '')`, value);

const isNumber = ({ kind: { thing } }: PlanDefinition, field: ImportedField): boolean =>
  field.merge === "value" && (field.comparison === "code" || thing.fields[field.stored]?.code === true);

/** SQL: a number of the tenant that begins with 0, without its leading zeros. */
const buildLostNumberSql = ({ comparison, stored }: ImportedField): string => {
  const number = comparison === "code" ? recordColumn(stored) : buildBareNumberSql(recordColumn(stored));
  return buildCaseSql(buildHasLeadingZerosSql(number), `ltrim(${number}, '0')`, "null");
};

const buildStoredCellSql = (field: ImportedField): string =>
  `${recordColumn(field.stored)}, ${field.comparison === "exact" ? "null" : recordColumn(getKeyColumn({ short: field.short, list: false }))}`;

/** SQL: new codes with as many digits as all codes of the tenant have. @param rows SQL: `from … where …` */
const buildPaddedCodes = (
  database: Database,
  { kind }: PlanDefinition,
  { field, stored }: ImportedField,
  rows: string,
): readonly string[] => {
  const [cell, code] = [rowColumn(field), recordColumn(stored)];
  const isLasting = kind.keys.some((key) => key.field === field && key.lasting === true && key.comparison === "code");
  if (!isLasting || database.get(`select 1 ${rows} and ${buildMayLackZerosSql(cell)} limit 1`) === undefined) return [];
  const { width, isUsual } =
    database.get(
      `select min(length(${code})) as width, min(length(${code})) = max(length(${code})) and min(${code}) < '1'
         and min(${buildIsDigitsSql(code)}) = 1 as isUsual from ${kind.thing.name} t where ${kind.inScope} and ${code} is not null`,
      { kind: kind.name },
    ) ?? {};
  if (isUsual !== 1) return [];
  const padded = `substr('${"0".repeat(Number(width))}' || ${cell}, -${Number(width)})`;
  return [
    `select r.row, ${padded}, null ${rows} and ${buildMayLackZerosSql(cell)} and length(${cell}) < ${Number(width)}`,
  ];
};

/**
 * Gives the codes of rows without a record the spelling of the tenant: that of the only record with the same code, or
 * else the width of all codes.
 *
 * @param rows SQL: `from … where …`, which selects the rows `r`
 * @param isLoose true: letter case, width and blanks do not count, either
 */
export const respellNewCodes = (
  database: Database,
  plan: PlanDefinition,
  field: ImportedField,
  rows: string,
  isLoose = false,
): void => {
  const { kind, request } = plan;
  if (request.fromConsole === true || !isNumber(plan, field)) return;
  const [cell, own] = [rowColumn(field.field), recordColumn(field.stored)];
  const tiers = [
    ...(isLoose ? [{ row: `loose_code(${cell})`, record: `loose_code(${own})` }] : []),
    { row: buildCaseSql(buildMayLackZerosSql(cell), cell, "null"), record: buildLostNumberSql(field) },
  ];
  database.exec("drop table if exists s.spelling");
  database.exec("create table s.spelling (row integer primary key, cell text, key text)");
  for (const tier of tiers)
    if (storeHolders(database, plan, tier, rows))
      database.run(
        `insert into s.spelling select h.row, ${buildStoredCellSql(field)} from s.holder h
         join ${kind.thing.name} t on t.pk = h.target where true on conflict do nothing`,
      );
  replaceCells(database, plan, field, [
    "select * from s.spelling where true",
    ...buildPaddedCodes(database, plan, field, rows),
  ]);
};

/** Keeps the numbers of records whose rows lack the leading zeros. An export of the console only gets a warning. */
export const keepLostZeros = (database: Database, plan: PlanDefinition): void => {
  const { thing, fields } = plan.kind;
  for (const field of fields) {
    if (!isNumber(plan, field) || !isStaged(plan, field)) continue;
    const cell = rowColumn(field.field);
    const changed = `from s.match m join s.row r on r.row = m.row join ${thing.name} t on t.pk = m.target
      where ${buildChangesFieldSql(field)} and ${IS_VALID_ROW_SQL}`;
    const lost = `${changed} and ${buildMayLackZerosSql(cell)} and ${buildLostNumberSql(field)} = ${cell}`;
    if (plan.request.fromConsole === true) {
      recordFinding(database, plan, {
        code: "zeros-lost",
        severity: "warning",
        field: field.field,
        select: `select r.row, r.line, null as col, json_object('value', ${cell}, 'was', ${recordColumn(field.stored)}, 'count', count(*) over ()) as params
          ${lost} order by r.row limit 1`,
      });
      continue;
    }
    const kept = `select r.row, ${buildStoredCellSql(field)} ${lost}`;
    replaceCells(database, plan, field, [kept, ...buildPaddedCodes(database, plan, field, changed)]);
    database.exec(`update s.match as m set changed = changed & ~${2 ** field.bit} from s.respelt x, s.row r, ${thing.name} t
      where x.row = m.row and r.row = m.row and t.pk = m.target and ${rowColumn(field.field)} = ${recordColumn(field.stored)}`);
  }
};
