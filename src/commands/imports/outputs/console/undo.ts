import { line } from "../../../../lib/advice/index.ts";
import type { CustomField, Import } from "../../../../lib/client/index.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { ROOT_ORG_NAME } from "../../../../lib/model/organisation.ts";
import { text, type Text } from "../../../../lib/text/index.ts";
import { loadCustomFields } from "../../../csv/file/column-map.ts";
import type { Tools } from "../../../tools.ts";
import { writeDeletions } from "./deletions.ts";
import { explainUpload, listUploadWarnings } from "./emit.ts";
import { writeConsoleFile, type WrittenUpload } from "./file.ts";
import type { LeftOutSummary } from "../../../../lib/plan/columns.ts";
import { resolveDeletionsFile } from "./upload.ts";

export interface PlannedUndo {
  readonly undo: Import;
  readonly original: Import;
}

/**
 * Writes the files that undo an import in the console: a file of the former values for 追加更新, and next to it a list
 * of
 * the records that the import created, to be deleted by hand.
 *
 * @param done commits the undo in the tenant when both files are in place; after that, the former values of the console
 * are no longer stored. If it fails, or a file cannot be written, the files that were there before are restored
 * @throws `usage` for organisations, because a file of former values cannot express their places in the tree
 */
export async function writeUndoFiles(
  tools: Tools,
  file: string,
  { undo, original }: PlannedUndo,
  done: (written: WrittenUpload) => Promise<unknown>,
): Promise<LeftOutSummary> {
  const { kind } = undo;
  if (kind === "orgs") throw NO_UNDO_FILE_FAILURE;
  const { terminal } = tools;
  const customFields = FORMATS[kind].custom ? await loadCustomFields(tools) : [];
  const { fields, unknown } = selectUndoFields({ undo, original }, customFields);
  const plan: Import = { ...undo, fields };
  const list = resolveDeletionsFile(file, undo);
  const source = { plan, customFields };
  const written = await writeConsoleFile(tools, file, source, (upload) =>
    list === undefined ? done(upload) : writeDeletions(tools, list, undo, () => done(upload)),
  );
  for (const warning of listUploadWarnings(file, plan, written)) await terminal.warn(warning);
  const lacking = await findOmittedColumns(tools, undo, unknown);
  if (lacking.length > 0) await terminal.warn(describeOmittedColumns(file, lacking));
  await explainUpload(tools, file, { plan, rows: written.rows });
  if (list !== undefined) await terminal.problem(describeUndoDeletions(list, undo));
  return written.leftOut;
}

interface UndoColumn {
  readonly header: string;
  /** name of the field in the rows of a plan */
  readonly field: string;
  readonly sets: string;
}

/**
 * Returns the fields that the import changed or its file set, including the key. If the undo restores
 * deleted records, the other fields are added, except secrets. If the file also updates records, it leaves out the
 * fields that no export of the console has shown, because the updated records would get blanks there.
 */
const selectUndoFields = (
  { undo, original }: PlannedUndo,
  customFields: readonly CustomField[],
): { readonly fields: string[]; readonly unknown: readonly UndoColumn[] } => {
  const { kind, columns, fields: had, request } = original;
  const { unseenColumns = [], create, update } = undo;
  const { thing, columns: all, app } = FORMATS[kind];
  const comesBack = create > 0 && app === undefined;
  const key = thing.keys.find(({ name }) => name === request?.key)?.field;
  const changed = new Set([...columns.map(({ field }) => field), key]);
  const own = customFields.map(({ name }) => ({ header: name, field: `custom:${name}`, sets: `custom:${name}` }));
  const possible: UndoColumn[] = [...all.filter(({ secret }) => secret !== true), ...own];
  const isNeeded = ({ field, sets }: UndoColumn): boolean =>
    changed.has(field) || changed.has(sets) || had.includes(field);
  const isKnown = ({ header }: UndoColumn): boolean => update === 0 || !unseenColumns.includes(header);
  const taken = possible.filter((column) => isNeeded(column) || (comesBack && isKnown(column)));
  const unknown = comesBack ? possible.filter(({ sets }) => taken.every((column) => column.sets !== sets)) : [];
  return { fields: taken.map(({ field }) => field), unknown };
};

async function findOmittedColumns(
  tools: Tools,
  { id }: Import,
  unknown: readonly UndoColumn[],
): Promise<readonly string[]> {
  if (unknown.length === 0) return [];
  const { client } = await tools.tenant("imports");
  const found = new Set<string>();
  for await (const { after, thing } of client.imports.rows(id, { action: "create" })) {
    if (thing !== undefined) continue;
    // a record directly in the root organisation does not need a value for its organisation
    for (const { field, value } of after) if (value !== ROOT_ORG_NAME && (value ?? "").length > 0) found.add(field);
  }
  return unknown.filter(({ field }) => found.has(field)).map(({ header }) => header);
}

const describeOmittedColumns = (file: string, headers: readonly string[]): Text => {
  const names = headers.join(", ");
  return text(
    `no export of the console has shown these columns, so ${file} leaves them out; in the console, enter these values by hand for the restored records: ${names}`,
    `次の列は管理画面のエクスポートで確認できていないため、${file} に含めていません。元に戻すものの値は、管理画面で入力してください: ${names}`,
  );
};

const NO_UNDO_FILE_FAILURE = new Failure("usage", {
  what: text(
    "an import of organisations cannot be undone with an upload file",
    "組織のインポートは、アップロード用ファイルでは取り消せません",
  ),
  where: "--emit-csv",
  hint: text(
    `leave out --emit-csv, and do the tasks shown by ${line("console list", [])}`,
    `--emit-csv を指定せずに取り消し、${line("console list", [])} の作業を行ってください`,
  ),
});

const describeUndoDeletions = (list: string, { delete: count, kind }: Import): Text => {
  const { en, ja } = FORMATS[kind].thing.title;
  return text(
    `${list} lists the records that the import created, to be deleted by hand (${en}: ${count})`,
    `${list}: インポートで追加された${ja} ${count} 件(手作業で削除してください)`,
  );
};
