import { resolve } from "node:path";
import type { CustomField, Import } from "../../../../lib/client/index.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { counted, text, type Text } from "../../../../lib/text/index.ts";
import { customFieldsOf } from "../../../csv/file/column-map.ts";
import type { Tools } from "../../../tools.ts";
import { deletionsFile } from "../../plan/options.ts";
import { writeDeletions } from "./deletions.ts";
import { writeConsoleFile } from "./file.ts";
import { uploadOf } from "./screen.ts";

/** An undoing that is planned, and what it undoes. */
export interface Undoing {
  readonly undo: Import;
  readonly original: Import;
}

/**
 * Writes what takes an import back in the console: the former values for 追加更新, and beside it who was created, to be
 * deleted by hand.
 *
 * @param done undoes it in the tenant when the files are complete; if it fails, none is left
 * @throws `usage` for organisations, whose places a file of former values cannot tell
 */
export async function emitUndo(
  tools: Tools,
  file: string,
  { undo, original }: Undoing,
  done: () => Promise<unknown>,
): Promise<void> {
  const { kind } = undo;
  if (kind === "orgs") throw NO_FILE;
  const { terminal, workingFolder } = tools;
  const customFields = FORMATS[kind].custom ? await customFieldsOf(tools) : [];
  const plan: Import = { ...undo, header: headersOf(original, customFields) };
  const list = undo.delete > 0 ? deletionsFile(file) : undefined;
  const source = { plan, map: undefined, customFields };
  const { rows, mapped } = await writeConsoleFile(tools, resolve(workingFolder, file), source, () =>
    list === undefined ? done() : writeDeletions(tools, resolve(workingFolder, list), undo, done),
  );
  const { en, ja } = uploadOf(plan);
  await terminal.problem(text(`${file}: ${counted(rows, "row")}; ${en}`, `${file}: ${rows} 行。${ja}`));
  if (list !== undefined) await terminal.problem(byHand(list, undo));
  if (FORMATS[kind].app !== undefined && undo.create > 0) await terminal.warn(againByHand(undo));
  if (FORMATS[kind].thing.ownHeaders === true && !mapped) await terminal.warn(OWN_HEADERS);
}

/** The headers of what the import changed; of all but secrets where records come back. */
const headersOf = ({ kind, columns, delete: gone }: Import, customFields: readonly CustomField[]): string[] => {
  const changed = new Set(columns.map(({ field }) => field));
  const known = FORMATS[kind].columns
    .filter(({ secret, field, sets }) => secret !== true && (gone > 0 || changed.has(field) || changed.has(sets)))
    .map(({ header }) => header);
  return [
    ...known,
    ...customFields.map(({ name }) => name).filter((name) => gone > 0 || changed.has(`custom:${name}`)),
  ];
};

const NO_FILE = new Failure("usage", {
  what: text(
    "there is no file that takes an import of organisations back",
    "組織のインポートを取り消すファイルは書き出せません",
  ),
  where: "--emit-csv",
  hint: text(
    "pass --mirror-only, and do what clomoctl console list says",
    "--mirror-only を指定し、clomoctl console list の作業を行ってください",
  ),
});

const byHand = (list: string, { delete: count, kind }: Import): Text => {
  const { en, ja } = FORMATS[kind].thing.title;
  return text(
    `${list}: ${count} that the import had created, to be deleted by hand (${en})`,
    `${list}: インポートで追加された${ja} ${count} 件(手作業で削除してください)`,
  );
};

const againByHand = ({ create }: Import): Text =>
  text(
    `${counted(create, "user")} that the import had deleted cannot be in the file, as their passwords are not known here: make them again in the console`,
    `インポートで削除された ${create} 人はパスワードが分からないため、ファイルに含まれません。管理画面で作り直してください`,
  );

const OWN_HEADERS = text(
  "the file has clomoctl's own headers, as the console's are not known: replace them before the upload",
  "管理画面での CSV のヘッダーは確認されていないため、ファイルのヘッダーは clomoctl 独自のものです。アップロードの前に書き換えてください",
);
