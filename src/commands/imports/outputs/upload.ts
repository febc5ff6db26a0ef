import { extname } from "node:path";
import { line, step } from "../../../lib/advice/index.ts";
import type { Client, Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { getUploadMode } from "../../../lib/model/upload.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import { getUploadEncoding, refuseUnmappable, type NamedCell } from "../../console/upload/encode.ts";
import {
  buildKindUpload,
  createSeveralFilesFailure,
  describeFirstExport,
  recordUploads,
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
  const { client } = await tools.tenant("tenant", "imports");
  const { mirroredAt } = await client.tenant.show();
  if (mirroredAt === null)
    throw refuseUpload(
      text("no console export was imported yet", "管理画面のエクスポートをまだ取り込んでいません"),
      describeFirstExport(plan.kind),
    );
  if (isWholeFile(plan)) refuseUnknownData(plan, await requireLastExport(tools, plan.kind), secrets);
  else if (extname(file) !== "") await refuseSeveralFiles(client, plan, secrets);
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

async function refuseSeveralFiles(
  { imports }: Client<"imports">,
  { id, kind, beside }: Import,
  secrets: PlanSecrets | undefined,
): Promise<void> {
  const files = new Map<string, { readonly kind: Import["kind"] }>(
    beside === undefined ? [] : [["orgs", { kind: "orgs" }]],
  );
  for await (const { key, action } of imports.rows(id))
    if (action === "create" || action === "update")
      files.set([...(secrets?.given.get(key)?.keys() ?? [])].toSorted().join(), { kind });
  if (files.size > 1 || beside !== undefined) throw createSeveralFilesFailure([...files.values()], "--emit-csv");
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
  const isWhole = isWholeFile(committed);
  const given = secrets?.given ?? new Map();
  try {
    const { kinds, unsafe } = await readOpenRecords(client, number ?? 0);
    const open = kinds.find((one) => one.kind === kind) ?? { kind, records: [], deleted: [] };
    const built = await buildKindUpload(tools, { ...open, unsafe, isWhole, secrets: given });
    if (number !== undefined && (committed.beside !== undefined || built.tables.length > 1)) {
      const written = { number: String(number), output: file, generatePasswords: undefined, given };
      return (await writeUploads(tools, written)) ?? outcome;
    }
    const { leftOut } = built;
    await recordUploads(tools, [built]);
    await writeKindUpload(tools, built, [file]);
    if (open.deleted.length > 0 && !isWhole) await writeDeletionList(tools, open, getDeletionsFileName(file));
    await tools.terminal.note(describeUploadCheck(kind));
    return leftOut.length > 0 ? "partial" : outcome;
  } catch (error) {
    throw error instanceof Failure ? error.with({ hint: write }) : error;
  }
}
