import { createHash } from "node:crypto";
import type { Import, PlanRow } from "../../../../lib/client/index.ts";
import type { ContentWriter } from "../../../../lib/files/index.ts";
import { createEncoder, findUnmappable } from "../../../../lib/csv/encoding/encode.ts";
import { formatRecord } from "../../../../lib/csv/records/writer.ts";
import { text } from "../../../../lib/text/index.ts";
import { noteReplacedCharacters } from "../../../csv/file/encoded.ts";
import type { FileEncoding } from "../../../csv/file/form.ts";
import { MAX_LISTED_CHARACTERS, throwUnmappable } from "../../../csv/file/unmappable.ts";
import { loadColumnMap } from "../../../csv/file/column-map.ts";
import type { Tools } from "../../../tools.ts";
import { listValueChanges } from "../../../../lib/plan/changes.ts";
import { BlankSecrets, type BlankSecretsFound } from "./blank-secrets.ts";
import { ConsoleColumns } from "./columns.ts";
import { createMissingRowsFailure, LeftOutRows } from "./left-out.ts";
import type { LeftOutSummary } from "../../../../lib/plan/columns.ts";
import type { PasswordGenerator } from "../passwords.ts";
import { RowCursor } from "../row-cursor.ts";
import { readSecretRows, type SecretRow, type SecretSource } from "./secrets.ts";
import { getUploadMode } from "../../../../lib/model/upload.ts";

/** The facts about a written upload file that are sent to the tenant. */
export interface WrittenUpload {
  /** hash of the file; undefined if all its rows are left out */
  readonly sha256: string | undefined;
  /** the fields of its columns */
  readonly upload: readonly string[];
}

export interface UploadFileSummary {
  readonly rows: number;
  readonly blankSecrets: BlankSecretsFound;
  readonly severalAddresses: number;
  /** number of values that blank cells are intended to clear */
  readonly cleared: number;
  readonly leftOut: LeftOutSummary;
}

/**
 * Writes the rows of a plan as an upload file for the console, in the encoding of the account's language, with CRLF. A
 * 追加更新 file has the rows that create, update or set a secret, except those that the tenant leaves out; without such
 * rows no file is written. A 全件更新 file has every row.
 *
 * @param done called when the file is in place; if it throws, the file that was there before is restored, if any
 * @throws `input-rejected` if a character is unmappable, the input file has changed, or a 全件更新 file would lack a
 * row
 */
export async function writeConsoleFile(
  tools: Tools,
  path: string,
  source: PlanSource,
  done?: (written: WrittenUpload) => Promise<unknown>,
): Promise<UploadFileSummary> {
  const { context } = await tools.tenant("imports");
  const { plan } = source;
  const encoding = context.kind === "embedded" && context.language === "en" ? "utf-8" : "shift_jis";
  const map = await loadColumnMap(tools, plan.kind, { option: undefined, context });
  const columns = new ConsoleColumns(source, map);
  const writing = { path, source, columns, encoding, done } as const;
  if ("file" in source && (await tools.outputs.isRestartable(path))) {
    const written = await writeEncodedRows(tools, writing).catch((error: unknown) => {
      if (!(error instanceof UnfitRowError)) throw error;
    });
    if (written !== undefined) return written;
  }
  await measureRows(tools, writing);
  return writeEncodedRows(tools, writing);
}

/** A plan with its input file. The plan of an undo and a kept plan are written without a file. */
export type PlanSource = SecretSource | Omit<SecretSource, "file" | "reading" | "map">;

interface UploadFileInput {
  readonly path: string;
  readonly source: PlanSource;
  readonly columns: ConsoleColumns;
  readonly encoding: FileEncoding;
  readonly done: ((written: WrittenUpload) => Promise<unknown>) | undefined;
}

/**
 * Signals that a row needs more columns or contains an unmappable character. This is rare, so rows are not checked in
 * advance.
 */
class UnfitRowError extends Error {}

async function measureRows(tools: Tools, { path, source, columns, encoding }: UploadFileInput): Promise<void> {
  const check = new EncodingCheck(encoding);
  for await (const batch of joinRows(tools, { source, columns }, new LeftOutRows())) {
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

/** Writes the upload file in one pass.  @throws UnfitRowError */
async function writeEncodedRows(tools: Tools, writing: UploadFileInput): Promise<UploadFileSummary> {
  const { path, source, columns, encoding, done } = writing;
  let fits = true;
  const encoder = createEncoder(encoding, { onUnmappable: "error", report: () => (fits = false) });
  const hash = createHash("sha256");
  const checked = (bytes: Buffer): Buffer => {
    if (!fits) throw new UnfitRowError();
    hash.update(bytes);
    return bytes;
  };
  const encoded = (text: string): Buffer => checked(encoder.write(text));
  let isAllLeftOut = false;
  const settle = async (): Promise<void> => {
    await done?.({ sha256: isAllLeftOut ? undefined : hash.digest("hex"), upload: columns.fields() });
  };
  const writeRows = async (writer: ContentWriter): Promise<UploadFileSummary> => {
    const blank = new BlankSecrets(columns.secrets());
    const leftOut = new LeftOutRows();
    let [rows, severalAddresses, cleared] = [0, 0, 0];
    await writer.write(encoded(formatRecord(columns.header(), "\r\n")));
    for await (const batch of joinRows(tools, writing, leftOut)) {
      let text = "";
      for (const { row, secrets } of batch) {
        const cells = columns.cells(row, secrets);
        if (cells === undefined) throw new UnfitRowError();
        text += formatRecord(cells, "\r\n");
        blank.take(row, secrets);
        if (row.after.some(({ field, value }) => field === "emails" && (value?.length ?? 0) > 1)) severalAddresses += 1;
        if (row.exists) cleared += listValueChanges(row).filter(({ after }) => (after ?? "").length === 0).length;
      }
      rows += batch.length;
      await writer.write(encoded(text));
    }
    const { found } = leftOut;
    if (found.count > 0 && getUploadMode(source.plan) === "replace") throw createMissingRowsFailure(found);
    isAllLeftOut = rows === 0 && found.count > 0;
    await writer.write(checked(encoder.end()));
    return { rows, blankSecrets: blank.found, severalAddresses, cleared, leftOut: found };
  };
  const isEmpty = ({ rows }: UploadFileSummary): boolean => rows === 0 && getUploadMode(source.plan) === "append";
  const written = await tools.outputs.write(path, writeRows, { settle, isEmpty });
  await noteReplacedCharacters(tools, encoder);
  return written;
}

const isInUploadFile = (plan: Import, { action, setsSecret, thing }: PlanRow): boolean => {
  // an undo may also write records of another kind, which do not belong in this file
  if (action === "delete" || action === "invalid" || thing !== undefined) return false;
  return getUploadMode(plan) === "replace" || action !== "unchanged" || setsSecret;
};

interface JoinedRow {
  readonly row: PlanRow;
  readonly secrets: SecretRow | undefined;
}

async function* joinRows(
  tools: Pick<Tools, "tenant" | "signal">,
  { source, columns }: Pick<UploadFileInput, "source" | "columns">,
  leftOut: LeftOutRows,
): AsyncGenerator<readonly JoinedRow[]> {
  const { client } = await tools.tenant("imports");
  const secrets = "file" in source ? new RowCursor(readSecretRows(source)) : undefined;
  try {
    const upload = columns.fields();
    for await (const batch of client.imports.rows(source.plan.id, { upload }).batches()) {
      tools.signal.throwIfAborted();
      const rows = batch.filter((row) => isInUploadFile(source.plan, row) && !leftOut.take(row));
      await secrets?.advanceTo(rows.at(-1)?.row ?? 0);
      yield rows.map((row) => ({ row, secrets: addPassword(row, secrets?.at(row.row), source.passwords) }));
    }
    // reads to the end, because a change to the file is detected only there
    await secrets?.finish();
  } finally {
    await secrets?.close();
  }
}

const addPassword = (
  row: PlanRow,
  given: SecretRow | undefined,
  passwords: PasswordGenerator | undefined,
): SecretRow | undefined => {
  const password = passwords?.generate(row, given?.secrets);
  if (passwords === undefined || password === undefined) return given;
  const secrets = new Map([...(given?.secrets ?? []), [passwords.column.field, password] as const]);
  return { row: row.row, unknown: given?.unknown ?? [], secrets };
};

class EncodingCheck {
  readonly #encoding: FileEncoding;
  readonly #placed: { readonly row: number; readonly header: string; readonly codePoint: number }[] = [];
  #total = 0;

  constructor(encoding: FileEncoding) {
    this.#encoding = encoding;
  }

  take(row: number, named: Iterable<readonly [header: string, value: string]>): void {
    for (const [header, value] of named) {
      const found = findUnmappable(this.#encoding, value);
      if (found === undefined) continue;
      this.#total += 1;
      if (this.#placed.length < MAX_LISTED_CHARACTERS) this.#placed.push({ row, header, codePoint: found.codePoint });
    }
  }

  /** @throws `input-rejected` if an unmappable character was found; each is listed with row, header and code point */
  async end(tools: Pick<Tools, "terminal">, name: string): Promise<void> {
    if (this.#total === 0) return;
    await throwUnmappable(tools, {
      name,
      encoding: this.#encoding,
      placed: this.#placed,
      total: this.#total,
      unit: "cell",
      consequence: text("no file was written and nothing was changed", "ファイルを書き出さず、何も変更していません"),
      hint: text("replace these characters and import again", "これらの文字を置き換えて、再度インポートしてください"),
    });
  }
}
