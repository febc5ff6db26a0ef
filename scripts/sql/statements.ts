import { parseSync, Visitor } from "oxc-parser";

/** A text of SQL in a source. */
export interface Statement {
  /** with `?` for what a template puts in */
  readonly sql: string;
  /** of its first character, from 1 */
  readonly line: number;
}

/** What is wrong with a statement. */
export interface Breach {
  readonly line: number;
  readonly message: string;
}

/** What only texts of SQL have; English may have the words, and seldom these together. */
const IS_SQL =
  /\bselect\b[^]+\bfrom\b|\binsert (?:or \w+ )?into\b|\bdelete from\b|\bupdate \S+ (?:as \w+ )?set\b|\bcreate (?:unique |temp )?(?:table|index)\b|\bcase when\b|\biif ?\(|\bexists ?\(|\bjoin \S+ \w+ on\b|\bnot in \(|\bwhere \S+ (?:=|is|in)\b|\bselect (?:count|max|min|exists) ?\(|\bis not [?:]|\bis :\w/i;

const lineAt = (source: string, at: number): number => source.slice(0, at).split("\n").length;

/** All texts in a TypeScript source, in its order. */
function textsIn(source: string): readonly Statement[] {
  const found: Statement[] = [];
  const take = (sql: string, at: number): void => void found.push({ sql, line: lineAt(source, at) });
  new Visitor({
    Literal: ({ value, start }) => {
      if (typeof value === "string") take(value, start);
    },
    TemplateLiteral: ({ quasis, start }) => take(quasis.map(({ value }) => value.cooked ?? value.raw).join("?"), start),
  }).visit(parseSync("source.ts", source).program);
  return found.toSorted((a, b) => a.line - b.line);
}

/** All texts of SQL in a TypeScript source, in its order. */
export const statementsIn = (source: string): readonly Statement[] =>
  textsIn(source).filter(({ sql }) => IS_SQL.test(sql) || isStatement(sql));

/** Forms that SQLite alone reads, or reads otherwise than PostgreSQL, and what both read. */
const FORMS: readonly (readonly [form: RegExp, remedy: string])[] = [
  [/\bis not (?!null\b|distinct\b)/i, "is not: say is distinct from"],
  [/\bis (?!not\b|null\b|distinct\b)/i, "is: say is not distinct from"],
  [/\biif ?\(/i, "iif: say case when, see either()"],
  [/\bwhere (?:1|0)\b/i, "a number as condition: say true or false"],
  [/\binsert or \w+/i, "insert or …: say on conflict … do …"],
  [/\breplace into\b/i, "replace into: say on conflict … do update"],
  [/\bcross join\b/i, "cross join: say THEN"],
  [/\bnot in \(\s*(?:select\b|\?)/i, "not in (select …): say not exists, with an index under it"],
  [/\bgroup_concat ?\(/i, "group_concat: say string_agg"],
  [/\blimit -1\b/i, "limit -1: leave it out, or say a large number"],
];

/** The forms in a source that not both engines read alike. */
export const findForms = (source: string): readonly Breach[] =>
  statementsIn(source).flatMap(({ sql, line }) =>
    FORMS.filter(([form]) => form.test(sql)).map(([, message]) => ({ line, message })),
  );

/** What begins a whole statement, its comments left out and its blanks made one. */
const STATEMENT =
  /^(?:with (?:recursive )?\w+ ?(?:\([^)]*\) ?)?as|select\b.+\bfrom\s|(?:insert|replace) (?:or \w+ )?into \S+|update (?:or \w+ )?\S+ (?:as \w+ )?set\s|delete from \S+ ?(?:as \w+ )?(?:where|returning|;|$)|(?:create|drop|alter) (?:unique |temp |temporary )?(?:table|index|view|trigger)\b|pragma \w+|begin (?:immediate|exclusive|deferred)|vacuum into|savepoint \w+$)/i;

const isStatement = (sql: string): boolean =>
  STATEMENT.test(
    sql
      .replaceAll(/--.*$|\/\*[^]*?\*\//gm, " ")
      .replaceAll(/\s+/g, " ")
      .trimStart(),
  );

/** The statements in a source that has to have none. */
export const findStatements = (source: string): readonly Breach[] =>
  statementsIn(source)
    .filter(({ sql }) => isStatement(sql))
    .map(({ line }) => ({ line, message: "SQL outside src/lib/tenant/store" }));

/** Pieces of SQL that read what is in a record. */
const RECORD = /\.record\b|\brecord\s*->/i;
/** The table of the audit in a statement that reads it, and its alias. */
const AUDIT = /\b(?:from|join)\s+(?:main\.)?audit\b(?:\s+(?:as\s+)?(\w+))?/gi;
const ALL_COLUMNS = /(?<!:)\brecord\b|\bselect\s+\*/i;

/** The places in a source that read what is in a record of the audit. */
export const findRecordReads = (source: string): readonly Breach[] =>
  textsIn(source)
    .filter(
      ({ sql }) =>
        RECORD.test(sql) ||
        [...sql.matchAll(AUDIT)].some(([, alias = "audit"]) => ALL_COLUMNS.test(sql) || sql.includes(` ${alias}.*`)),
    )
    .map(({ line }) => ({ line, message: "record of the audit: read it in src/lib/tenant/audit" }));
