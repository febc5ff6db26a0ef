import { Failure } from "../../lib/errors/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { OutputField } from "../field.ts";
import { GLOBAL_OPTIONS } from "../globals.ts";
import type { Tools } from "../tools.ts";

/** Formats of documents, besides those of records. */
type DocumentFormat = "text" | "markdown" | "html" | "pdf";

const RECORD_FORMATS = GLOBAL_OPTIONS.format.choices;

type RecordFormat = (typeof RECORD_FORMATS)[number];

type OutputRules = Pick<OutputField, "header" | "isPublic" | "workbook">;

/** The options of a command that writes documents: `--format` with its choices in place of the usual ones, and `-o`. */
const optionsWith = <C extends string>(choices: readonly C[], about: Text, how: OutputRules) =>
  ({
    format: { kind: "choice", choices, value: "FORMAT", about },
    output: {
      ...how,
      kind: "output",
      short: "o",
      value: "FILE",
      about: text("output file (default, or -: stdout)", "出力先のファイル(既定と - は標準出力)"),
    },
  }) as const;

/**
 * Returns the options of a command that writes documents, and records too.
 *
 * @param usual what it writes without `--format`
 * @param how what holds of the file, besides the rules for every output
 */
export const documentOrRecords = <D extends DocumentFormat>(
  formats: readonly D[],
  usual: "document" | "records",
  how: OutputRules = {},
) =>
  optionsWith<D | RecordFormat>(
    [...formats, ...RECORD_FORMATS],
    usual === "document"
      ? text(
          `format of the document (default: ${formats[0]}), or of records`,
          `文書の形式(既定: ${formats[0]})、または一覧の形式`,
        )
      : text("output format; a document can go to -o FILE", "出力形式(文書は -o FILE に書き出せます)"),
    { ...how, workbook: true },
  );

/** Returns the options of a command that writes documents alone. */
export const documentOnly = <D extends DocumentFormat>(formats: readonly D[]) =>
  optionsWith(formats, text(`format of the document (default: ${formats[0]})`, `文書の形式(既定: ${formats[0]})`), {});

/** A document to write. */
export interface DocumentRequest<D> {
  readonly format: D;
  /** as typed; `-` is stdout */
  readonly output: string;
}

/** Whether a format is one of records, which the terminal writes. */
const isOfRecords = (format: string): format is RecordFormat => (RECORD_FORMATS as readonly string[]).includes(format);

/**
 * Returns the document that was asked for; undefined if records were.
 *
 * @param usual the format without `--format`; undefined: records
 * @param where the command
 * @throws Failure `usage` for `-o` without a format that goes to a file, and for `--fields` and `--query` with a document
 */
export function requestedDocument<D extends DocumentFormat>(
  { globals }: Pick<Tools, "globals">,
  { format, output }: { readonly format: D | RecordFormat | undefined; readonly output: string | undefined },
  { usual, where }: { readonly usual: D | undefined; readonly where: string },
): DocumentRequest<D> | undefined {
  if (format !== undefined && isOfRecords(format)) return undefined;
  const selects = globals.fields !== undefined || globals.query !== undefined;
  const chosen = format ?? (selects ? undefined : usual);
  if (chosen === undefined && output === undefined) return undefined;
  if (chosen === undefined) {
    throw new Failure("usage", {
      what: text("-o FILE needs --format", "-o FILE には --format も指定してください"),
      where,
      hint: text(
        "add the format of the file, such as --format html or --format xlsx; redirect others with > FILE",
        "--format html や --format xlsx など、ファイルの形式を指定してください。ほかの形式は > FILE で書き出せます",
      ),
    });
  }
  if (selects) {
    throw new Failure("usage", {
      what: text(
        `--fields and --query select records: they do not go with --format ${chosen}`,
        `--fields と --query は一覧のためのもので、--format ${chosen} と一緒に使えません`,
      ),
      where,
    });
  }
  return { format: chosen, output: output ?? "-" };
}

/** Whether records were asked for: by `--fields`, `--query` or a `--format` of records. */
export const asksRecords = ({ globals }: Pick<Tools, "globals">): boolean =>
  globals.format !== undefined || globals.fields !== undefined || globals.query !== undefined;
