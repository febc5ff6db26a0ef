import { CP932_FORMS, type Comparison } from "../../model/normalise.ts";
import { getKeyColumn, type RecordType } from "../../model/thing.ts";

/** SQL: the name of a file without its folder. The folders of this computer do not travel in bundles. */
export const buildFileNameSql = (path: string): string =>
  String.raw`substr(${path}, length(rtrim(${path}, replace(replace(${path}, '/', ''), '\', ''))) + 1)`;

export const quoteIdentifier = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

export const buildCaseSql = (condition: string, yes: string, no: string): string =>
  `case when ${condition} then ${yes} else ${no} end`;

/** SQL: names as a list of text literals. The names must not contain quotes. */
export const buildNameListSql = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");

export const buildJsonBooleanSql = (condition: string): string => buildCaseSql(condition, "'true'", "'false'");

export const buildComparisonKeySql = (comparison: Comparison, beside: string, value: string): string => {
  if (comparison === "exact") return value;
  const key = `coalesce(${beside}, ${value})`;
  return comparison === "serial-number" ? `upper(${key})` : key;
};

export const buildSerialKeySql = (of: string): string =>
  buildComparisonKeySql("serial-number", `${of}.serialKey`, `${of}.serialNumber`);

export const buildFieldKeySql = (
  { fields }: RecordType,
  name: string,
  column: (name: string) => string,
  value = column(name),
): string => {
  const { comparison = "exact", short = name, type } = fields[name] ?? {};
  return buildComparisonKeySql(comparison, column(getKeyColumn({ short, list: type === "texts" })), value);
};

/** SQL: a value without its declared type, so that SQLite can use an index on an expression. */
export const buildValueWithoutTypeSql = (value: string): string => `coalesce(${value}, null)`;

/** SQL: a join that reads the left table first. @see https://sqlite.org/optoverview.html#crossjoin */
export const ORDERED_JOIN = "cross join";

/** SQL: a text after conversion to Windows-31J and back. @see cp932Form */
export const buildWindowsFormSql = (value: string): string =>
  [...CP932_FORMS].reduce((sql, [from, to]) => `replace(${sql}, '${from}', '${to}')`, value);

export const buildIsInvalidRowSql = (row: string): string =>
  `exists (select 1 from s.invalid bad where bad.row = ${row})`;

export const buildIsValidRowSql = (row: string): string => `not ${buildIsInvalidRowSql(row)}`;

export const buildIsMatchedRowSql = (row: string): string =>
  `exists (select 1 from s.match found where found.row = ${row})`;

/** SQL: true if no staged row matches the record. Needs an index of `s.match` on targets. */
export const buildIsMissingRecordSql = (record: string): string =>
  `not exists (select 1 from s.match found where found.target = ${record})`;

const MAX_FUNCTION_ARGUMENTS = 100;

export const buildConcatSql = (pieces: readonly string[]): string => {
  if (pieces.length <= MAX_FUNCTION_ARGUMENTS) return `concat(${pieces.join(", ")})`;
  const parts: string[] = [];
  for (let at = 0; at < pieces.length; at += MAX_FUNCTION_ARGUMENTS)
    parts.push(buildConcatSql(pieces.slice(at, at + MAX_FUNCTION_ARGUMENTS)));
  return buildConcatSql(parts);
};

export const buildJsonObjectSql = (members: readonly (readonly [name: string, json: string])[], end = ""): string =>
  buildConcatSql([
    ...members.flatMap(([name, json], at) => [`'${at === 0 ? "{" : ","}"${name}":'`, json]),
    `'}${end}'`,
  ]);

export const buildJsonListSql = (pieces: readonly string[]): string =>
  `'[' || substr(${buildConcatSql(["''", ...pieces])}, 2) || ']'`;
