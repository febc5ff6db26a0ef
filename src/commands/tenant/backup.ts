import { basename, dirname, extname, join, resolve } from "node:path";
import type { EmbeddedContext } from "../../lib/config/context.ts";
import { Failure } from "../../lib/errors/index.ts";
import { ensureFolder, isFolder, listFileNames, readChunks, removeFile } from "../../lib/files/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { workOnEachContext } from "../kit/each-context.ts";
import { defineOption, type OutputField } from "../kit/field.ts";
import { permitOutputs } from "../kit/files/outputs.ts";
import { isAboutSeveral } from "../kit/list/contexts.ts";
import { checkBackup } from "../kit/files/tenant-copy.ts";
import type { Tools } from "../kit/tools.ts";

const BACKUP_FILE: OutputField = { kind: "output", notStdout: true, about: text("backup", "バックアップ") };

export default defineCommand({
  summary: text("back up a tenant to a file, while others use it", "テナントを使用中でもファイルにバックアップする"),
  details: text(
    "A backup is the complete tenant of this computer, at one moment: records, history, audit log, passwords (hashed) and encrypted secrets. It is checked with its audit log before it gets its name. Secrets can only be decrypted with sealing.key in clomoctl's folder: keep a copy of that file in another place. `context add NAME --from FILE` restores a backup. For a successor, use `handover export`, which contains no secrets.",
    "バックアップは、このコンピューターにあるテナントのある時点の全データです(データ、履歴、監査ログ、パスワードのハッシュ、暗号化した機密情報)。監査ログを含めて検査した後に、ファイル名を付けます。機密情報の復号には clomoctl のフォルダーの sealing.key が必要です。別の場所に保管してください。復元は `context add NAME --from FILE` です。後任に渡すデータは、機密情報を含まない `handover export` で書き出してください。",
  ),
  args: {},
  options: {
    output: defineOption(
      "string",
      "FILE|FOLDER",
      "new file (with an extension), or folder, which gets a new file in each run",
      "新しいファイル(拡張子が必要)、またはフォルダー(実行のたびに新しいファイルを作る)",
      { short: "o", required: true },
    ),
    keep: {
      kind: "number",
      min: 1,
      about: text(
        "keep only the newest N backups of the context in FOLDER",
        "FOLDER にある、このコンテキストのバックアップのうち、新しい N 個だけを残す",
      ),
    },
    allContexts: {
      kind: "boolean",
      about: text("back up all tenants of this computer", "このコンピューターにある全テナントをバックアップする"),
    },
  },
  examples: [
    { line: "clomoctl tenant backup -o backup.db" },
    { line: "clomoctl tenant backup -o backup --all-contexts --keep 14" },
  ],
  opensTenant: false,
  isLocal: true,
  job: ({ output }) => [String(output)],
  exits: ["input-rejected", "not-found", "locked", "unavailable", "partial"],
  async run(tools, { output, keep, allContexts }) {
    const { contexts, globals, environment, workingFolder } = tools;
    const folder = resolve(workingFolder, output);
    const isInFolder = output !== "-" && (extname(output) === "" || (await isFolder(folder)));
    if (!isInFolder && (isAboutSeveral(tools, allContexts) || keep !== undefined)) throw FOLDER_REQUIRED_FAILURE;
    const named = await contexts.chooseSeveral(allContexts, globals.context, environment);
    const local = named.filter((context) => context.kind === "embedded" && contexts.hasTenant(context));
    const names = named.flatMap((context) => (local.includes(context) ? [] : [context.name])).join(", ");
    const what = text(
      `not backed up, because a server has the data, or there is none: ${names}`,
      `サーバーにあるか、データがないため、バックアップしていません: ${names}`,
    );
    if (local.length === 0) throw new Failure("not-found", { what, hint: SERVER_HINT });
    if (names !== "") await tools.terminal.note(what);
    if (isInFolder) await ensureFolder(folder);
    return workOnEachContext(tools, local as readonly EmbeddedContext[], async (context) => {
      const time = tools.clock.now().toISOString().replaceAll(/[-:.]/g, "");
      const name = isInFolder ? join(output, `${buildPrefix(context)}${time}.db`) : output;
      if (!(await permitOutputs(tools, [{ flag: "--output", name, field: BACKUP_FILE }]))) return;
      await writeBackup(tools, context, name);
      const deleted = keep === undefined ? 0 : await deleteOlder(tools, context, join(folder, basename(name)), keep);
      const [en, ja] = deleted === 0 ? ["", ""] : [`, deleted ${deleted} older`, `。古い ${deleted} 個を削除しました`];
      await tools.terminal.note(
        text(
          `backed up ${context.name}: ${name} (audit log verified)${en}`,
          `${context.name} をバックアップしました: ${name}(監査ログを検証済み)${ja}`,
        ),
      );
    });
  },
});

async function writeBackup(tools: Tools, context: EmbeddedContext, name: string): Promise<void> {
  const { terminal, outputs, signal, temporary } = tools;
  const { createTemporaryFolder } = await import("../../lib/files/temporary.ts");
  const { path, remove } = await createTemporaryFolder(temporary, "backup");
  const copy = join(path, "tenant.db");
  try {
    await terminal.progress.during({ id: "backup", name: text("Backing up", "バックアップ") }, (step) =>
      tools.backUpTenant(context, copy, (copied, all) => {
        signal.throwIfAborted();
        step.reach(copied / all);
      }),
    );
    await checkBackup(tools, copy, context.tenantFolder);
    await outputs.write(name, async (writer) => {
      for await (const chunk of readChunks(copy)) await writer.write(chunk);
      signal.throwIfAborted();
    });
  } finally {
    await remove();
  }
}

const buildPrefix = ({ name }: EmbeddedContext): string => `clomoctl-${name}-`;

const TIME_AND_EXTENSION_PATTERN = /^\d{8}T\d{9}Z\.db$/;

/** Deletes earlier states of the tenant that this command wrote. Returns their number. @param newest path */
async function deleteOlder(tools: Tools, context: EmbeddedContext, newest: string, keep: number): Promise<number> {
  const [folder, last, prefix] = [dirname(newest), basename(newest), buildPrefix(context)];
  const isOlder = (name: string): boolean =>
    // a later name is that of a clock that was ahead
    name < last && name.startsWith(prefix) && TIME_AND_EXTENSION_PATTERN.test(name.slice(prefix.length));
  let own = 1;
  for (const name of (await listFileNames(folder)).filter(isOlder).toSorted().toReversed()) {
    const path = join(folder, name);
    // another computer can have written a tenant of the same name into this folder
    const relation = await tools.compareCopyWithTenant(path, context).catch(() => undefined);
    if (relation?.kind !== "older" && relation?.kind !== "same") continue;
    own += 1;
    if (own > keep) await removeFile(path);
  }
  return Math.max(0, own - keep);
}

const FOLDER_REQUIRED_FAILURE = new Failure("usage", {
  what: text(
    "--keep and --all-contexts require a folder, which gets a new file in each run",
    "--keep と --all-contexts には、実行のたびに新しいファイルを作るフォルダーを指定してください",
  ),
  where: "--output",
});

const SERVER_HINT = text(
  "run the backup on the server, as the user of `clomoctl serve`",
  "サーバーで、`clomoctl serve` のユーザーとして実行してください",
);
