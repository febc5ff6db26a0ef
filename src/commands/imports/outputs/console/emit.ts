import { basename } from "node:path";
import type { Import } from "../../../../lib/client/index.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import { findColumn } from "../../../../lib/csv/layout/columns.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { line } from "../../../../lib/advice/index.ts";
import { counted, text, type Text } from "../../../../lib/text/index.ts";
import { customFieldsOf } from "../../../csv/file/column-map.ts";
import type { Tools } from "../../../tools.ts";
import { exportLine } from "../../refusal/command.ts";
import { blankSecretsWarning } from "./blank-secrets.ts";
import { takenFromMirror } from "./columns.ts";
import { writeDeletions } from "./deletions.ts";
import { writeConsoleFile, type ConsoleFile, type WrittenUpload } from "./file.ts";
import { sayLeftOut } from "./left-out.ts";
import type { LeftOutSummary } from "../../../../lib/plan/columns.ts";
import { exportAndVerify, uploadOf } from "./screen.ts";
import type { SecretSource } from "./secrets.ts";
import { deletionsFile, uploadMode } from "./upload.ts";

/** A plan's file and how to read it again. */
export type EmitSource = Pick<SecretSource, "plan" | "map"> & Partial<Pick<SecretSource, "file" | "reading">>;

/** Returns the file of a plan for the console, as it is written with the plan. */
export const uploadFile = (tools: Tools, name: string, source: EmitSource) => ({
  name,
  write: async (settle: (written: WrittenUpload) => Promise<Import>): Promise<LeftOutSummary> => {
    let plan = source.plan;
    const leftOut = await emit(tools, name, source, async (written) => (plan = await settle(written)));
    await sayLeftOut(tools, name, leftOut, plan);
    if (plan.state !== "planned") await sayTracked(tools, plan);
    return leftOut;
  },
});

/** Says how clomoctl learns that the file was uploaded. */
async function sayTracked({ terminal }: Tools, { consoleTask }: Import): Promise<void> {
  if (consoleTask === undefined) {
    await terminal.note(
      text(
        "nothing is tracked until the first export of the console is taken over (--from-console)",
        "管理画面のエクスポートを取り込む(--from-console)までは、反映されたかどうかを確認しません",
      ),
    );
    return;
  }
  const [drop, commit] = [line("console drop", [consoleTask]), line("imports commit", ["PLAN"])];
  await terminal.note(exportAndVerify(String(consoleTask)));
  await terminal.note(
    text(
      `if it is not uploaded: ${drop}; to have it approved first: --keep-plan --report FILE, then ${commit} --emit-csv FILE`,
      `アップロードしない場合: ${drop} 。先に承認を得るには: --keep-plan --report FILE のあと、${commit} --emit-csv FILE`,
    ),
  );
}

/**
 * Writes a plan's file for the console, warns of data it lacks, and explains where and how to upload it. What a
 * replacing plan deletes in CLOMO PANEL is written beside it, to be deleted by hand.
 *
 * @param done called when the files are in place; if it fails, none is left
 * @returns the rows that the file leaves out
 */
async function emit(
  tools: Tools,
  file: string,
  source: EmitSource,
  done: (written: WrittenUpload) => Promise<unknown>,
): Promise<LeftOutSummary> {
  const { plan } = source;
  const { terminal } = tools;
  const customFields = FORMATS[plan.kind].custom ? await customFieldsOf(tools) : [];
  const list = deletionsFile(file, plan);
  const { file: input, reading, ...rest } = source;
  const whole =
    input === undefined || reading === undefined
      ? { ...rest, customFields }
      : { ...rest, customFields, file: input, reading };
  const written = await writeConsoleFile(tools, file, whole, (upload) =>
    list === undefined ? done(upload) : writeDeletions(tools, list, plan, () => done(upload)),
  );
  for (const warning of warningsOf(file, plan, written)) await terminal.warn(warning);
  await sayUpload(tools, file, { plan, rows: written.rows });
  if (list !== undefined) await terminal.problem(byHand(list, plan));
  const { released = 0 } = plan;
  if (released > 0) await terminal.problem(ownersFirst(released));
  return written.leftOut;
}

/** Says what a written file has and where it is uploaded, or that there is none, and of an earlier one to leave it. */
export async function sayUpload(
  { terminal, outputs }: Tools,
  file: string,
  { plan, rows }: { readonly plan: Pick<Import, "kind" | "mode">; readonly rows: number },
): Promise<void> {
  if (rows > 0 || uploadMode(plan) === "replace") {
    const { en, ja } = uploadOf(plan);
    await terminal.problem(text(`${file}: ${counted(rows, "row")}; ${en}`, `${file}: ${rows} 行。${ja}`));
    return;
  }
  await terminal.problem(
    text(
      `${file} was not written: there are no rows to upload`,
      `アップロードする行がないため、${file} は書き出していません`,
    ),
  );
  if (!(await outputs.exists(file))) return;
  await terminal.warn(
    text(
      `the ${file} that is there is an earlier one: do not upload it`,
      `いまある ${file} は以前のものです。アップロードしないでください`,
    ),
  );
}

/**
 * Refuses to replace what the console has by what the tenant cannot know of it.
 *
 * @throws `input-rejected` where the file would need what the tenant never saw of the console
 */
export function refuseUnseen(plan: Import): void {
  const { kind, mode, unseenColumns = [] } = plan;
  if (mode !== "replace") return;
  const format = FORMATS[kind];
  const mirror = exportLine(kind);
  const key = findColumn(format.columns, format.fallbackKey?.at(-1) ?? format.key)?.header ?? "";
  if (unseenColumns.includes(key)) {
    throw new Failure("input-rejected", {
      what: text(
        "no export of the console was imported for these records, so what it would have to delete is not known; no file was written",
        "この種類の管理画面のエクスポートを取り込んでいないため、管理画面で削除されるものが分かりません。ファイルは書き出していません",
      ),
      where: "--emit-csv",
      hint: text(
        `first import the console's export: ${mirror}`,
        `先に管理画面のエクスポートを取り込んでください: ${mirror}`,
      ),
    });
  }
  const unknown =
    uploadMode(plan) === "replace" ? takenFromMirror({ plan }).filter((header) => unseenColumns.includes(header)) : [];
  if (unknown.length === 0) return;
  const names = unknown.join(", ");
  throw new Failure("input-rejected", {
    what: text(
      `全件更新 overwrites every field, and no export of the console has shown these: ${names}; no file was written`,
      `全件更新はすべての項目を上書きしますが、次の列は管理画面のエクスポートで確認できていません: ${names}。ファイルは書き出していません`,
    ),
    where: "--emit-csv",
    hint: text(
      "put these columns into the file, or clear them by --missing-columns clear, or use --mode append",
      "これらの列をファイルに加えるか、--missing-columns clear で値を消すか、--mode append を使ってください",
    ),
  });
}

/** What is to be known of a written file before it is uploaded. */
export function* warningsOf(file: string, plan: Import, written: ConsoleFile): Generator<Text> {
  const { blankSecrets, severalAddresses, cleared, mapped } = written;
  const { thing, app } = FORMATS[plan.kind];
  if (uploadMode(plan) === "replace") yield fullUpdateWarning(plan);
  if (blankSecrets.users > 0) yield blankSecretsWarning(file, uploadMode(plan) === "replace", blankSecrets);
  if (severalAddresses > 0) {
    yield text(
      `${counted(severalAddresses, "user")} in ${file} with several mail addresses: how the console takes them is not known`,
      `${file} にはメールアドレスが複数あるユーザーが ${severalAddresses} 人います。管理画面での扱いは確認されていません`,
    );
  }
  if (cleared > 0 && uploadMode(plan) === "append") {
    yield text(
      `${counted(cleared, "value")} to be cleared by a blank cell of ${file}: whether 追加更新 does that is not documented`,
      `${file} の空欄で消す値が ${cleared} 個あります。追加更新で消えるかどうかは、公開資料に記載がありません`,
    );
  }
  const kept = plan.request?.blank === "keep" ? keptOf(plan) : [];
  if (kept.length > 0) {
    const names = kept.join(", ");
    yield text(
      `no export of the console has shown these columns, so what ${file} has where the input is blank may be out of date: ${names}`,
      `次の列は管理画面のエクスポートで確認できていないため、入力が空欄のところに書き出した値が古い可能性があります: ${names}`,
    );
  }
  if (app === undefined && !mapped) yield thing.ownHeaders === true ? ownHeadersWarning(file, plan) : panelNote(file);
}

/** The columns of the input that no export has shown. */
const keptOf = ({ absentColumns, unseenColumns = [] }: Import): readonly string[] =>
  unseenColumns.filter((header) => !absentColumns.includes(header));

/** @see facts 6.2: what the manual leaves open */
const fullUpdateWarning = (plan: Import): Text =>
  text(
    `the manual does not say whether 全件更新 deletes users and makes them anew (and what becomes of their devices), nor whether it spares administrators; it deletes whoever is not in the file: by this mirror ${plan.delete}, in the console perhaps more`,
    `全件更新がユーザーを削除して作り直すのか(デバイスとの関連付けがどうなるか)、管理者が対象外かどうかは、マニュアルに記載がありません。ファイルにないユーザーは削除されます(このミラーでは ${plan.delete} 件。管理画面ではそれより多い可能性があります)`,
  );

const panelNote = (file: string): Text =>
  text(
    `the encoding and most headers of CLOMO PANEL's users file are not confirmed: compare ${file} with a file that the console exported`,
    `CLOMO PANEL のユーザー CSV の文字コードと多くのヘッダーは確認されていません。${file} を管理画面のエクスポートと見比べてください`,
  );

const byHand = (list: string, { delete: count, kind }: Import): Text => {
  const { title, screen } = FORMATS[kind].thing;
  const { en, ja } = title;
  if (screen.choice === undefined) {
    return text(
      `${basename(list)}: ${count} to be deleted by hand (${en}), if the upload does not: whether it does is not known`,
      `${basename(list)}: ${ja} ${count} 件は、アップロードで削除されなければ手作業で削除してください(削除されるかどうかは確認されていません)`,
    );
  }
  return text(
    `${basename(list)}: ${count} to be deleted by hand (${en}): 追加更新 deletes nothing`,
    `${basename(list)}: 手作業で削除する${ja} ${count} 件(追加更新では削除されません)`,
  );
};

/** What comes before the deletion of owners. */
const ownersFirst = (devices: number): Text =>
  text(
    `first remove the owner from ${counted(devices, "device")} in the console (named above)`,
    `先に、上に示したデバイス ${devices} 台の所有者を管理画面で外してください`,
  );

const ownHeadersWarning = (file: string, { kind }: Import): Text => {
  const { en, ja } = FORMATS[kind].thing.title;
  return text(
    `${file} has clomoctl's own headers, as the console's for ${en} are not known: replace them before the upload, and put clomoctl's into the console's export`,
    `管理画面での${ja}の CSV のヘッダーは確認されていないため、${file} のヘッダーは clomoctl 独自のものです。アップロードの前に管理画面のものに、照合の前にはエクスポートのヘッダーを clomoctl のものに書き換えてください`,
  );
};
