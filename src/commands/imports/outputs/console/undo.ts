import { line } from "../../../../lib/advice/index.ts";
import type { CustomField, Import } from "../../../../lib/client/index.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { ROOT_ORG_NAME } from "../../../../lib/model/organisation.ts";
import { text, type Text } from "../../../../lib/text/index.ts";
import { customFieldsOf } from "../../../csv/file/column-map.ts";
import type { Tools } from "../../../tools.ts";
import { writeDeletions } from "./deletions.ts";
import { sayUpload, warningsOf } from "./emit.ts";
import { writeConsoleFile, type WrittenUpload } from "./file.ts";
import type { LeftOutSummary } from "../../../../lib/plan/columns.ts";
import { deletionsFile } from "./upload.ts";

/** An undoing that is planned, and what it undoes. */
export interface PlannedUndo {
  readonly undo: Import;
  readonly original: Import;
}

/**
 * Writes what takes an import back in the console: the former values for 追加更新, and beside it who was created, to be
 * deleted by hand.
 *
 * @param done undoes it in the tenant when both files are in place: once it is undone, nothing tells the former values of
 *   the console any more. If it fails, or a file cannot be written, the files that were there are left, or none
 * @throws `usage` for organisations, whose places a file of former values cannot tell
 */
export async function emitUndo(
  tools: Tools,
  file: string,
  { undo, original }: PlannedUndo,
  done: (written: WrittenUpload) => Promise<unknown>,
): Promise<LeftOutSummary> {
  const { kind } = undo;
  if (kind === "orgs") throw NO_FILE;
  const { terminal } = tools;
  const customFields = FORMATS[kind].custom ? await customFieldsOf(tools) : [];
  const { header, unknown } = headersOf({ undo, original }, customFields);
  const plan: Import = { ...undo, header };
  const list = deletionsFile(file, undo);
  const source = { plan, map: undefined, customFields };
  const written = await writeConsoleFile(tools, file, source, (upload) =>
    list === undefined ? done(upload) : writeDeletions(tools, list, undo, () => done(upload)),
  );
  for (const warning of warningsOf(file, plan, written)) await terminal.warn(warning);
  const lacking = await valuesLeftOut(tools, undo, unknown);
  if (lacking.length > 0) await terminal.warn(withoutValues(file, lacking));
  await sayUpload(tools, file, { plan, rows: written.rows });
  if (list !== undefined) await terminal.problem(byHand(list, undo));
  return written.leftOut;
}

/** A column that an undo file may have. */
interface UndoColumn {
  readonly header: string;
  /** what rows of a plan call it */
  readonly field: string;
  readonly sets: string;
}

/**
 * The headers of what the import changed or had, its key among them. If records come back, also of the other columns, secrets
 * aside: all of them if the file has nobody else. Records that are only updated would get blanks in the columns that no export
 * of the console has shown, so these are left out then.
 */
const headersOf = (
  { undo, original }: PlannedUndo,
  customFields: readonly CustomField[],
): { readonly header: string[]; readonly unknown: readonly UndoColumn[] } => {
  const { kind, columns, header: had, request } = original;
  const { unseenColumns = [], create, update } = undo;
  const { thing, columns: all, app } = FORMATS[kind];
  const comesBack = create > 0 && app === undefined;
  const key = thing.keys.find(({ name }) => name === request?.key)?.field;
  const changed = new Set([...columns.map(({ field }) => field), key]);
  const own = customFields.map(({ name }) => ({ header: name, field: `custom:${name}`, sets: `custom:${name}` }));
  const possible: UndoColumn[] = [...all.filter(({ secret }) => secret !== true), ...own];
  const isNeeded = ({ header, field, sets }: UndoColumn): boolean =>
    changed.has(field) || changed.has(sets) || had.includes(header);
  const isKnown = ({ header }: UndoColumn): boolean => update === 0 || !unseenColumns.includes(header);
  const taken = possible.filter((column) => isNeeded(column) || (comesBack && isKnown(column)));
  const unknown = comesBack ? possible.filter(({ sets }) => taken.every((column) => column.sets !== sets)) : [];
  return { header: taken.map(({ header }) => header), unknown };
};

/** The headers of columns that the file lacks and in which somebody who comes back has a value. */
async function valuesLeftOut(tools: Tools, { id }: Import, unknown: readonly UndoColumn[]): Promise<readonly string[]> {
  if (unknown.length === 0) return [];
  const { client } = await tools.tenant("imports");
  const found = new Set<string>();
  for await (const { after, thing } of client.imports.rows(id, { action: "create" })) {
    if (thing !== undefined) continue;
    // a place in the whole organisation is none to enter
    for (const { field, value } of after) if (value !== ROOT_ORG_NAME && (value ?? "").length > 0) found.add(field);
  }
  return unknown.filter(({ field }) => found.has(field)).map(({ header }) => header);
}

const withoutValues = (file: string, headers: readonly string[]): Text => {
  const names = headers.join(", ");
  return text(
    `no export of the console has shown these columns, so ${file} leaves them out; those who come back have values there: enter these in the console by hand (${names})`,
    `次の列は管理画面のエクスポートで確認できていないため、${file} に含めていません。元に戻すものの値は、管理画面で入力してください: ${names}`,
  );
};

const NO_FILE = new Failure("usage", {
  what: text(
    "there is no file that takes an import of organisations back",
    "組織のインポートを取り消すファイルは書き出せません",
  ),
  where: "--emit-csv",
  hint: text(
    `pass --mirror-only, and do what ${line("console list", [])} says`,
    `--mirror-only を指定し、${line("console list", [])} の作業を行ってください`,
  ),
});

const byHand = (list: string, { delete: count, kind }: Import): Text => {
  const { en, ja } = FORMATS[kind].thing.title;
  return text(
    `${list}: ${count} that the import had created, to be deleted by hand (${en})`,
    `${list}: インポートで追加された${ja} ${count} 件(手作業で削除してください)`,
  );
};
