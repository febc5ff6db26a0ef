import { extname } from "node:path";
import { line, step } from "../../../lib/advice/index.ts";
import type { Import, ImportKind } from "../../../lib/client/index.ts";
import { findUnmappable } from "../../../lib/csv/encoding/encode.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { ORG } from "../../../lib/nouns/organisation.ts";
import { getUploadMode } from "../../../lib/derived/console-task.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import { describeExport } from "./console-steps.ts";
import {
  buildKindUpload,
  findLastExport,
  getUploadEncoding,
  recordUploads,
  requireFolder,
  writeKindUpload,
  writeUploads,
} from "./write-uploads.ts";
import { readOpenRecords } from "./open-records.ts";
import { MAX_LISTED_CHARACTERS, throwUnmappable, type LocatedCharacter } from "../files/write-encoded.ts";
import type { Tools } from "../tools.ts";
import type { PendingPlan } from "./pending-plan.ts";
import { finishPlan, type FinishOptions } from "./finish-plan.ts";
import type { PlanSecrets } from "./plan-secrets.ts";

// `--emit-csv` writes the file that `console upload` would write after the import.

interface PlannedUpload {
  readonly label: string;
  readonly file: string;
  readonly secrets?: PlanSecrets | undefined;
}

const isWholeFile = (plan: Import): boolean => getUploadMode(plan.kind, plan.mode) === "replace";

/** @throws `input-rejected` if the upload could delete values that clomoctl does not know */
export async function checkUpload(tools: Tools, plan: Import, upload: PlannedUpload): Promise<void> {
  const { client } = await tools.tenant("tenant", "imports");
  const { mirroredAt } = await client.tenant.show();
  if (mirroredAt === null)
    throw refuseUpload(
      text("no console export has been imported yet", "管理画面のエクスポートをまだ取り込んでいません"),
      describeExport(plan.kind),
    );
  if (isWholeFile(plan)) refuseUnknownData(plan, await findLastExport(client, plan.kind), upload.secrets);
  await checkRows(tools, plan, upload);
}

/** @throws `input-rejected` for characters that the encoding lacks; `usage` if several files have only one name */
async function checkRows(tools: Tools, plan: Import, { label, file, secrets }: PlannedUpload): Promise<void> {
  const { client } = await tools.tenant("imports");
  const encodingOf = async (kind: ImportKind) => getUploadEncoding(tools, kind, await findLastExport(client, kind));
  const own = await encodingOf(plan.kind);
  const ofOrgs = plan.beside === undefined ? own : await encodingOf("orgs");
  const files = new Map<string, ImportKind>(plan.orgsCreated > 0 ? [["orgs", "orgs"]] : []);
  const placed: LocatedCharacter[] = [];
  let [total, lacking] = [0, own];
  for await (const { row, key, action, after, thing } of client.imports.rows(plan.id)) {
    if (action === "delete" || action === "invalid" || (action === "unchanged" && !isWholeFile(plan))) continue;
    const [kind, encoding] = thing === ORG.name ? (["orgs", ofOrgs] as const) : [plan.kind, own];
    const fields = secrets?.given.get(key)?.keys() ?? [];
    if (!isWholeFile(plan)) files.set([kind, ...[...fields].toSorted()].join(), kind);
    for (const { field, value } of after)
      for (const cell of [value ?? []].flat()) {
        const codePoint = findUnmappable(encoding, cell);
        if (codePoint === undefined) continue;
        const column = FORMATS[kind].columns.find((one) => one.field === field)?.header ?? field;
        total += 1;
        lacking = encoding;
        if (total <= MAX_LISTED_CHARACTERS) placed.push({ row, column, codePoint });
      }
  }
  requireFolder(file, [...files.values()], "--emit-csv");
  const hint = text(
    "write other characters in the list (for example 〓), or, for CLOMO PANEL, first import an export in UTF-8: the upload file then is in UTF-8",
    "一覧の文字を別の文字(〓 など)に直すか、CLOMO PANEL なら UTF-8 のエクスポートを先に取り込んでください(アップロード用も UTF-8 になります)",
  );
  if (total > 0) await throwUnmappable(tools, { name: label, encoding: lacking, placed, total, hint });
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
  const given = secrets?.given ?? new Map();
  try {
    if (committed !== undefined && isWholeFile(committed))
      return (await writeWholeUpload(tools, committed, file, given)) ?? outcome;
    if (committed !== undefined && number !== undefined) {
      const kind = extname(file) === "" ? undefined : committed.kind;
      return (await writeUploads(tools, { number: String(number), output: file, kind, given })) ?? outcome;
    }
    await tools.terminal.problem(write);
    return outcome;
  } catch (error) {
    throw error instanceof Failure ? error.with({ hint: write }) : error;
  }
}

/** Writes all records for 全件更新. @returns `partial` if a row cannot be written, so that there is no file */
async function writeWholeUpload(
  tools: Tools,
  { kind, consoleTask }: Import,
  file: string,
  secrets: PlanSecrets["given"],
): Promise<Outcome> {
  const { client } = await tools.tenant("console");
  const kinds = await readOpenRecords(client, consoleTask ?? 0);
  const open = kinds.find((one) => one.kind === kind) ?? { kind, records: [], deleted: [], unsafe: new Set() };
  const built = await buildKindUpload(tools, { ...open, isWhole: true, secrets });
  await recordUploads(tools, [built]);
  await writeKindUpload(tools, built, [file]);
  await tools.terminal.note(describeExport(kind));
  return built.leftOut.length > 0 ? "partial" : undefined;
}
