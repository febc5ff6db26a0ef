import { parseSync, Visitor } from "oxc-parser";

interface SourceText {
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

const getLineNumber = (source: string, at: number): number => source.slice(0, at).split("\n").length;

/** Returns all texts in a TypeScript source, in order. */
function findTexts(source: string): readonly SourceText[] {
  const found: SourceText[] = [];
  const take = (sql: string, at: number): void => void found.push({ sql, line: getLineNumber(source, at) });
  new Visitor({
    Literal: ({ value, start }) => {
      if (typeof value === "string") take(value, start);
    },
    TemplateLiteral: ({ quasis, start }) => take(quasis.map(({ value }) => value.cooked ?? value.raw).join("?"), start),
  }).visit(parseSync("source.ts", source).program);
  return found.toSorted((a, b) => a.line - b.line);
}

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
  findTexts(source)
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
    .map(({ line }) => ({ line, message: "record of the audit: read it in src/lib/tenant/ledger/audit-…" }));
