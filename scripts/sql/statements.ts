import { parseSync, Visitor } from "oxc-parser";

/** An SQL text in a source file. */
export interface SqlText {
  /** the text, with `?` in place of template expressions */
  readonly sql: string;
  /** line of its first character, from 1 */
  readonly line: number;
}

/** A rule that a statement violates. */
export interface RuleBreach {
  readonly line: number;
  readonly message: string;
}

/** Matches combinations of words that are typical of SQL and rare in English. */
const SQL_PATTERN =
  /\bselect\b[^]+\bfrom\b|\binsert (?:or \w+ )?into\b|\bdelete from\b|\bupdate \S+ (?:as \w+ )?set\b|\bcreate (?:unique |temp )?(?:table|index)\b|\bcase when\b|\biif ?\(|\bexists ?\(|\bjoin \S+ \w+ on\b|\bnot in \(|\bwhere \S+ (?:=|is|in)\b|\bselect (?:count|max|min|exists) ?\(|\bis not [?:]|\bis :\w/i;

const getLineNumber = (source: string, at: number): number => source.slice(0, at).split("\n").length;

/** Returns all texts in a TypeScript source, in order. */
function findTexts(source: string): readonly SqlText[] {
  const found: SqlText[] = [];
  const take = (sql: string, at: number): void => void found.push({ sql, line: getLineNumber(source, at) });
  new Visitor({
    Literal: ({ value, start }) => {
      if (typeof value === "string") take(value, start);
    },
    TemplateLiteral: ({ quasis, start }) => take(quasis.map(({ value }) => value.cooked ?? value.raw).join("?"), start),
  }).visit(parseSync("source.ts", source).program);
  return found.toSorted((a, b) => a.line - b.line);
}

/** Returns all SQL texts in a TypeScript source, in order. */
export const findSqlTexts = (source: string): readonly SqlText[] =>
  findTexts(source).filter(({ sql }) => SQL_PATTERN.test(sql) || isCompleteStatement(sql));

/**
 * Forms that only SQLite accepts, or that SQLite and PostgreSQL interpret differently, each with a form that works in
 * both.
 */
const UNPORTABLE_FORMS: readonly (readonly [form: RegExp, remedy: string])[] = [
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

/** Returns the places in a source that use a form that SQLite and PostgreSQL do not interpret alike. */
export const findUnportableForms = (source: string): readonly RuleBreach[] =>
  findSqlTexts(source).flatMap(({ sql, line }) =>
    UNPORTABLE_FORMS.filter(([form]) => form.test(sql)).map(([, message]) => ({ line, message })),
  );

/** Matches the beginning of a complete statement, after comments are removed and spaces are collapsed. */
const STATEMENT_START =
  /^(?:with (?:recursive )?\w+ ?(?:\([^)]*\) ?)?as|select\b.+\bfrom\s|(?:insert|replace) (?:or \w+ )?into \S+|update (?:or \w+ )?\S+ (?:as \w+ )?set\s|delete from \S+ ?(?:as \w+ )?(?:where|returning|;|$)|(?:create|drop|alter) (?:unique |temp |temporary )?(?:table|index|view|trigger)\b|pragma \w+|begin (?:immediate|exclusive|deferred)|vacuum into|savepoint \w+$)/i;

const isCompleteStatement = (sql: string): boolean =>
  STATEMENT_START.test(
    sql
      .replaceAll(/--.*$|\/\*[^]*?\*\//gm, " ")
      .replaceAll(/\s+/g, " ")
      .trimStart(),
  );

/** Returns the statements in a source that must not contain any. */
export const findForbiddenStatements = (source: string): readonly RuleBreach[] =>
  findSqlTexts(source)
    .filter(({ sql }) => isCompleteStatement(sql))
    .map(({ line }) => ({ line, message: "SQL outside src/lib/tenant/store" }));

/** Matches SQL that reads the contents of a record. */
const RECORD_READ = /\.record\b|\brecord\s*->/i;
/** Matches the audit table in a statement that reads it, and its alias. */
const AUDIT_TABLE = /\b(?:from|join)\s+(?:main\.)?audit\b(?:\s+(?:as\s+)?(\w+))?/gi;
const ALL_COLUMNS_READ = /(?<!:)\brecord\b|\bselect\s+\*/i;

/** Returns the places in a source that read the contents of audit records. */
export const findAuditRecordReads = (source: string): readonly RuleBreach[] =>
  findTexts(source)
    .filter(
      ({ sql }) =>
        RECORD_READ.test(sql) ||
        [...sql.matchAll(AUDIT_TABLE)].some(
          ([, alias = "audit"]) => ALL_COLUMNS_READ.test(sql) || sql.includes(` ${alias}.*`),
        ),
    )
    .map(({ line }) => ({ line, message: "record of the audit: read it in src/lib/tenant/audit" }));
