import { resolve } from "node:path";
import type { Import } from "../../../../lib/client/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { securedAppName } from "../../../../lib/model/secured-user.ts";
import { counted, text, type Text } from "../../../../lib/text/index.ts";
import { customFieldsOf } from "../../../csv/file/column-map.ts";
import type { Tools } from "../../../tools.ts";
import { blankSecretsWarning } from "./blank-secrets.ts";
import type { SecretSource } from "./secrets.ts";
import { writeConsoleFile } from "./file.ts";

/** A plan's file and how to read it again. */
export type EmitSource = Omit<SecretSource, "customFields">;

/**
 * Writes a plan's file for the console, warns of data it lacks, and explains where and how to upload it.
 *
 * @param done called when the file is complete; if it fails, no file is left
 */
export async function emit(
  tools: Tools,
  file: string,
  source: EmitSource,
  done?: () => Promise<unknown>,
): Promise<void> {
  const { plan } = source;
  const customFields = FORMATS[plan.kind].custom ? await customFieldsOf(tools) : [];
  await warnOfUnknownColumns(tools, plan);
  let isDone = false;
  const settle = async (): Promise<void> => {
    await done?.();
    isDone = done !== undefined;
  };
  const { rows, blankSecrets, mapped } = await writeConsoleFile(
    tools,
    resolve(tools.workingFolder, file),
    { ...source, customFields },
    settle,
  ).catch(async (error: unknown) => {
    if (isDone) await tools.terminal.problem(withoutFile(file, plan));
    throw error;
  });
  if (blankSecrets.users > 0) await tools.terminal.warn(blankSecretsWarning(file, plan.mode, blankSecrets));
  if (FORMATS[plan.kind].thing.ownHeaders === true && !mapped) await tools.terminal.warn(ownHeadersWarning(file, plan));
  const { en, ja } = uploadOf(plan);
  await tools.terminal.problem(text(`${file}: ${counted(rows, "row")}; ${en}`, `${file}: ${rows} 行。${ja}`));
}

/** The file could not take its name in the last moment. */
const withoutFile = (file: string, { id }: Import): Text =>
  text(
    `${file} was not written, though import ${id} waits for the console: clomoctl imports discard ${id}`,
    `${file} は書き出されていませんが、インポート ${id} は管理画面での反映待ちです: clomoctl imports discard ${id}`,
  );

const ownHeadersWarning = (file: string, { kind }: Import): Text => {
  const { en, ja } = FORMATS[kind].thing.title;
  return text(
    `${file} has clomoctl's own headers, as the console's for ${en} are not known: replace them before the upload, and put clomoctl's into the console's export before it is verified`,
    `管理画面での${ja}の CSV のヘッダーは確認されていないため、${file} のヘッダーは clomoctl 独自のものです。アップロードの前に管理画面のものに、照合の前にはエクスポートのヘッダーを clomoctl のものに書き換えてください`,
  );
};

/** Where and how to upload a plan's file. */
function uploadOf({ kind, mode }: Import): Text {
  const { app, thing } = FORMATS[kind];
  const { place, choice } = thing.screen;
  const inApp = (words: string): string => (app === undefined ? words : words.replace("{app}", securedAppName(app)));
  const upload = text(`upload in ${inApp(place.en)}`, inApp(place.ja));
  if (choice === undefined) {
    const unknown =
      mode === "replace"
        ? text(
            "which one, and whether it deletes what the file lacks, is not known",
            "どれが合うか、ファイルにないものが削除されるかは確認されていません",
          )
        : text("which one is not known", "どれが合うかは確認されていません");
    return text(
      `${upload.en}, by the choice that takes such a file (${unknown.en})`,
      `${upload.ja}、このファイルに合う選択肢でアップロードしてください(${unknown.ja})`,
    );
  }
  const [wanted, other] = mode === "replace" ? ["全件更新", "追加更新"] : ["追加更新", "全件更新"];
  return text(
    `${upload.en}, ${choice.en} must be ${wanted} (never ${other})`,
    `${upload.ja}、${choice.ja}必ず「${wanted}」にしてアップロードしてください(「${other}」は不可)`,
  );
}

/** Warns of columns missing from the file and from the console's export: our data for them may be outdated. */
async function warnOfUnknownColumns({ terminal }: Tools, plan: Import): Promise<void> {
  if (plan.request?.absent === "clear") return;
  const unknown = FORMATS[plan.kind].columns
    .filter(({ header, consoleExport }) => consoleExport !== true && plan.absentColumns.includes(header))
    .map(({ header }) => header);
  if (unknown.length === 0) return;
  const names = unknown.join(", ");
  await terminal.warn(
    text(
      `the console's export lacks these columns, so the values written for them may be out of date: ${names}`,
      `次の列は管理画面のエクスポートに含まれないため、書き出す値が古い可能性があります: ${names}`,
    ),
  );
}
