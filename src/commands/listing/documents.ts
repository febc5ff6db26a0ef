import { Failure } from "../../lib/errors/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { GLOBAL_OPTIONS } from "../globals.ts";
import type { Tools } from "../tools.ts";

type DocumentFormat = "text" | "markdown" | "html";

const RECORD_FORMATS = GLOBAL_OPTIONS.format.choices;

type RecordFormat = (typeof RECORD_FORMATS)[number];

const buildDocumentOptions = <C extends string>(choices: readonly C[], about: Text, workbook?: true) =>
  ({
    format: { kind: "choice", choices, value: "FORMAT", about },
    output: {
      workbook,
      kind: "output",
      short: "o",
      value: "FILE",
      about: text("output file (default or -: stdout)", "出力先のファイル(既定と - は標準出力)"),
    },
  }) as const;

export const buildDocumentOrRecordOptions = <D extends DocumentFormat>(formats: readonly D[]) =>
  buildDocumentOptions<D | RecordFormat>(
    [...formats, ...RECORD_FORMATS],
    text(
      `document format (default: ${formats[0]}) or record format`,
      `文書の形式(既定: ${formats[0]})、または一覧の形式`,
    ),
    true,
  );

export const buildDocumentOnlyOptions = <D extends DocumentFormat>(formats: readonly D[]) =>
  buildDocumentOptions(formats, text(`document format (default: ${formats[0]})`, `文書の形式(既定: ${formats[0]})`));

export interface DocumentRequest<D> {
  readonly format: D;
  /** as typed; `-` is stdout */
  readonly output: string;
}

const isRecordFormat = (format: string): format is RecordFormat =>
  (RECORD_FORMATS as readonly string[]).includes(format);

/**
 * Returns the requested document; undefined if records are requested.
 *
 * @param usual the format without `--format`
 * @param where the command
 * @throws Failure `usage` if `--fields` is used with a document
 */
export function resolveRequestedDocument<D extends DocumentFormat>(
  { globals }: Pick<Tools, "globals">,
  { format, output }: { readonly format: D | RecordFormat | undefined; readonly output: string | undefined },
  { usual, where }: { readonly usual: D; readonly where: string },
): DocumentRequest<D> | undefined {
  if (format !== undefined && isRecordFormat(format)) return undefined;
  const selects = globals.fields !== undefined;
  if (format === undefined && output === undefined && selects) return undefined;
  const chosen = format ?? usual;
  if (selects) {
    throw new Failure("usage", {
      what: text(
        `--fields selects from records, so it cannot be used with --format ${chosen}`,
        `--fields は一覧のためのもので、--format ${chosen} と一緒に使えません`,
      ),
      where,
    });
  }
  return { format: chosen, output: output ?? "-" };
}
