import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { nearest } from "./nearest.ts";

/** What `--format` takes. */
export const FORMATS = ["table", "json", "ndjson", "csv", "tsv"] as const;
export type Format = (typeof FORMATS)[number];

/** `--format`, `--fields` and `--query` as they were typed. */
export interface OutputOptions {
  readonly format?: string | undefined;
  readonly fields?: string | undefined;
  readonly query?: string | undefined;
}

/** How a result is to be written. */
export interface OutputChoice {
  readonly format: Format;
  /** the fields asked for, in the order asked for; `undefined`: all */
  readonly fields: readonly string[] | undefined;
  /** a JMESPath expression */
  readonly query: string | undefined;
}

/** One field of a record: its name in JSON, CSV and TSV, and its header in tables. */
export interface Column<R> {
  /** English camelCase; never changes with the language */
  readonly key: string;
  readonly header: Text;
  /** where its cells stand in a table; numbers at the `end` */
  readonly align?: "start" | "end";
  /** what the record has there: anything JSON can hold, `undefined` for nothing */
  readonly value: (record: R) => unknown;
}

/**
 * Reads the output options: `table` on a terminal, `tsv` elsewhere; a query answers in JSON.
 *
 * @throws `usage` when the format is unknown, or cannot hold a query's answer
 */
export function chooseOutput({ format, fields, query }: OutputOptions, stdoutIsTerminal: boolean): OutputChoice {
  const chosen = format === undefined ? undefined : parseFormat(format);
  if (query !== undefined && chosen !== undefined && chosen !== "json" && chosen !== "ndjson") {
    throw new Failure("usage", {
      what: text(`A query answers in JSON, not in ${chosen}`, `--query の結果は JSON です(${chosen} にはできません)`),
      where: "--query",
      hint: text("Leave --format out, or pass json or ndjson", "--format を省くか、json か ndjson を指定してください"),
    });
  }
  const usual = query !== undefined ? "json" : stdoutIsTerminal ? "table" : "tsv";
  const names = fields?.split(",").map((name) => name.trim());
  return { format: chosen ?? usual, fields: names, query };
}

function parseFormat(wished: string): Format {
  const format = FORMATS.find((known) => known === wished);
  if (format === undefined) {
    throw unknownName("--format", wished, FORMATS, text("format", "形式"));
  }
  return format;
}

/**
 * The columns asked for, in the order asked for. Call it before any work is done.
 *
 * @throws `usage` when a field is unknown (the nearest is named) or named twice
 */
export function selectColumns<R>(
  columns: readonly Column<R>[],
  fields: readonly string[] | undefined,
): readonly Column<R>[] {
  if (fields === undefined) {
    return columns;
  }
  const byKey = new Map(columns.map((column) => [column.key, column]));
  return fields.map((name, index) => {
    const column = byKey.get(name);
    if (column === undefined) {
      throw unknownName("--fields", name, [...byKey.keys()], text("field", "項目"));
    }
    if (fields.indexOf(name) !== index) {
      throw new Failure("usage", {
        what: text(`The field ${name} is named twice`, `項目 ${name} が重複しています`),
        where: "--fields",
        hint: text("Name it once", "一度だけ指定してください"),
      });
    }
    return column;
  });
}

function unknownName(option: string, name: string, known: readonly string[], kind: Text): Failure {
  const meant = nearest(name, known);
  const list = known.join(", ");
  return new Failure("usage", {
    what: text(`Unknown ${kind.en} "${name}"`, `不明な${kind.ja}「${name}」です`),
    where: option,
    hint:
      meant === undefined
        ? text(`Known: ${list}`, `使えるもの: ${list}`)
        : text(`Did you mean ${meant}? Known: ${list}`, `「${meant}」ですか? 使えるもの: ${list}`),
  });
}
