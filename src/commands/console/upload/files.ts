import { extname, join, resolve } from "node:path";
import type { Import, ImportKind } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { ensureFolder } from "../../../lib/files/index.ts";
import { FORMAT_NAMES, PANEL_KINDS } from "../../../lib/nouns/index.ts";
import { findColumn } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { UPLOAD_OMISSION_REASONS } from "../../../lib/model/upload.ts";
import { formatCount, joinTexts, text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import {
  createPassword,
  findPasswordColumn,
  writePasswords,
  type NewPassword,
} from "../../imports/outputs/passwords.ts";
import { writeTable } from "../../imports/outputs/table-file.ts";
import { buildConsoleImportCommand } from "../../imports/refusal/console-import-command.ts";
import { permitOutputs } from "../../outputs.ts";
import type { Tools } from "../../tools.ts";
import { readTaskNumber } from "../columns.ts";
import { describeUpload, describeUploadCheck } from "../screen.ts";
import { describeTaskChanges } from "../steps.ts";
import { getUploadEncoding, writeUploadFile } from "./encode.ts";
import { getDeletionsFileName } from "./names.ts";
import { readOpenRecords, type KindUpload, type OpenKind } from "./open-records.ts";
import { buildUploadTables, findLastExport, type UploadTables } from "./table.ts";

interface UploadOptions {
  readonly number: string | undefined;
  readonly output: string;
  readonly generatePasswords: string | undefined;
  readonly given?: KindUpload["secrets"] | undefined;
}

/** @returns `partial` if rows are left out @throws `conflict` if the last export of a kind was undone */
export async function writeUploads(
  tools: Tools,
  { number: typed, output, generatePasswords, given = new Map() }: UploadOptions,
): Promise<Outcome> {
  const { client } = await tools.tenant("console", "imports");
  const number = typed === undefined ? undefined : await readTaskNumber(client, typed);
  const open = await readOpenRecords(client, number);
  const kinds = open.kinds.length === 0 ? FORMAT_NAMES : open.kinds.map(({ kind }) => kind);
  for (const kind of kinds) await requireLastExport(tools, kind);
  if (open.kinds.length === 0) {
    await tools.terminal.note(text("there is nothing to upload", "アップロードするものはありません"));
    return undefined;
  }
  const generated: NewPassword[] = [];
  const uploads: BuiltUpload[] = [];
  for (const one of open.kinds) {
    const made = generatePasswords === undefined ? [] : createPasswords(one);
    const field = findPasswordColumn(one.kind)?.field ?? "";
    const secrets = new Map([
      ...given,
      ...made.map(({ key, password }) => [key, new Map([[field, password]])] as const),
    ]);
    const built = await buildKindUpload(tools, { ...open, ...one, isWhole: false, secrets });
    const keys = new Set(built.tables.flatMap(({ rows }) => rows.map(({ key }) => key)));
    generated.push(...made.filter(({ key }) => keys.has(key)));
    uploads.push(built);
  }
  const files = assignFileNames(uploads, output);
  if (extname(output) === "") await ensureFolder(resolve(tools.workingFolder, output));
  const field = { kind: "output", workbook: true, about: text("upload file", "アップロード用ファイル") } as const;
  const written = files.flatMap(({ names }) => names).map((name) => ({ flag: "--output", name, field }));
  if (!(await permitOutputs(tools, written))) return undefined;
  for (const { upload, deletions, names } of files) {
    if (upload !== undefined) await writeKindUpload(tools, upload, names);
    if (deletions !== undefined) await writeDeletionList(tools, deletions, names[0] ?? "");
  }
  for (const { kind } of open.kinds) await tools.terminal.note(describeUploadCheck(kind));
  if (generatePasswords !== undefined) await writePasswords(tools, generatePasswords, generated);
  return uploads.some(({ leftOut }) => leftOut.length > 0) ? "partial" : undefined;
}

const createPasswords = ({ kind, records }: OpenKind): readonly NewPassword[] => {
  if (FORMATS[kind].app === undefined) return [];
  return records.flatMap(({ work, key, name, changes }) => {
    const groups = [changes.find(({ field }) => field === "groups")?.after ?? []].flat().join(", ");
    return work === "create" && key !== null ? [createPassword({ key, name, groups })] : [];
  });
};

interface NamedUpload {
  readonly upload?: BuiltUpload;
  readonly deletions?: OpenKind;
  readonly names: readonly string[];
}

/** In a folder, numbers the files in the order of upload. Lists of records to delete come last. */
function assignFileNames(built: readonly BuiltUpload[], output: string): readonly NamedUpload[] {
  const isFolder = extname(output) === "";
  const tables = built.flatMap((one) => one.tables.map(() => one));
  if (!isFolder && (built.length > 1 || tables.length > 1)) throw createSeveralFilesFailure(tables, "--output");
  let number = 0;
  const nameNext = (kind: ImportKind): string => (isFolder ? join(output, `${(number += 1)}-${kind}.csv`) : output);
  const uploads = built.flatMap((upload): NamedUpload[] => {
    if (upload.records.length === 0) return [];
    return [{ upload, names: upload.tables.map(() => nameNext(upload.kind)) }];
  });
  const lists = built.toReversed().flatMap((deletions): NamedUpload[] => {
    if (deletions.deleted.length === 0) return [];
    return [{ deletions, names: [getDeletionsFileName(nameNext(deletions.kind))] }];
  });
  return [...uploads, ...lists];
}

/** @param files kind of each file */
export const createSeveralFilesFailure = (files: readonly { readonly kind: ImportKind }[], where: string): Failure => {
  const titles = files.map(({ kind }) => FORMATS[kind].thing.title);
  const { en, ja } = joinTexts([...new Set(titles)], text(", ", "、"));
  const isOfOneKind = new Set(titles).size === 1;
  return new Failure("usage", {
    what: isOfOneKind
      ? text(
          `rows that set a password need a file of their own (${en})`,
          `パスワードなどを設定した行は別のファイルに書き出します(${ja})`,
        )
      : text(`several kinds of records have open changes: ${en}`, `複数の種類のデータに未完了の変更があります: ${ja}`),
    where,
    hint: text("specify a folder", "フォルダーを指定してください"),
  });
};

/** @throws `conflict` if the last export was undone, because the values in the console are then unknown */
export async function requireLastExport(tools: Tools, kind: ImportKind): Promise<Import | undefined> {
  const last = await findLastExport((await tools.tenant("imports")).client, kind);
  if (last?.state.startsWith("undone") !== true) return last;
  throw new Failure("conflict", {
    what: text(
      "the last console export was undone, so the differences from the console are unknown",
      "最後に取り込んだエクスポートが取り消されているため、管理画面との違いがわかりません",
    ),
    where: last.fileName,
    hint: describeFirstExport(kind),
  });
}

export const describeFirstExport = (kind: ImportKind): Text => {
  const take = buildConsoleImportCommand(kind);
  return text(`import the console export first: ${take}`, `先に管理画面のエクスポートを取り込んでください: ${take}`);
};

export interface BuiltUpload extends KindUpload, UploadTables {}

export async function buildKindUpload(
  tools: Tools,
  upload: Omit<KindUpload, "last" | "encoding">,
): Promise<BuiltUpload> {
  const last = await requireLastExport(tools, upload.kind);
  const { client } = await tools.tenant(...PANEL_KINDS, "secured");
  const whole = { ...upload, last, encoding: await getUploadEncoding(tools, upload.kind, last) };
  return { ...whole, ...(await buildUploadTables(client, whole)) };
}

/** Writes no file for 全件更新 if a row would be left out, because the console would delete its record. */
export async function writeKindUpload(
  tools: Tools,
  { kind, isWhole, encoding, tables, leftOut }: BuiltUpload,
  files: readonly string[],
): Promise<void> {
  const { terminal } = tools;
  for (const [why, rowsLeft] of Map.groupBy(leftOut, (one) => one.why)) {
    const { [why]: reason } = UPLOAD_OMISSION_REASONS;
    await terminal.warn(
      text(
        `${files[0]} leaves out ${formatCount(rowsLeft.length, "row")}; make these changes in the console by hand. Reason: ${reason.en}`,
        `${files[0]} に含めていない行が ${rowsLeft.length} 行あります。管理画面で手作業で変更してください。理由: ${reason.ja}`,
      ),
    );
    for (const { key, record } of rowsLeft.slice(0, MAX_NAMED_ROWS)) {
      const { en, ja } = joinTexts(record === undefined ? [] : describeTaskChanges({ records: [record] }));
      await terminal.problem(text(`${key}: ${en}`, `${key}: ${ja}`));
    }
  }
  for (const [at, { header, rows }] of tables.entries()) {
    const file = files[at] ?? "";
    if (isWhole ? leftOut.length === 0 : rows.length > 0) {
      await writeUploadFile(tools, file, { encoding, table: [header, ...rows.map(({ cells }) => cells)] });
      const how = describeUpload({ kind, mode: isWhole ? "replace" : "append" });
      const count = formatCount(rows.length, "row");
      await terminal.problem(text(`${file}: ${count}; ${how.en}`, `${file}: ${rows.length} 行。${how.ja}`));
    } else await terminal.problem(text(`${file} was not written`, `${file} は書き出していません`));
  }
}

const MAX_NAMED_ROWS = 20;

export async function writeDeletionList(
  tools: Tools,
  { kind, deleted }: Pick<OpenKind, "kind" | "deleted">,
  file: string,
): Promise<void> {
  const { thing, key } = FORMATS[kind];
  const header = [thing.namedBy ?? "name", key].map((name) => findColumn(FORMATS[kind].columns, name)?.header ?? name);
  const rows = deleted.map((one) => [one.name, one.key ?? ""]);
  await writeTable(tools, file, [header, ...rows]);
  const { en, ja } = thing.title;
  await tools.terminal.problem(
    text(
      `${file} lists the records that you must delete in the console (${en}: ${rows.length}); 追加更新 does not delete records`,
      `${file}: 管理画面で削除する${ja}の一覧(${rows.length} 件。追加更新では削除されません)`,
    ),
  );
}
