// Forms of SQL that SQLite and PostgreSQL read alike, in place of what only one of them does.

/** A name as SQL takes any. */
export const quoteIdentifier = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** SQL: one of two values. */
export const either = (condition: string, yes: string, no: string): string =>
  `case when ${condition} then ${yes} else ${no} end`;

/** SQL: a condition as JSON. */
export const truth = (condition: string): string => either(condition, "'true'", "'false'");

/** SQL: joins a table to those before it, which the planner is to read first. @see https://sqlite.org/optoverview.html#crossjoin */
export const THEN = "cross join";

/** The seven characters on which two mappings of the same JIS character disagree, with their Windows-31J forms. */
const LOOK_ALIKES = [
  ["\u301c", "\uff5e"],
  ["\u2212", "\uff0d"],
  ["\u2016", "\u2225"],
  ["\u2014", "\u2015"],
  ["\u00a2", "\uffe0"],
  ["\u00a3", "\uffe1"],
  ["\u00ac", "\uffe2"],
] as const;

/** SQL: a text after a round trip through Windows-31J. @see cp932Form */
export const windowsForm = (value: string): string =>
  LOOK_ALIKES.reduce((sql, [from, to]) => `replace(${sql}, '${from}', '${to}')`, value);

/** SQL: true if a staged row is invalid. @param row its number */
export const isInvalid = (row: string): string => `exists (select 1 from s.invalid bad where bad.row = ${row})`;

/** SQL: true if a staged row is not invalid. @param row its number */
export const isValid = (row: string): string => `not ${isInvalid(row)}`;

/** SQL: true if a staged row matches a record. @param row its number */
export const isMatched = (row: string): string => `exists (select 1 from s.match found where found.row = ${row})`;

/** SQL: true if no staged row matches a record; needs the index of `s.match` on targets. @param record its `pk` */
export const isMissing = (record: string): string =>
  `not exists (select 1 from s.match found where found.target = ${record})`;
