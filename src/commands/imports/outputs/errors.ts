import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { openInput, type ContentWriter, type InputFile } from "../../../lib/files/index.ts";
import { createEncoder } from "../../../lib/csv/encoding/encode.ts";
import { getReasonHeader, isReasonHeader } from "../../../lib/csv/layout/layout.ts";
import { RecordBytes, type RecordSegment } from "../../../lib/csv/records/bytes.ts";
import type { Dialect, Encoding, RecordSink } from "../../../lib/csv/records/record.ts";
import { NEWLINES } from "../../../lib/csv/records/writer.ts";
import { text, type Language, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { detectInputFormat, readRecords, type InputFormat } from "../plan/reading.ts";
import { rereadFile } from "./reread.ts";
import { isWorkbookName, encodeTable } from "./table-file.ts";
import { ReasonCursor, type RowReasons } from "./row-reasons.ts";

interface InputTextFormat {
  readonly encoding: Encoding;
  readonly dialect: Dialect;
  readonly headerRow: number;
  /** the header of the column of reasons */
  readonly header: string;
  /** the language of the row numbers */
  readonly language: Language;
  readonly newline: InputFormat["newline"];
}

interface ErrorsSource {
  readonly plan: Import;
  readonly file: InputFile;
  readonly reading: InputFormat;
}

/**
 * Writes the header and the invalid rows of a file, with the row number and the reason in the last column. Short rows are filled up with
 * blank cells before the reason. Reasons from an earlier run are dropped. If the header is invalid, or there is a
 * problem
 * with the whole file, every row is written. If there are no invalid rows, no file is written.
 *
 * Records of a text file are copied byte by byte. A record with an unclosed quote gets no reason, because the reason
 * would
 * be inside the quote. If the input or the output is a workbook, records are written cell by cell.
 *
 * @throws `input-rejected` if the file is no longer the one that the plan was made from
 */
export async function writeErrors(tools: Tools, name: string, source: ErrorsSource): Promise<void> {
  const { plan, file, reading } = source;
  const { encoding } = reading;
  const { client } = await tools.tenant("imports");
  const { language } = tools.terminal;
  const reasons = await ReasonCursor.open(client, plan, tools.terminal);
  if (plan.invalid === 0 && reasons.whole === undefined) {
    await reasons.close();
    return removeOldRows(tools, name, text("no invalid rows", "不正な行がない"));
  }
  const drop = plan.header.findIndex(isReasonHeader);
  await tools.outputs.write(name, async (writer) => {
    if (encoding === "xlsx" || isWorkbookName(name)) {
      for await (const bytes of encodeTable(name, selectInvalidRecords(source, reasons, { drop, language })))
        await writer.write(bytes);
      return;
    }
    const form = { ...reading, encoding, header: getReasonHeader(plan.header), language };
    const cutter = new RecordBytes({
      encoding: form.encoding,
      dialect: form.dialect,
      drop: drop < 0 ? undefined : drop,
    });
    const copy = new InvalidRowsWriter(writer, reasons, form, drop >= 0);
    for await (const chunk of rereadFile(file, plan)) {
      for (const stretch of cutter.write(chunk)) await copy.take(stretch, cutter.bom);
    }
    for (const stretch of cutter.end()) await copy.take(stretch, cutter.bom);
    await copy.flush();
  });
  await reasons.close();
}

/** Reports that there are no such rows, and removes an earlier run's file so that nobody confuses the two. */
export async function removeOldRows(tools: Tools, name: string, none: Text): Promise<void> {
  const { terminal, outputs } = tools;
  const isThere = await outputs.exists(name);
  const isOurs = isThere && (await hasReasonColumn(tools, name));
  if (isOurs) await outputs.remove(name);
  const [en, ja] = !isThere
    ? [`${name} was not written`, `${name} は書き出していません`]
    : isOurs
      ? [`${name} from an earlier run was removed`, `以前に書き出した ${name} を削除しました`]
      : [
          `${name} is not a file that clomoctl wrote, so it was not removed`,
          `${name} は clomoctl が書き出したファイルではないため、削除していません`,
        ];
  await terminal.note(text(`${none.en}: ${en}`, `${none.ja}ため、${ja}`));
}

/**
 * Returns true if a file has the column of reasons. Only this column is checked, because people who correct the file
 * may
 * change everything else.
 */
async function hasReasonColumn(tools: Tools, name: string): Promise<boolean> {
  try {
    await using file = await openInput(tools, name);
    const reading = await detectInputFormat(file, { encoding: "auto", signal: tools.signal });
    let header: readonly string[] | undefined;
    const record = (cells: readonly string[], count: number): void => void (header ??= cells.slice(0, count));
    const sink = { record, problem: () => undefined };
    for await (const _ of readRecords(file.chunks(), { ...reading, rows: 1 }, file.label, sink))
      if (header !== undefined) break;
    return header?.some(isReasonHeader) === true;
  } catch (error) {
    if (error instanceof Failure && error.code !== "interrupted") return false;
    throw error;
  }
}

async function* selectInvalidRecords(
  { plan, file, reading }: ErrorsSource,
  reasons: ReasonCursor,
  { drop, language }: { readonly drop: number; readonly language: Language },
): AsyncGenerator<readonly (readonly string[])[]> {
  let found: { readonly row: number; readonly cells: readonly string[] }[] = [];
  const { length: width } = plan.header;
  const withReason = (cells: readonly string[], reason: string): readonly string[] => {
    const padded = Array.from({ length: Math.max(width, cells.length) }, (_, at) => cells[at] ?? "");
    const inWidth = padded.slice(0, width).filter((_, at) => at !== drop);
    return [...inWidth, reason, ...padded.slice(width)];
  };
  const sink: RecordSink = {
    record: (cells, count, row) => void found.push({ row, cells: cells.slice(0, count) }),
    problem: () => undefined,
  };
  for await (const _ of readRecords(rereadFile(file, plan), reading, file.label, sink)) {
    await reasons.advanceTo(found.at(-1)?.row ?? 0);
    yield found.flatMap(({ row, cells }) => {
      const reason =
        row === reading.headerRow
          ? getReasonHeader(plan.header)
          : (formatRowReason(reasons.at(row), language) ?? reasons.whole);
      return reason === undefined ? [] : [withReason(cells, reason)];
    });
    found = [];
  }
}

const formatRowReason = (found: RowReasons | undefined, language: Language): string | undefined =>
  found && text(`row ${found.row}: ${found.reason}`, `${found.row} 行目: ${found.reason}`)[language];

const BATCH_BYTES = 256 * 1024;

/** Copies the header and the invalid rows of a text file, one {@link RecordSegment} at a time. */
class InvalidRowsWriter {
  readonly #writer: ContentWriter;
  readonly #reasons: ReasonCursor;
  readonly #form: InputTextFormat;
  readonly #hasOldReasons: boolean;
  #batch: Uint8Array[] = [];
  #size = 0;
  #row = 0;
  /**
   * how the current record is copied: whether its old reason is dropped, and which reason is appended; undefined if the
   * record is not copied
   */
  #copied:
    | { readonly dropsOldReason: boolean; readonly reason: string | undefined; readonly lacking: number }
    | undefined;
  #isBlank = true;

  constructor(writer: ContentWriter, reasons: ReasonCursor, form: InputTextFormat, hasOldReasons: boolean) {
    this.#writer = writer;
    this.#reasons = reasons;
    this.#form = form;
    this.#hasOldReasons = hasOldReasons;
  }

  async take({ row, bytes, kept, newline, open }: RecordSegment, bom: Uint8Array): Promise<void> {
    if (this.#row === 0) this.#put(bom);
    if (row !== this.#row) await this.#begin(row);
    if (this.#copied === undefined) return;
    const { dropsOldReason, reason, lacking } = this.#copied;
    if (bytes.length > 0) this.#isBlank = false;
    for (const part of dropsOldReason ? kept : [bytes]) this.#put(part);
    if (newline !== undefined) {
      const isNoRecord = this.#isBlank && row > this.#form.headerRow;
      if (!open && !isNoRecord && reason !== undefined) this.#put(this.#lastCell(reason, lacking));
      this.#put(newline.length > 0 ? newline : this.#encoded(NEWLINES[this.#form.newline ?? "crlf"]));
    }
    if (this.#size >= BATCH_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const batch = Buffer.concat(this.#batch);
    this.#batch = [];
    this.#size = 0;
    await this.#writer.write(batch);
  }

  async #begin(row: number): Promise<void> {
    this.#row = row;
    this.#isBlank = true;
    const { headerRow, header } = this.#form;
    await this.#reasons.advanceTo(row);
    const found = row <= headerRow ? undefined : this.#reasons.at(row);
    const reason = row === headerRow ? header : (formatRowReason(found, this.#form.language) ?? this.#reasons.whole);
    if (reason === undefined || row < headerRow) this.#copied = undefined;
    // a row with too few or too many cells keeps its old reason: a new reason would take the place of a missing cell
    else if (this.#hasOldReasons && found?.uneven === true)
      this.#copied = { dropsOldReason: false, reason: undefined, lacking: 0 };
    else this.#copied = { dropsOldReason: this.#hasOldReasons, reason, lacking: found?.lacking ?? 0 };
  }

  #put(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#batch.push(bytes);
    this.#size += bytes.length;
  }

  #lastCell(cell: string, lacking: number): Uint8Array {
    const { delimiter, quote = '"' } = this.#form.dialect;
    const quoted = cell.includes(delimiter) || cell.includes(quote);
    return this.#encoded(
      delimiter.repeat(lacking + 1) + (quoted ? quote + cell.replaceAll(quote, quote + quote) + quote : cell),
    );
  }

  #encoded(text: string): Uint8Array {
    const encoder = createEncoder(this.#form.encoding, { onUnmappable: "replace" });
    return Buffer.concat([encoder.write(text), encoder.end()]);
  }
}
