import { WINDOWS_FORM, type Comparison } from "../../../model/normalise.ts";

// Forms of SQL that SQLite and PostgreSQL read alike, in place of what only one of them does.

/** A name as SQL takes any. */
export const quoteIdentifier = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** SQL: one of two values. */
export const either = (condition: string, yes: string, no: string): string =>
  `case when ${condition} then ${yes} else ${no} end`;

/** SQL: names as a list of texts. */
export const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");

/** SQL: a condition as JSON. */
export const truth = (condition: string): string => either(condition, "'true'", "'false'");

/**
 * SQL: the comparison key of a record's value, or those of a list, as an index has it. Serial numbers that an import of
 * before kept, and an undoing restores, may have a key of their own case.
 *
 * @param beside SQL of the column for keys that are not the value itself
 */
export const keyOrValue = (comparison: Comparison, beside: string, value: string): string => {
  if (comparison === "exact") return value;
  const key = `coalesce(${beside}, ${value})`;
  return comparison === "serial-number" ? `upper(${key})` : key;
};

/**
 * SQL: a value that an index of an expression finds. SQLite would compare a column as the type it is declared with, which
 * such an index has not.
 *
 * @see https://sqlite.org/datatype3.html#affinity_of_expressions
 */
export const asExpression = (value: string): string => `coalesce(${value}, null)`;

/** SQL: joins a table to those before it, which the planner is to read first. @see https://sqlite.org/optoverview.html#crossjoin */
export const THEN = "cross join";

/**
 * SQL: true if a text has a pattern. Of the two only SQLite knows GLOB; PostgreSQL would take the same pattern as a regular
 * expression (`~`), whose classes are written alike. A chain of `replace` would serve both, several times slower.
 */
export const hasPattern = (value: string, pattern: string): string => `${value} glob ${pattern}`;

/** SQL: a text after a round trip through Windows-31J. @see cp932Form */
export const windowsForm = (value: string): string =>
  [...WINDOWS_FORM].reduce((sql, [from, to]) => `replace(${sql}, '${from}', '${to}')`, value);

/** SQL: true if a staged row is invalid. @param row its number */
export const isInvalid = (row: string): string => `exists (select 1 from s.invalid bad where bad.row = ${row})`;

/** SQL: true if a staged row is not invalid. @param row its number */
export const isValid = (row: string): string => `not ${isInvalid(row)}`;

/** SQL: true if a staged row matches a record. @param row its number */
export const isMatched = (row: string): string => `exists (select 1 from s.match found where found.row = ${row})`;

/** SQL: true if no staged row matches a record; needs the index of `s.match` on targets. @param record its `pk` */
export const isMissing = (record: string): string =>
  `not exists (select 1 from s.match found where found.target = ${record})`;
