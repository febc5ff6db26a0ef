import { WINDOWS_31J_FORMS, type Comparison } from "../../../model/normalise.ts";
import { getKeyColumn, type Thing } from "../../../model/thing.ts";

// SQL that SQLite and PostgreSQL interpret in the same way. It replaces SQL that only one of them understands.

export const quoteIdentifier = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

export const buildCaseSql = (condition: string, yes: string, no: string): string =>
  `case when ${condition} then ${yes} else ${no} end`;

/** SQL: a list of names as text literals. The names must not contain quotes. */
export const buildNameListSql = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");

export const buildJsonBooleanSql = (condition: string): string => buildCaseSql(condition, "'true'", "'false'");

/** SQL: comparison keys as indexes have them, serial numbers in upper case. @param beside SQL of the keys' column */
export const buildComparisonKeySql = (comparison: Comparison, beside: string, value: string): string => {
  if (comparison === "exact") return value;
  const key = `coalesce(${beside}, ${value})`;
  return comparison === "serial-number" ? `upper(${key})` : key;
};

/** SQL: the comparison key of a record's field, or the keys of a list. @param column SQL of a column */
export const buildFieldKeySql = (
  { fields }: Thing,
  name: string,
  column: (name: string) => string,
  value = column(name),
): string => {
  const { comparison = "exact", short = name, type } = fields[name] ?? {};
  return buildComparisonKeySql(comparison, column(getKeyColumn({ short, list: type === "texts" })), value);
};

/** SQL: a value without its declared type, so that an index on an expression can be used. */
export const buildValueWithoutTypeSql = (value: string): string => `coalesce(${value}, null)`;

/** SQL: a join whose left tables are read first. @see https://sqlite.org/optoverview.html#crossjoin */
export const ORDERED_JOIN = "cross join";

/** SQL: true if a text matches a GLOB pattern, several times faster than the portable chain of `replace`. */
export const buildMatchesGlobSql = (value: string, pattern: string): string => `${value} glob ${pattern}`;

/** SQL: the form that a text has after a round trip through Windows-31J. @see cp932Form */
export const buildWindowsFormSql = (value: string): string =>
  [...WINDOWS_31J_FORMS].reduce((sql, [from, to]) => `replace(${sql}, '${from}', '${to}')`, value);

export const buildIsInvalidRowSql = (row: string): string =>
  `exists (select 1 from s.invalid bad where bad.row = ${row})`;

export const buildIsValidRowSql = (row: string): string => `not ${buildIsInvalidRowSql(row)}`;

export const buildIsMatchedRowSql = (row: string): string =>
  `exists (select 1 from s.match found where found.row = ${row})`;

/** SQL: true if no staged row matches a record, by SQL of its `pk`; requires the index of `s.match` on targets. */
export const buildIsMissingRecordSql = (record: string): string =>
  `not exists (select 1 from s.match found where found.target = ${record})`;

const MAX_FUNCTION_ARGUMENTS = 100;

/** SQL: the concatenation of pieces. Pieces that are null are skipped. */
export const buildConcatSql = (pieces: readonly string[]): string => {
  if (pieces.length <= MAX_FUNCTION_ARGUMENTS) return `concat(${pieces.join(", ")})`;
  const parts: string[] = [];
  for (let at = 0; at < pieces.length; at += MAX_FUNCTION_ARGUMENTS)
    parts.push(buildConcatSql(pieces.slice(at, at + MAX_FUNCTION_ARGUMENTS)));
  return buildConcatSql(parts);
};

/** SQL: a JSON object. Values are SQL that returns JSON; names must not need escaping.  @param end text to append */
export const buildJsonObjectSql = (members: readonly (readonly [name: string, json: string])[], end = ""): string =>
  buildConcatSql([
    ...members.flatMap(([name, json], at) => [`'${at === 0 ? "{" : ","}"${name}":'`, json]),
    `'}${end}'`,
  ]);

/** SQL: a JSON list of pieces. Each piece begins with a comma or is empty. */
export const buildJsonListSql = (pieces: readonly string[]): string =>
  `'[' || substr(${buildConcatSql(["''", ...pieces])}, 2) || ']'`;
