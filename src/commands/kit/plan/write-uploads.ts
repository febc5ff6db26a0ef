import { extname, join, resolve } from "node:path";
import type { Client, Import, ImportKind } from "../../../lib/client/index.ts";
import { createEncoder } from "../../../lib/csv/encoding/encode.ts";
import { ENCODINGS, type Encoding, formatRecord } from "../../../lib/csv/records/record.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { ensureFolder } from "../../../lib/files/index.ts";
import { FORMAT_NAMES, PANEL_KINDS } from "../../../lib/nouns/index.ts";
import { findColumn } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { UPLOAD_OMISSION_REASONS } from "../../../lib/derived/console-task.ts";
import { formatCount, joinTexts, text } from "../../../lib/text/index.ts";
import { type Outcome } from "../command.ts";
import { noteReplacedCharacters } from "../files/write-encoded.ts";
import { createPassword, findPasswordColumn, writePasswords, type NewPassword } from "./plan-secrets.ts";
import { writeTable } from "../files/table-file.ts";
import { getDeletionsFileName, UPLOAD_FILE_OPTION } from "../read-list/options.ts";
import { permitOutputs } from "../files/outputs.ts";
import type { Tools } from "../tools.ts";
import { requireNamedContext } from "../permission.ts";
import { readTaskNumber } from "./find.ts";
import { describeTaskChanges, describeUpload, describeExport } from "./console-steps.ts";
import { readOpenRecords, type KindUpload, type OpenKind } from "./open-records.ts";
import {
  buildUploadTables,
  listRecordedFiles,
  MAX_RECORDED_IDS,
  type BuiltUpload,
  type RecordedFile,
} from "./upload-table.ts";

interface UploadOptions {
  readonly number: string | undefined;
  readonly output: string;
  /** default: all kinds */
  readonly kind?: ImportKind | undefined;
  readonly generatePasswords?: string | undefined;
  readonly given?: KindUpload["secrets"] | undefined;
}

/** @returns `partial` if rows are left out @throws `conflict` if the last export of a kind was undone */
export async function writeUploads(
  tools: Tools,
  { number: typed, output, kind: only, generatePasswords, given = new Map() }: UploadOptions,
): Promise<Outcome> {
  const chosen = await tools.tenant("console", "imports");
  const { client } = chosen;
  requireNamedContext(tools, chosen);
  const number = typed === undefined ? undefined : await readTaskNumber(client, typed);
  const open = (await readOpenRecords(client, number)).filter(({ kind }) => only === undefined || kind === only);
  if (open.length === 0) {
    for (const kind of FORMAT_NAMES) await findLastExport(client, kind);
    return tools.terminal.note(text("there is nothing to upload", "アップロードするものはありません"));
  }
  const generated: NewPassword[] = [];
  const uploads: BuiltUpload[] = [];
  for (const one of open) {
    const made = generatePasswords === undefined ? [] : createPasswords(one);
    const field = findPasswordColumn(one.kind)?.field ?? "";
    const own = made.map(({ key, password }) => [key, new Map([[field, password]])] as const);
    const secrets = new Map([...given, ...own]);
    const built = await buildKindUpload(tools, { ...one, isWhole: false, secrets });
    const keys = new Set(built.tables.flatMap(({ rows }) => rows.map(({ key }) => key)));
    generated.push(...made.filter(({ key }) => keys.has(key)));
    uploads.push(built);
  }
  const kinds = uploads.flatMap(({ kind, tables }) => (tables.length === 0 ? [kind] : tables.map(() => kind)));
  requireFolder(output, kinds, "--output");
  // in a folder, files are numbered in the order of upload; lists of records to delete come last
  let place = 0;
  const isFolder = extname(output) === "";
  const nameNext = (kind: ImportKind): string => (isFolder ? join(output, `${(place += 1)}-${kind}.csv`) : output);
  const files = uploads.map((one) => ({ ...one, names: one.tables.map(() => nameNext(one.kind)) }));
  const lists = uploads
    .toReversed()
    .flatMap((one) => (one.deleted.length === 0 ? [] : [{ ...one, name: getDeletionsFileName(nameNext(one.kind)) }]));
  if (isFolder) await ensureFolder(resolve(tools.workingFolder, output));
  const [file, list] = [UPLOAD_FILE_OPTION, { ...UPLOAD_FILE_OPTION, workbook: true }] as const;
  const outputs = [
    ...files.flatMap(({ names }) => names.map((name) => ({ flag: "--output", name, field: file }))),
    ...lists.map(({ name }) => ({ flag: "--output", name, field: list })),
  ];
  if (!(await permitOutputs(tools, outputs))) return undefined;
  await recordUploads(tools, uploads);
  for (const one of files) await writeKindUpload(tools, one, one.names);
  for (const one of lists) await writeDeletionList(tools, one, one.name);
  const apps = new Map(open.map(({ kind }) => [FORMATS[kind].app, kind]));
  for (const kind of apps.values()) await tools.terminal.note(describeExport(kind));
  if (generatePasswords !== undefined) await writePasswords(tools, generatePasswords, generated);
  return uploads.some(({ leftOut }) => leftOut.length > 0) ? "partial" : undefined;
}

/** Records what is in the files before they are written. @throws `not-permitted` */
export async function recordUploads(tools: Tools, uploads: readonly BuiltUpload[]): Promise<void> {
  const { client } = await tools.tenant("console");
  let files: RecordedFile[] = [];
  const countIds = (): number => files.reduce((sum, { ids = [] }) => sum + ids.length, 0);
  for (const file of uploads.flatMap(listRecordedFiles)) {
    // a request has at most 100 files
    const isFull = files.length === 100 || countIds() + (file.ids?.length ?? 0) > MAX_RECORDED_IDS;
    if (isFull) await client.console.write({ files });
    files = isFull ? [file] : [...files, file];
  }
  if (files.length > 0) await client.console.write({ files });
}

const createPasswords = ({ kind, records }: OpenKind): readonly NewPassword[] => {
  if (FORMATS[kind].app === undefined) return [];
  return records.flatMap(({ work, key, name, changes }) => {
    const groups = [changes.find(({ field }) => field === "groups")?.after ?? []].flat().join(", ");
    return work === "create" ? [createPassword({ key, name, groups })] : [];
  });
};

/** @param kinds kind of each file @throws `usage` if several files have only one name */
export function requireFolder(output: string, kinds: readonly ImportKind[], where: string): void {
  if (extname(output) === "" || kinds.length < 2) return;
  const titles = kinds.map((kind) => FORMATS[kind].thing.title);
  const { en, ja } = joinTexts([...new Set(titles)], text(", ", "、"));
  throw new Failure("usage", {
    what: text(
      `each kind of records, and the rows that set a password, need a file of their own: ${en}`,
      `データの種類ごとに、またパスワードなどを設定する行は別に、ファイルが必要です: ${ja}`,
    ),
    where,
    hint: text("specify a folder", "フォルダーを指定してください"),
  });
}

/** @throws `conflict` if the last export was undone, because the values in the console are then unknown */
export async function findLastExport(
  { imports }: { readonly imports: Pick<Client<"imports">["imports"], "list"> },
  kind: ImportKind,
): Promise<Import | undefined> {
  const [last] = (await imports.list())
    .filter((one) => one.kind === kind && one.request?.fromConsole === true && one.change !== null)
    .toSorted((one, other) => (other.change ?? 0) - (one.change ?? 0));
  if (last?.state.startsWith("undone") !== true) return last;
  throw new Failure("conflict", {
    what: text(
      "the last console export was undone, so the differences from the console are unknown",
      "最後に取り込んだエクスポートが取り消されているため、管理画面との違いがわかりません",
    ),
    where: last.fileName,
    hint: describeExport(kind),
  });
}

export const getUploadEncoding = async (
  tools: Tools,
  kind: ImportKind,
  last: Import | undefined,
): Promise<Encoding> => {
  const { context } = await tools.tenant("imports");
  const exported = ENCODINGS.find((one) => FORMATS[kind].app === undefined && one === last?.encoding);
  return exported ?? (context.kind === "embedded" && context.language === "en" ? "utf-8" : "shift_jis");
};

export async function buildKindUpload(
  tools: Tools,
  upload: Omit<KindUpload, "last" | "encoding">,
): Promise<BuiltUpload> {
  const { client } = await tools.tenant(...PANEL_KINDS, "secured", "imports");
  const last = await findLastExport(client, upload.kind);
  const encoding = await getUploadEncoding(tools, upload.kind, last);
  return buildUploadTables(client, { ...upload, last, encoding });
}

export async function writeKindUpload(
  tools: Tools,
  { kind, isWhole, encoding, tables, leftOut }: BuiltUpload,
  files: readonly string[],
): Promise<void> {
  const { terminal } = tools;
  const { en: title, ja: titleJa } = FORMATS[kind].thing.title;
  for (const [why, rowsLeft] of Map.groupBy(leftOut, (one) => one.why)) {
    const { [why]: reason } = UPLOAD_OMISSION_REASONS;
    await terminal.warn(
      text(
        `${title}: the file leaves out ${formatCount(rowsLeft.length, "row")}; make these changes in the console by hand. Reason: ${reason.en}`,
        `${titleJa}: ファイルに含めていない行が ${rowsLeft.length} 行あります。管理画面で手作業で変更してください。理由: ${reason.ja}`,
      ),
    );
    for (const { key, record } of rowsLeft.slice(0, MAX_NAMED_ROWS)) {
      const { en, ja } = joinTexts(record === undefined ? [] : describeTaskChanges({ records: [record] }));
      await terminal.problem(text(`${key}: ${en}`, `${key}: ${ja}`));
    }
  }
  if (tables.length === 0 && leftOut.length > 0)
    await terminal.problem(text(`${title}: no file was written`, `${titleJa}: ファイルは書き出していません`));
  for (const [at, { header, rows }] of tables.entries()) {
    const file = files[at] ?? "";
    const encoder = createEncoder(encoding, { onUnmappable: "error" });
    await tools.outputs.write(file, async (writer) => {
      for (const cells of [header, ...rows.map((row) => row.cells)])
        await writer.write(encoder.write(formatRecord(cells, "\r\n")));
      await writer.write(encoder.end());
    });
    await noteReplacedCharacters(tools, encoder);
    const how = describeUpload(kind, isWhole);
    const count = formatCount(rows.length, "row");
    await terminal.problem(text(`${file}: ${count}; ${how.en}`, `${file}: ${rows.length} 行。${how.ja}`));
  }
}

const MAX_NAMED_ROWS = 20;

async function writeDeletionList(tools: Tools, { kind, deleted }: Pick<OpenKind, "kind" | "deleted">, file: string) {
  const { thing, key } = FORMATS[kind];
  const header = [thing.namedBy ?? "name", key].map((name) => findColumn(FORMATS[kind].columns, name)?.header ?? name);
  const rows = deleted.map((one) => [one.name, one.key]);
  await writeTable(tools, file, [[header, ...rows]]);
  const { en, ja } = thing.title;
  await tools.terminal.problem(
    text(
      `${file} lists the records that you must delete in the console (${en}: ${rows.length}); 追加更新 does not delete records`,
      `${file}: 管理画面で削除する${ja}の一覧(${rows.length} 件。追加更新では削除されません)`,
    ),
  );
}
