import { resolve } from "node:path";
import type { Import } from "../../../../lib/client/index.ts";
import { FORMATS } from "../../../../lib/csv/formats/index.ts";
import { text } from "../../../../lib/text/index.ts";
import type { Tools } from "../../../tools.ts";
import { blankSecretsWarning } from "./blank-secrets.ts";
import type { SecretSource } from "./secrets.ts";
import { writeConsoleFile } from "./file.ts";

/** Where in the console a kind of file is uploaded. @see facts 6.2 */
const screenOf = ({ kind }: Import): string =>
  kind === "users" || kind === "orgs" ? "Users/Org" : "SECURED APPs MANAGER Users › インポート";

/**
 * Writes a plan's file for the console, warns of what it cannot hold, and says where and how it is to be uploaded.
 *
 * @param done called when the file is whole; where it throws, no file is left
 */
export async function emit(
  tools: Tools,
  file: string,
  source: Omit<SecretSource, "customFields">,
  done: () => Promise<void>,
): Promise<void> {
  const { client } = await tools.tenant();
  const { plan } = source;
  const customFields = plan.kind === "users" ? await client.customFields() : [];
  await warnOfUnknownColumns(tools, plan);
  const { rows, blankSecrets } = await writeConsoleFile(
    tools,
    resolve(tools.workingFolder, file),
    { ...source, customFields },
    done,
  );
  if (blankSecrets.users > 0) await tools.terminal.warn(blankSecretsWarning(file, plan.mode, blankSecrets));
  const [mode, other] = plan.mode === "replace" ? ["全件更新", "追加更新"] : ["追加更新", "全件更新"];
  const screen = screenOf(plan);
  await tools.terminal.problem(
    text(
      `${file}: ${rows} ${rows === 1 ? "row" : "rows"}; upload in the console's ${screen} with ${mode} only, never with ${other}`,
      `${file}: ${rows} 行。コンソールの「${screen}」で必ず ${mode} を選んでアップロードしてください(${other} は不可)`,
    ),
  );
}

/** Columns that the file lacks and the console's export does not show: what we have of them may be old. */
async function warnOfUnknownColumns({ terminal }: Tools, plan: Import): Promise<void> {
  if (plan.request?.absent === "clear") return;
  const unknown = FORMATS[plan.kind].columns
    .filter(({ header, consoleExport }) => consoleExport !== true && plan.absentColumns.includes(header))
    .map(({ header }) => header);
  if (unknown.length === 0) return;
  const names = unknown.join(", ");
  await terminal.warn(
    text(
      `the console's export does not show these columns, so what is written for them may be old: ${names}`,
      `次の列はコンソールのエクスポートに含まれないため、書き出す値が古い可能性があります: ${names}`,
    ),
  );
}
