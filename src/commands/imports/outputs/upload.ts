import { extname } from "node:path";
import { line, step } from "../../../lib/advice/index.ts";
import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { getUploadMode } from "../../../lib/model/upload.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import { getUploadEncoding, refuseUnmappable, type NamedCell } from "../../console/upload/encode.ts";
import {
  describeFirstExport,
  requireLastExport,
  writeDeletionList,
  writeKindUpload,
  writeUploads,
} from "../../console/upload/files.ts";
import { getDeletionsFileName } from "../../console/upload/names.ts";
import { describeUploadCheck } from "../../console/screen.ts";
import { readOpenRecords } from "../../console/upload/open-records.ts";
import type { Tools } from "../../tools.ts";
import type { PendingPlan } from "../plan/pending-plan.ts";
import { finishPlan, type FinishOptions } from "../plan/finish-plan.ts";
import type { PlanSecrets } from "./secrets.ts";

// `--emit-csv` writes the file that `console upload` would write after the import.

const isWholeFile = (plan: Import): boolean => getUploadMode(plan.kind, plan.mode) === "replace";

/** @throws `input-rejected` if the upload could delete values that clomoctl does not know */
export async function checkUpload(
  tools: Tools,
  plan: Import,
  { label, file, secrets }: { label: string; file: string; secrets?: PlanSecrets | undefined },
): Promise<void> {
  if (plan.beside !== undefined && extname(file) !== "")
    throw new Failure("usage", {
      what: text(
        "organisations and users are written to separate files: specify a folder",
        "組織とユーザーを別々のファイルに書き出すため、フォルダーを指定してください",
      ),
      where: "--emit-csv",
    });
  const { client } = await tools.tenant("tenant", "imports");
  const { mirroredAt } = await client.tenant.show();
  if (mirroredAt === null)
    throw refuseUpload(
      text("no console export was imported yet", "管理画面のエクスポートをまだ取り込んでいません"),
      describeFirstExport(plan.kind),
    );
  if (isWholeFile(plan)) refuseUnknownData(plan, await requireLastExport(tools, plan.kind), secrets);
  async function* listCells(kind: Import["kind"]): AsyncGenerator<NamedCell> {
    for await (const { row, action, after, thing = FORMATS[plan.kind].thing.name } of client.imports.rows(plan.id)) {
      if (FORMATS[kind].thing.name !== thing) continue;
      if (action === "delete" || action === "invalid" || (action === "unchanged" && !isWholeFile(plan))) continue;
      for (const { field, value } of after) {
        const header = FORMATS[kind].columns.find((one) => one.field === field)?.header ?? field;
        for (const one of [value ?? []].flat()) yield { row, header, value: one };
      }
    }
  }
  for (const kind of plan.beside === undefined ? [plan.kind] : (["orgs", plan.kind] as const)) {
    const encoding = await getUploadEncoding(tools, kind, await requireLastExport(tools, kind));
    await refuseUnmappable(tools, label, { encoding, cells: listCells(kind) });
  }
}

function refuseUnknownData(
  { kind, request, absentColumns }: Import,
  last: Import | undefined,
  secrets: PlanSecrets | undefined,
): void {
  const isMirrored = (header: string): boolean => request?.blank === "keep" || absentColumns.includes(header);
  const unknown = FORMATS[kind].columns.flatMap(({ field, header, secret }) =>
    secret !== true && isMirrored(header) && last?.fields.includes(field) !== true ? [header] : [],
  );
  const without = (secrets?.without ?? []).slice(0, 20).map((key) => `パスワード (${key})`);
  if (unknown.length + without.length === 0) return;
  const named = [...unknown, ...without].join(", ");
  throw refuseUpload(
    text(
      `uploading with 全件更新 could delete values that are in no imported console export: ${named}`,
      `全件更新でアップロードすると、取り込んだエクスポートに含まれない値が管理画面から消えるおそれがあります: ${named}`,
    ),
    text("use --mode append", "--mode append を使ってください"),
  );
}

const refuseUpload = (what: Text, hint: Text): Failure =>
  new Failure("input-rejected", { what, where: "--emit-csv", hint });

export async function finishPlanWithUpload(
  tools: Tools,
  pending: PendingPlan,
  file: string,
  { secrets, ...options }: FinishOptions & { readonly secrets?: PlanSecrets | undefined },
): Promise<Outcome> {
  const outcome = await finishPlan(tools, pending, options);
  const { committed } = pending;
  const number = committed?.consoleTask;
  const write = step(
    `${file} was not written; to write the open changes`,
    `${file} は書き出していません。未完了の変更を書き出すには`,
    line("console upload", number === undefined ? [] : [number], { output: file }),
  );
  if (committed === undefined) {
    await tools.terminal.problem(write);
    return outcome;
  }
  const { kind } = committed;
  const { client } = await tools.tenant("console");
  const extent = isWholeFile(committed) ? "whole" : "part";
  try {
    if (committed.beside !== undefined && number !== undefined) {
      const written = { number: String(number), output: file, generatePasswords: undefined, given: secrets?.given };
      return (await writeUploads(tools, written)) ?? outcome;
    }
    const { kinds, unsafe } = await readOpenRecords(client, number ?? 0);
    const open = kinds.find((one) => one.kind === kind) ?? { kind, records: [], deleted: [] };
    const { leftOut } = await writeKindUpload(tools, {
      ...open,
      unsafe,
      file,
      extent,
      secrets: secrets?.given ?? new Map(),
    });
    if (open.deleted.length > 0 && extent !== "whole")
      await writeDeletionList(tools, { ...open, file: getDeletionsFileName(file) });
    await tools.terminal.note(describeUploadCheck(kind));
    return leftOut.length > 0 ? "partial" : outcome;
  } catch (error) {
    throw error instanceof Failure ? error.with({ hint: write }) : error;
  }
}
