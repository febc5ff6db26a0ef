import { resolve } from "node:path";
import type { Import } from "../../../../lib/client/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { securedAppName } from "../../../../lib/model/secured-user.ts";
import { counted, text } from "../../../../lib/text/index.ts";
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
  const { rows, blankSecrets } = await writeConsoleFile(
    tools,
    resolve(tools.workingFolder, file),
    { ...source, customFields },
    done,
  );
  if (blankSecrets.users > 0) await tools.terminal.warn(blankSecretsWarning(file, plan.mode, blankSecrets));
  const [mode, other] = plan.mode === "replace" ? ["全件更新", "追加更新"] : ["追加更新", "全件更新"];
  const { app, thing } = FORMATS[plan.kind];
  const { place, choice } = thing.screen;
  const inApp = (words: string): string => (app === undefined ? words : words.replace("{app}", securedAppName(app)));
  await tools.terminal.problem(
    text(
      `${file}: ${counted(rows, "row")}; upload in ${inApp(place.en)}, ${choice.en} must be ${mode} (never ${other})`,
      `${file}: ${rows} 行。${inApp(place.ja)}、${choice.ja}必ず「${mode}」にしてアップロードしてください(「${other}」は不可)`,
    ),
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
