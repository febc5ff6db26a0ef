import { createHash } from "node:crypto";
import type { Import, PlanRow } from "../../../../lib/client/index.ts";
import type { ContentWriter } from "../../../../lib/files/index.ts";
import { createEncoder, firstUnmappable } from "../../../../lib/csv/encoding/encode.ts";
import { formatRecord } from "../../../../lib/csv/records/writer.ts";
import { text } from "../../../../lib/text/index.ts";
import { noteCounts } from "../../../csv/file/encoded.ts";
import type { FileEncoding } from "../../../csv/file/form.ts";
import { MAX_NAMED, throwUnmappable } from "../../../csv/file/unmappable.ts";
import { loadColumnMap } from "../../../csv/file/column-map.ts";
import type { Tools } from "../../../tools.ts";
import { changesOf } from "../../../../lib/plan/changes.ts";
import { BlankSecrets, type BlankSecretsFound } from "./blank-secrets.ts";
import { ConsoleColumns } from "./columns.ts";
import { deletesLeftOut, LeftOutRows } from "./left-out.ts";
import type { LeftOutSummary } from "../../../../lib/plan/columns.ts";
import { RowCursor } from "../row-cursor.ts";
import { secretRows, type SecretRow, type SecretSource } from "./secrets.ts";
import { uploadMode } from "./upload.ts";

/** What the tenant gets to know of a written file. */
export interface WrittenUpload {
  /** of the file; undefined if all its rows are left out */
  readonly sha256: string | undefined;
  /** JSON: the fields of its columns */
  readonly upload: string;
}

/** The content of a file for the console. */
export interface ConsoleFile {
  readonly rows: number;
  readonly blankSecrets: BlankSecretsFound;
  /** number of rows with several mail addresses */
  readonly severalAddresses: number;
  /** number of values that a blank cell is to clear */
  readonly cleared: number;
  /** its headers are those of the context's map */
  readonly mapped: boolean;
  readonly leftOut: LeftOutSummary;
}

/**
 * Writes the rows of a plan as a file for the console: in the encoding of the account's language, with CRLF. For
 * 追加更新 the rows that create, update or set a secret, but for those that the tenant leaves out; for 全件更新 every row.
 * Without rows 追加更新 has no file.
 *
 * @param done called when the file is in place; if it throws, the file that was there is left, or none
 * @throws `input-rejected` when a character is unmappable, the input file has changed, or 全件更新 would lack a row
 */
export async function writeConsoleFile(
  tools: Tools,
  path: string,
  source: PlanSource,
  done?: (written: WrittenUpload) => Promise<unknown>,
): Promise<ConsoleFile> {
  const { context } = await tools.tenant("imports");
  const { plan } = source;
  const encoding = context.kind === "embedded" && context.language === "en" ? "utf-8" : "shift_jis";
  const map = await loadColumnMap(tools, plan.kind, { option: undefined, context });
  const columns = new ConsoleColumns(source, map);
  const writing = { path, source, columns, mapped: map !== undefined, encoding, done } as const;
  if ("file" in source && (await tools.outputs.isRestartable(path))) {
    const written = await write(tools, writing).catch((error: unknown) => {
      if (!(error instanceof UnfitRow)) throw error;
    });
    if (written !== undefined) return written;
  }
  await measure(tools, writing);
  return write(tools, writing);
}

/** A plan with its file; that of an undoing has none, and its header is made up of what it changes. */
export type PlanSource = SecretSource | Omit<SecretSource, "file" | "reading">;

/** Input and form of a file to be written. */
interface ConsoleFileInput {
  readonly path: string;
  readonly source: PlanSource;
  readonly columns: ConsoleColumns;
  readonly mapped: boolean;
  readonly encoding: FileEncoding;
  readonly done: ((written: WrittenUpload) => Promise<unknown>) | undefined;
}

/** A row that needs more columns than the header has, or an unmappable character: few files have either. */
class UnfitRow extends Error {}

/** Makes room for the fullest row, and finds unmappable characters. */
async function measure(tools: Tools, { path, source, columns, encoding }: ConsoleFileInput): Promise<void> {
  const check = new EncodingCheck(encoding);
  for await (const batch of joined(tools, { source, columns }, new LeftOutRows())) {
    for (const { row, secrets } of batch) {
      columns.fit(row, !("file" in source));
      check.take(row.row, columns.named(row, secrets));
    }
  }
  check.take(
    1,
    columns.header().map((header) => [header, header]),
  );
  await check.end(tools, "file" in source ? source.file.label : path);
}

/** @throws UnfitRow */
async function write(tools: Tools, writing: ConsoleFileInput): Promise<ConsoleFile> {
  const { path, source, columns, mapped, encoding, done } = writing;
  let fits = true;
  const encoder = createEncoder(encoding, { onUnmappable: "error", report: () => (fits = false) });
  const hash = createHash("sha256");
  const checked = (bytes: Buffer): Buffer => {
    if (!fits) throw new UnfitRow();
    hash.update(bytes);
    return bytes;
  };
  const encoded = (text: string): Buffer => checked(encoder.write(text));
  let isAllLeftOut = false;
  const settle = async (): Promise<void> => {
    await done?.({ sha256: isAllLeftOut ? undefined : hash.digest("hex"), upload: uploadOf(columns) });
  };
  const writeRows = async (writer: ContentWriter): Promise<ConsoleFile> => {
    const blank = new BlankSecrets(columns.secrets());
    const leftOut = new LeftOutRows();
    let [rows, severalAddresses, cleared] = [0, 0, 0];
    await writer.write(encoded(formatRecord(columns.header(), "\r\n")));
    for await (const batch of joined(tools, writing, leftOut)) {
      let text = "";
      for (const { row, secrets } of batch) {
        const cells = columns.cells(row, secrets);
        if (cells === undefined) throw new UnfitRow();
        text += formatRecord(cells, "\r\n");
        blank.take(row, secrets);
        if (row.after.some(({ field, value }) => field === "emails" && (value?.length ?? 0) > 1)) severalAddresses += 1;
        if (row.exists) cleared += changesOf(row).filter(({ after }) => (after ?? "").length === 0).length;
      }
      rows += batch.length;
      await writer.write(encoded(text));
    }
    const { found } = leftOut;
    if (found.count > 0 && uploadMode(source.plan) === "replace") throw deletesLeftOut(found);
    isAllLeftOut = rows === 0 && found.count > 0;
    await writer.write(checked(encoder.end()));
    return { rows, blankSecrets: blank.found, severalAddresses, cleared, mapped, leftOut: found };
  };
  const isEmpty = ({ rows }: ConsoleFile): boolean => rows === 0 && uploadMode(source.plan) === "append";
  const written = await tools.outputs.write(path, writeRows, { settle, isEmpty });
  await noteCounts(tools, encoder);
  return written;
}

const isEmitted = (plan: Import, { action, setsSecret, thing }: PlanRow): boolean => {
  // records of another thing that an undo writes are in no file of this kind
  if (action === "delete" || action === "invalid" || thing !== undefined) return false;
  return uploadMode(plan) === "replace" || action !== "unchanged" || setsSecret;
};

/** The fields of a file's columns, as the tenant gets them. */
const uploadOf = (columns: ConsoleColumns): string => JSON.stringify(columns.fields());

/** A row to be written, with its data from the input file. */
interface JoinedRow {
  readonly row: PlanRow;
  readonly secrets: SecretRow | undefined;
}

/** The rows to be written, in the file's order, in batches as they arrive. @param leftOut takes the others */
async function* joined(
  tools: Pick<Tools, "tenant" | "signal">,
  { source, columns }: Pick<ConsoleFileInput, "source" | "columns">,
  leftOut: LeftOutRows,
): AsyncGenerator<readonly JoinedRow[]> {
  const { client } = await tools.tenant("imports");
  const secrets = "file" in source ? new RowCursor(secretRows(source)) : undefined;
  try {
    const upload = uploadOf(columns);
    for await (const batch of client.imports.rows(source.plan.id, { upload }).batches()) {
      tools.signal.throwIfAborted();
      const rows = batch.filter((row) => isEmitted(source.plan, row) && !leftOut.take(row));
      await secrets?.advanceTo(rows.at(-1)?.row ?? 0);
      yield rows.map((row) => ({ row, secrets: secrets?.at(row.row) }));
    }
    // to its end, where a change of the file is detected
    await secrets?.finish();
  } finally {
    await secrets?.close();
  }
}

/** Finds unmappable characters in rows, before anything is written. */
class EncodingCheck {
  readonly #encoding: FileEncoding;
  readonly #placed: { readonly row: number; readonly header: string; readonly codePoint: number }[] = [];
  #total = 0;

  constructor(encoding: FileEncoding) {
    this.#encoding = encoding;
  }

  /** Checks one row's values, each with its header; `row` is their row in the input. */
  take(row: number, named: Iterable<readonly [header: string, value: string]>): void {
    for (const [header, value] of named) {
      const found = firstUnmappable(this.#encoding, value);
      if (found === undefined) continue;
      this.#total += 1;
      if (this.#placed.length < MAX_NAMED) this.#placed.push({ row, header, codePoint: found.codePoint });
    }
  }

  /** @throws `input-rejected` if a character was found; each is listed by row, header and code point */
  async end(tools: Pick<Tools, "terminal">, name: string): Promise<void> {
    if (this.#total === 0) return;
    await throwUnmappable(tools, {
      name,
      encoding: this.#encoding,
      placed: this.#placed,
      total: this.#total,
      unit: "cell",
      consequence: text("no file was written, nothing was changed", "ファイルを書き出さず、何も変更していません"),
      hint: text("replace these characters and import again", "これらの文字を置き換えて、再度インポートしてください"),
    });
  }
}
