import { resolve } from "node:path";
import type { Import } from "../../../../lib/client/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { securedAppName } from "../../../../lib/model/secured-user.ts";
import { counted, text, type Text } from "../../../../lib/text/index.ts";
import type { Tools } from "../../../tools.ts";
import { blankSecretsWarning } from "./blank-secrets.ts";
import type { SecretSource } from "./secrets.ts";
import { writeConsoleFile } from "./file.ts";

/** Where in the console a kind of file is uploaded, and what the choice of the mode is called there. */
interface Screen {
  readonly place: Text;
  readonly choice: Text;
}

/** @see facts 1.1, 6.2: the manual has a label for the choice only on the screens of SECURED APPs MANAGER */
const screenOf = ({ kind }: Import): Screen => {
  if (kind === "users" || kind === "orgs") {
    return {
      place: text(
        "CLOMO PANEL, Users/Org › Import/Export › Import",
        "CLOMO PANEL の「Users/Org」画面で「Import/Export」›「Import」を選び",
      ),
      choice: text("the mode", ""),
    };
  }
  const app = securedAppName(kind);
  return {
    place: text(
      `SECURED APPs MANAGER (${app}), Users › インポート`,
      `SECURED APPs MANAGER(${app})の「Users」画面でインポートアイコンを選び`,
    ),
    choice: text("インポート方法", "「インポート方法」を"),
  };
};

/**
 * Writes a plan's file for the console, warns of data it lacks, and explains where and how to upload it.
 *
 * @param done called when the file is complete; if it throws, no file is left
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
  const { place, choice } = screenOf(plan);
  await tools.terminal.problem(
    text(
      `${file}: ${counted(rows, "row")}; upload in ${place.en}, ${choice.en} must be ${mode} (never ${other})`,
      `${file}: ${rows} 行。${place.ja}、${choice.ja}必ず「${mode}」にしてアップロードしてください(「${other}」は不可)`,
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
