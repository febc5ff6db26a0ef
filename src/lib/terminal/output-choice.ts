import { Failure } from "../errors/index.ts";
import { text, type Language, type Text, findNearestWord, toLooseKey } from "../text/index.ts";

export const OUTPUT_FORMATS = ["table", "json", "ndjson", "csv", "tsv", "xlsx"] as const;

export interface OutputOptions {
  readonly format?: (typeof OUTPUT_FORMATS)[number] | undefined;
  readonly output?: string | undefined;
  readonly fields?: string | undefined;
}

export type OutputChoice = Readonly<ReturnType<typeof chooseOutput>>;

export interface Column<R> {
  /** English name in camelCase, the same for every language of the user */
  readonly key: string;
  readonly header: Text;
  /** header of the field in console files, if it differs; `--fields` also accepts this header */
  readonly fileHeader?: string | undefined;
  readonly align?: "start" | "end" | undefined;
  /** true if long cells of a table's last column continue on the next line */
  readonly wraps?: boolean | undefined;
  /** true if tables never cut a value, because users copy the values into commands */
  readonly whole?: boolean | undefined;
  /** true if tables omit the column when all its cells are empty */
  readonly optional?: boolean | undefined;
  /** true if the values are UTC instants, which people see in the time zone of the tenant */
  readonly instant?: boolean | undefined;
  readonly advice?: true | undefined;
  /** returns a value that JSON can represent; undefined if the record has no value */
  readonly value: (record: R) => unknown;
  /** returns the label that tables show instead of the value; null for an empty cell */
  readonly name?: ((record: R) => Text | null) | undefined;
}

/** Defines the column that shows a member of the record. */
export const createColumn = <R>(
  key: keyof R & string,
  en: string,
  ja: string,
  more?: Partial<Column<R>>,
): Column<R> => ({ key, header: text(en, ja), value: (record) => record[key], ...more });

/** The default format is `table` on a terminal and `tsv` elsewhere. `xlsx` can only be written to a file. */
export function chooseOutput({ format, output, fields }: OutputOptions, stdoutIsTerminal: boolean) {
  if ((format === "xlsx") === (output !== undefined)) {
    const names = fields?.split(/[,，、]/u).map((name) => name.trim());
    return { format: format ?? (stdoutIsTerminal ? "table" : "tsv"), fields: names };
  }
  const meant = OUTPUT_FORMATS.find((one) => one === output?.toLowerCase());
  const near = askIfMeant(meant && `--format ${meant}`);
  throw new Failure("usage", {
    what: text("--format xlsx and -o FILE must be used together", "--format xlsx と -o FILE は一緒に指定してください"),
    where: format === "xlsx" ? "--format" : "--output",
    hint: text(
      `${near.en}choose another format with --format json, and redirect it to a file with > FILE`,
      `${near.ja}ほかの形式は --format json のように指定し、> FILE でファイルに書き出せます`,
    ),
  });
}

const askIfMeant = (word: string | undefined): Text =>
  word === undefined ? text("", "") : text(`did you mean ${word}? `, `「${word}」ではありませんか? `);

function findColumn<R>(columns: readonly Column<R>[], name: string): Column<R> | undefined {
  const key = toLooseKey(name);
  const isNamed = ({ header, fileHeader }: Column<R>): boolean =>
    [header.en, header.ja, fileHeader].some((one) => one !== undefined && toLooseKey(one) === key);
  const [named, ...others] = columns.filter(isNamed);
  return columns.find((column) => column.key === name) ?? (others.length === 0 ? named : undefined);
}

/** Finds columns by their key or header, in the order of the names. @throws `usage` for an unknown or repeated name */
export function selectColumns<R>(
  columns: readonly Column<R>[],
  fields: readonly string[] | undefined,
): readonly Column<R>[] {
  if (fields === undefined || (fields.length === 1 && fields[0] === "all")) return columns;
  const chosen = new Set<Column<R>>();
  for (const name of fields) {
    const column = findColumn(columns, name);
    if (column === undefined) throw createUnknownFieldFailure(name, columns);
    if (chosen.has(column)) {
      throw new Failure("usage", {
        what: text(`field ${name} is specified more than once`, `項目 ${name} が重複しています`),
        where: "--fields",
        hint: text("specify each field only once", "一度だけ指定してください"),
      });
    }
    chosen.add(column);
  }
  return [...chosen];
}

function createUnknownFieldFailure(name: string, columns: readonly Pick<Column<never>, "key" | "header">[]): Failure {
  const names = columns.flatMap(({ key, header: { en, ja } }) => [key, en, ja]);
  const near = askIfMeant(findNearestWord(name, names, toLooseKey));
  const list = columns.map(({ key }) => key).join(", ");
  return new Failure("usage", {
    what: text(`unknown field "${name}"`, `「${name}」という項目はありません`),
    where: "--fields",
    hint: text(`${near.en}available fields: ${list}`, `${near.ja}使える項目: ${list}`),
  });
}

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** Uses `--lang`, `CLOMOCTL_LANG` or the first locale variable that is set; else English. */
export function chooseLanguage(flag: string | undefined, environment: EnvironmentVariables): Language {
  const requested = flag ?? (environment["CLOMOCTL_LANG"] || undefined);
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "";
  const language = LANGUAGES.find((one) => (requested ?? locale).toLowerCase().split(/[_.@-]/)[0] === one);
  if (requested === undefined || language !== undefined) return language ?? "en";
  throw new Failure("usage", {
    what: text("the language must be ja or en", "言語は ja か en で指定してください"),
    where: flag === undefined ? "CLOMOCTL_LANG" : "--lang",
  });
}

const LANGUAGES = ["ja", "en"] as const;
