import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { nearest } from "../text/nearest.ts";

/** The output formats, by the names that `--format` takes. */
type Format = "table" | "json" | "ndjson" | "csv" | "tsv" | "xlsx";

/** `--format` and `--output`, and `--fields` and `--query` as typed. */
export interface OutputOptions {
  readonly format?: Format | undefined;
  readonly output?: string | undefined;
  readonly fields?: string | undefined;
  readonly query?: string | undefined;
}

/** How to write a result. */
export interface OutputChoice {
  readonly format: Format;
  /** the selected fields, in the order given; `all` stands for every one; `undefined`: the usual ones */
  readonly fields: readonly string[] | undefined;
  /** a JMESPath expression */
  readonly query: string | undefined;
}

/** One field of a record: its name in JSON, CSV and TSV, and its header in tables. */
export interface Column<R> {
  /** English camelCase; the same in every language */
  readonly key: string;
  readonly header: Text;
  /** alignment of its cells in a table; `end` for numbers */
  readonly align?: "start" | "end" | undefined;
  /** of the last column of a table: long cells go on below themselves */
  readonly wraps?: boolean | undefined;
  /** people type its values: never cut in a table, other columns give way */
  readonly whole?: boolean | undefined;
  /** its values are paths of organisations: in a table their last names are kept */
  readonly paths?: boolean | undefined;
  /** begin and end of its values tell: in a table what stands between them is cut */
  readonly ends?: boolean | undefined;
  /** left out of a table in which it is empty for all records, unless it was asked for */
  readonly optional?: boolean | undefined;
  /** its values are UTC instants: people read them in their zone */
  readonly instant?: boolean | undefined;
  /** the record's value: anything JSON can represent, `undefined` for none */
  readonly value: (record: R) => unknown;
  /** what people read in a table where the value is a word that programs match; null for an empty cell */
  readonly name?: ((record: R) => Text | null) | undefined;
}

/**
 * Reads the output options: by default `table` on a terminal, `tsv` elsewhere, and JSON for a query.
 *
 * @throws `usage` when the format cannot represent a query's result; when a workbook has no file, or a file is no workbook
 */
export function chooseOutput(
  { format, output, fields, query }: OutputOptions,
  stdoutIsTerminal: boolean,
): OutputChoice {
  if (query !== undefined && format !== undefined && format !== "json" && format !== "ndjson") {
    throw new Failure("usage", {
      what: text(
        `the result of a query is JSON and cannot be written as ${format}`,
        `--query の結果は JSON です(${format} にはできません)`,
      ),
      where: "--query",
      hint: text("leave --format out, or pass json or ndjson", "--format を省くか、json か ndjson を指定してください"),
    });
  }
  if ((format === "xlsx") !== (output !== undefined)) {
    throw new Failure("usage", {
      what: text("--format xlsx and -o FILE go together", "--format xlsx と -o FILE は一緒に指定してください"),
      where: format === "xlsx" ? "--format" : "--output",
      hint: text("redirect other formats with > FILE", "ほかの形式は > FILE でファイルに書き出せます"),
    });
  }
  const usual = query !== undefined ? "json" : stdoutIsTerminal ? "table" : "tsv";
  const names = fields?.split(",").map((name) => name.trim());
  return { format: format ?? usual, fields: names, query };
}

const isAll = (fields: readonly string[]): boolean => fields.length === 1 && fields[0] === "all";

/**
 * The selected columns, in the order given. Call it before any work is done.
 *
 * @throws `usage` when a field is unknown (suggesting the nearest) or given twice
 */
export function selectColumns<R>(
  columns: readonly Column<R>[],
  fields: readonly string[] | undefined,
): readonly Column<R>[] {
  if (fields === undefined || isAll(fields)) return columns;
  const byKey = new Map(columns.map((column) => [column.key, column]));
  return fields.map((name, index) => {
    const column = byKey.get(name);
    if (column === undefined) {
      throw unknownField(name, [...byKey.keys()]);
    }
    if (fields.indexOf(name) !== index) {
      throw new Failure("usage", {
        what: text(`field ${name} is named twice`, `項目 ${name} が重複しています`),
        where: "--fields",
        hint: text("name it once", "一度だけ指定してください"),
      });
    }
    return column;
  });
}

/** @param where the option that names it */
export function unknownField(name: string, known: readonly string[], where = "--fields"): Failure {
  const meant = nearest(name, known);
  const list = known.join(", ");
  return new Failure("usage", {
    what: text(`unknown field "${name}"`, `不明な項目「${name}」です`),
    where,
    hint:
      meant === undefined
        ? text(`fields: ${list}`, `使える項目: ${list}`)
        : text(`did you mean ${meant}? fields: ${list}`, `「${meant}」ですか? 使える項目: ${list}`),
  });
}
