import { basename } from "node:path";
import type { Import } from "../../../../lib/client/index.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import { findColumn } from "../../../../lib/csv/layout/columns.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { line, step } from "../../../../lib/advice/index.ts";
import { formatCount, text, type Text } from "../../../../lib/text/index.ts";
import { loadCustomFields } from "../../../csv/file/column-map.ts";
import type { Tools } from "../../../tools.ts";
import { buildConsoleImportCommand } from "../../refusal/command.ts";
import { describeBlankSecrets } from "./blank-secrets.ts";
import { findMirroredHeaders } from "./columns.ts";
import { writeDeletions } from "./deletions.ts";
import { writeConsoleFile, type UploadFileSummary, type WrittenUpload } from "./file.ts";
import { reportLeftOutRows } from "./left-out.ts";
import type { LeftOutSummary } from "../../../../lib/plan/columns.ts";
import { describeUploadCheck, describeUpload } from "./screen.ts";
import type { SecretSource } from "./secrets.ts";
import { getUploadMode } from "../../../../lib/model/upload.ts";
import { resolveDeletionsFile } from "./upload.ts";

export type UploadFileSource = Pick<SecretSource, "plan"> &
  Partial<Pick<SecretSource, "file" | "reading" | "map" | "passwords">>;

/** Returns a plan's upload file. Its `write` writes the file and settles the plan once the file is in place. */
export const prepareUploadFile = (tools: Tools, name: string, source: UploadFileSource) => ({
  name,
  write: async (settle: (written: WrittenUpload) => Promise<Import>): Promise<LeftOutSummary> => {
    let plan = source.plan;
    const leftOut = await writeUploadFile(tools, name, source, async (written) => (plan = await settle(written)));
    await reportLeftOutRows(tools, name, leftOut, plan);
    if (plan.state !== "planned") await explainTracking(tools, plan, source.file !== undefined);
    return leftOut;
  },
});

/**
 * Explains how clomoctl finds out that the file was uploaded.
 *
 * @param isDirect true if the plan was committed by the command that made it, and so nobody could approve it
 */
async function explainTracking({ terminal }: Tools, { consoleTask, kind }: Import, isDirect: boolean): Promise<void> {
  if (consoleTask === undefined) {
    await terminal.note(
      text(
        "uploads are not tracked until you import the console's first export (--from-console)",
        "管理画面のエクスポートを取り込む(--from-console)までは、反映されたかどうかを確認しません",
      ),
    );
    return;
  }
  const [drop, commit] = [line("console drop", [consoleTask]), line("imports commit", ["PLAN"])];
  await terminal.note(describeUploadCheck(kind));
  if (!isDirect) {
    await terminal.note(step("if you do not upload the file", "アップロードしない場合", drop));
    return;
  }
  await terminal.note(
    text(
      `if you do not upload the file: ${drop}; to have the plan approved first: --keep-plan --report FILE, then ${commit} --emit-csv FILE`,
      `アップロードしない場合: ${drop} 。先に承認を得るには: --keep-plan --report FILE のあと、${commit} --emit-csv FILE`,
    ),
  );
}

/**
 * Writes a plan's upload file, warns of data that the file lacks, and explains where and how to upload it. Records that
 * a replacing plan deletes in CLOMO PANEL are written to another file next to it, to be deleted by hand.
 *
 * @param done called when the files are in place; if it fails, the new files are removed
 * @returns the rows that the file leaves out
 */
async function writeUploadFile(
  tools: Tools,
  file: string,
  source: UploadFileSource,
  done: (written: WrittenUpload) => Promise<unknown>,
): Promise<LeftOutSummary> {
  const { plan } = source;
  const { terminal } = tools;
  const customFields = FORMATS[plan.kind].custom ? await loadCustomFields(tools) : [];
  const list = resolveDeletionsFile(file, plan);
  const { file: input, reading, map, ...rest } = source;
  const whole =
    input === undefined || reading === undefined
      ? { ...rest, customFields }
      : { ...rest, customFields, file: input, reading, map };
  const written = await writeConsoleFile(tools, file, whole, (upload) =>
    list === undefined ? done(upload) : writeDeletions(tools, list, plan, () => done(upload)),
  );
  for (const warning of listUploadWarnings(file, plan, written)) await terminal.warn(warning);
  await explainUpload(tools, file, { plan, rows: written.rows });
  if (list !== undefined) await terminal.problem(describeManualDeletions(list, plan));
  const { released = 0 } = plan;
  if (released > 0) await terminal.problem(describeOwnersToRemove(released));
  return written.leftOut;
}

/**
 * Reports the number of rows and where to upload the file, or that no file was written. In the latter case, warns if an
 * older file has the same name.
 */
export async function explainUpload(
  { terminal, outputs }: Tools,
  file: string,
  { plan, rows }: { readonly plan: Pick<Import, "kind" | "mode">; readonly rows: number },
): Promise<void> {
  if (rows > 0 || getUploadMode(plan) === "replace") {
    const { en, ja } = describeUpload(plan);
    await terminal.problem(text(`${file}: ${formatCount(rows, "row")}; ${en}`, `${file}: ${rows} 行。${ja}`));
    return;
  }
  await terminal.problem(
    text(
      `${file} was not written because there are no rows to upload`,
      `アップロードする行がないため、${file} は書き出していません`,
    ),
  );
  if (!(await outputs.exists(file))) return;
  await terminal.warn(
    text(
      `the existing ${file} is from an earlier run: do not upload it`,
      `既存の ${file} は以前に書き出したものです。アップロードしないでください`,
    ),
  );
}

/**
 * Refuses to replace data of the console that the tenant has never seen.
 *
 * @throws `input-rejected` if the upload file needs data that no export of the console has shown
 */
export function refuseUnseenData(plan: Import): void {
  const { kind, mode, unseenColumns = [] } = plan;
  if (mode !== "replace") return;
  const format = FORMATS[kind];
  const mirror = buildConsoleImportCommand(kind);
  const key = findColumn(format.columns, format.fallbackKey?.at(-1) ?? format.key)?.header ?? "";
  if (unseenColumns.includes(key)) {
    throw new Failure("input-rejected", {
      what: text(
        "no export of these records has been imported from the console, so it is not known which records have to be deleted there; no file was written",
        "この種類の管理画面のエクスポートを取り込んでいないため、管理画面で削除されるものがわかりません。ファイルは書き出していません",
      ),
      where: "--emit-csv",
      hint: text(
        `first import the console's export: ${mirror}`,
        `先に管理画面のエクスポートを取り込んでください: ${mirror}`,
      ),
    });
  }
  const unknown =
    getUploadMode(plan) === "replace"
      ? findMirroredHeaders({ plan }).filter((header) => unseenColumns.includes(header))
      : [];
  if (unknown.length === 0) return;
  const names = unknown.join(", ");
  throw new Failure("input-rejected", {
    what: text(
      `全件更新 overwrites every field, but no export of the console has shown these columns: ${names}; no file was written`,
      `全件更新はすべての項目を上書きしますが、次の列は管理画面のエクスポートで確認できていません: ${names}。ファイルは書き出していません`,
    ),
    where: "--emit-csv",
    hint: text(
      "add these columns to the file, or use --mode append",
      "これらの列をファイルに加えるか、--mode append を使ってください",
    ),
  });
}

/** Yields what people must know about a written file before they upload it. */
export function* listUploadWarnings(file: string, plan: Import, written: UploadFileSummary): Generator<Text> {
  const { blankSecrets, severalAddresses, cleared } = written;
  if (getUploadMode(plan) === "replace") yield describeFullUpdateRisk(plan);
  if (blankSecrets.users > 0) yield describeBlankSecrets(file, getUploadMode(plan) === "replace", blankSecrets);
  if (severalAddresses > 0) {
    yield text(
      `${file} has ${formatCount(severalAddresses, "user")} with several email addresses; it is not known how the console handles them`,
      `${file} にはメールアドレスが複数あるユーザーが ${severalAddresses} 人います。管理画面での扱いは確認されていません`,
    );
  }
  if (cleared > 0 && getUploadMode(plan) === "append") {
    yield text(
      `blank cells in ${file} should clear ${formatCount(cleared, "value")}; it is not documented whether 追加更新 clears values`,
      `${file} の空欄で消す値が ${cleared} 個あります。追加更新で消えるかどうかは、公開資料に記載がありません`,
    );
  }
  const kept = plan.request?.blank === "keep" ? findUnseenInputColumns(plan) : [];
  if (kept.length > 0) {
    const names = kept.join(", ");
    yield text(
      `no export of the console has shown these columns, so their values in ${file} may be out of date if the input cell is blank: ${names}`,
      `次の列は管理画面のエクスポートで確認できていないため、入力ファイルで空欄のセルに書き出した値が古い可能性があります: ${names}`,
    );
  }
}

const findUnseenInputColumns = ({ absentColumns, unseenColumns = [] }: Import): readonly string[] =>
  unseenColumns.filter((header) => !absentColumns.includes(header));

/** Returns the warning about what the manual does not say about 全件更新.  @see facts 6.2 */
const describeFullUpdateRisk = (plan: Import): Text =>
  text(
    `the manual does not say whether 全件更新 deletes users and creates them again (and what happens to their devices), or whether administrators are exempt; users missing from the file are deleted: ${plan.delete} in this mirror, possibly more in the console`,
    `全件更新がユーザーを削除して作り直すのか(デバイスとの関連付けがどうなるか)、管理者が対象外かどうかは、マニュアルに記載がありません。ファイルにないユーザーは削除されます(このミラーでは ${plan.delete} 件。管理画面ではそれより多い可能性があります)`,
  );

const describeManualDeletions = (list: string, { delete: count, kind }: Import): Text => {
  const { title, screen } = FORMATS[kind].thing;
  const { en, ja } = title;
  if (screen.choice === undefined) {
    return text(
      `it is not known whether the upload deletes the records listed in ${basename(list)} (${en}: ${count}); if it does not, delete them by hand`,
      `${basename(list)}: ${ja} ${count} 件は、アップロードで削除されなければ手作業で削除してください(削除されるかどうかは確認されていません)`,
    );
  }
  return text(
    `${basename(list)} lists the records to delete by hand (${en}: ${count}), because 追加更新 does not delete records`,
    `${basename(list)}: 手作業で削除する${ja} ${count} 件(追加更新では削除されません)`,
  );
};

const describeOwnersToRemove = (devices: number): Text =>
  text(
    `first remove the owner from the ${formatCount(devices, "device")} listed above, in the console`,
    `先に、上に示したデバイス ${devices} 台の所有者を管理画面で外してください`,
  );
