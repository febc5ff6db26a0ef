import { EMAIL_ADDRESS_RULE } from "../../../lib/model/rules.ts";
import { buildListColumns, type Fields as RecordFields } from "../../../lib/model/thing.ts";
import type { Column, Terminal } from "../../../lib/terminal/index.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { defineOption, defineSwitch, type Field, type Fields, type NumberField } from "../field.ts";
import type { Tools } from "../tools.ts";

export const LIMIT_OPTION = {
  kind: "number",
  about: text("maximum number of records", "最大件数"),
} as const satisfies NumberField;

export const ALL_CONTEXTS_OPTION = {
  kind: "boolean",
  about: text("all contexts (some of them: --context 'a-*,b')", "すべてのコンテキスト(一部: --context 'a-*,b')"),
} as const satisfies Field;

export const SEARCH_OPTION = {
  kind: "string",
  value: "TEXT",
  about: text("only records that contain TEXT (高橋 also finds 髙橋)", "TEXT を含むものに絞り込む(高橋で髙橋も探す)"),
} as const satisfies Field;

export const FILTER_OPTIONS = {
  filterName: {
    kind: "string",
    value: "TEXT",
    about: text("only records whose name contains TEXT", "名前に TEXT を含むものに絞り込む"),
  },
  filterId: defineOption("string", "TEXT", "only records whose ID contains TEXT", "ID に TEXT を含むものに絞り込む"),
} as const satisfies Fields;

export const buildOrgOptions = (about: Text) =>
  ({
    org: { kind: "string", value: "ORG", about },
    direct: defineSwitch("with --org: do not include the organisations below it", "--org の下の組織を含めない", {
      requires: "org",
    }),
  }) as const satisfies Fields;

/** Without `--fields`, tables and piped output have only the columns in `defaults`. */
export function listColumns<R>(
  terminal: Pick<Terminal, "output">,
  columns: readonly Column<R>[],
  defaults: readonly string[],
): readonly Column<R>[] {
  return hasAllColumns(terminal) ? columns : columns.filter(({ key }) => defaults.includes(key));
}

export const hasAllColumns = ({ output: { format, fields } }: Pick<Terminal, "output">): boolean =>
  format === "json" || format === "ndjson" || fields !== undefined;

export const isDefaultTable = ({ output: { format, fields } }: Pick<Terminal, "output">): boolean =>
  format === "table" && fields === undefined;

export const isRecordOutputRequested = ({ globals }: Pick<Tools, "globals">): boolean =>
  globals.format !== undefined || globals.fields !== undefined;

export async function* limitRecords<R>(
  records: AsyncIterable<R> | Iterable<R>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<R> {
  let left = limit;
  if (left === 0) return;
  for await (const record of records) {
    yield record;
    left -= 1;
    if (left === 0) return;
  }
}

type RecordValues = Readonly<Record<string, unknown>>;

export const buildFieldColumns = <R>(fields: RecordFields): readonly Column<R>[] =>
  buildListColumns(fields).map(({ key, name, member, field }) => {
    const names = field.type === "choice" ? field.names : undefined;
    const value = (record: R): unknown => {
      const { [name]: whole } = record as RecordValues;
      return member === undefined ? whole : (whole as RecordValues | null)?.[member];
    };
    return {
      key,
      header: field.label ?? same(key),
      fileHeader: field.column?.header,
      align: field.type === "integer" ? "end" : undefined,
      instant: field.type === "instant",
      // do not truncate times, keys and addresses, because users copy them into other commands
      whole:
        field.unique === true ||
        field.type === "instant" ||
        field.comparison === "serial-number" ||
        ("rule" in field && field.rule === EMAIL_ADDRESS_RULE),
      value,
      name: names && ((record) => names[String(value(record))] ?? null),
    };
  });
