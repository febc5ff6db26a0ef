import { basename, extname, join, resolve } from "node:path";
import type { Context } from "../../lib/config/index.ts";
import type { EmbeddedContext } from "../../lib/config/context.ts";
import { Failure } from "../../lib/errors/index.ts";
import { ensureFolder, isFolder, listFileNames, readChunks, removeFile } from "../../lib/files/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { workOnEachContext } from "../each-context.ts";
import type { OutputField } from "../field.ts";
import { permitOutputs } from "../outputs.ts";
import type { Tools } from "../tools.ts";
import { checkBackup } from "./check-backup.ts";

const PAGE_UNIT = { id: "pages", name: text("pages", "ページ") };

const BACKUP_FILE: OutputField = { kind: "output", notStdout: true, about: text("backup", "バックアップ") };

export default defineCommand({
  summary: text("back up a tenant to a file, while others use it", "テナントを使用中でもファイルにバックアップする"),
  details: [
    text(
      "A backup is the complete tenant of this computer, at one moment: records, history, audit log, passwords (hashed) and encrypted secrets. It is checked with its audit log before it gets its name. Secrets can only be decrypted with sealing.key in clomoctl's folder: keep a copy of that file in another place. `context add NAME --from FILE` restores a backup. For a successor, use `handover export`, which contains no secrets.",
      "バックアップは、このコンピューターにあるテナントのある時点の全データです(データ、履歴、監査ログ、パスワードのハッシュ、暗号化した機密情報)。監査ログを含めて検査した後に、ファイル名を付けます。機密情報の復号には clomoctl のフォルダーの sealing.key が必要です。別の場所に保管してください。復元は `context add NAME --from FILE` です。後任に渡すデータは、機密情報を含まない `handover export` で書き出してください。",
    ),
  ],
  args: {},
  options: {
    output: {
      kind: "string",
      short: "o",
      value: "FILE|FOLDER",
      required: true,
      about: text(
        "new file (with an extension), or folder, which gets a new file in each run",
        "新しいファイル(拡張子が必要)、またはフォルダー(実行のたびに新しいファイルを作る)",
      ),
    },
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
  isLocal: true,
  job: ({ output }) => [String(output)],
  exits: ["input-rejected", "not-found", "partial"],
  async run(tools, { output, keep, allContexts }) {
    const { contexts, globals, environment, workingFolder } = tools;
    const folder = resolve(workingFolder, output);
    const isInFolder = output !== "-" && (extname(output) === "" || (await isFolder(folder)));
    if (globals.as !== undefined) throw AS_NOT_SUPPORTED_FAILURE;
    if (!isInFolder && (allContexts || keep !== undefined)) throw FOLDER_REQUIRED_FAILURE;
    const named = allContexts
      ? await contexts.listUsed()
      : [(await contexts.choose(globals.context, environment)).context];
    const local = named.filter((context) => context.kind === "embedded" && contexts.hasTenant(context));
    await refuseOthers(tools, named, local);
    if (isInFolder) await ensureFolder(folder);
    return workOnEachContext(tools, local as readonly EmbeddedContext[], async (context) => {
      const name = isInFolder ? join(output, buildName(context, tools.clock.now())) : output;
      if (!(await permitOutputs(tools, [{ flag: "--output", name, field: BACKUP_FILE }]))) return;
      const records = await writeBackup(tools, context, name);
      const deleted =
        keep === undefined ? 0 : await deleteOlder(tools, context, { folder, newest: basename(name), keep });
      const [en, ja] = deleted === 0 ? ["", ""] : [`, deleted ${deleted} older`, `。古い ${deleted} 個を削除しました`];
      await tools.terminal.note(
        text(
          `backed up ${context.name}: ${name} (${formatCount(records, "audit record")} verified)${en}`,
          `${context.name} をバックアップしました: ${name}(監査ログ ${records} 件を検証済み)${ja}`,
        ),
      );
    });
  },
});

/** @throws `usage` or `not-found` if there is nothing to back up */
async function refuseOthers({ terminal }: Tools, named: readonly Context[], local: readonly Context[]): Promise<void> {
  const others = named.filter((context) => !local.includes(context));
  const [first] = others;
  if (first === undefined) return;
  if (local.length > 0) {
    const names = others.map(({ name }) => name).join(", ");
    return terminal.note(
      text(
        `not backed up, because their data is not on this computer: ${names}`,
        `このコンピューターにデータがないため、バックアップしていません: ${names}`,
      ),
    );
  }
  const { name, kind } = first;
  throw kind === "remote"
    ? new Failure("usage", {
        what: text(`the tenant of ${name} is on a server`, `${name} のテナントはサーバーにあります`),
        hint: text("run the backup on the server", "サーバーでバックアップしてください"),
      })
    : new Failure("not-found", { what: text(`${name} has no data yet`, `${name} にはまだデータがありません`) });
}

/** Returns the number of verified audit records. @throws `input-rejected` if the copy has a fault */
async function writeBackup(tools: Tools, context: EmbeddedContext, name: string): Promise<number> {
  const { terminal, outputs, signal } = tools;
  const step = terminal.progress.start({ id: "backup", name: text("Backing up", "バックアップ"), unit: PAGE_UNIT });
  await using copy = await tools.backUpTenant(context, (done, all) => {
    step.expect(all);
    step.reach(done);
  });
  const { auditHead } = await checkBackup(tools, copy.path, context.tenantFolder);
  await outputs.write(name, async (writer) => {
    for await (const chunk of readChunks(copy.path)) {
      signal.throwIfAborted();
      await writer.write(chunk);
    }
  });
  return auditHead?.seq ?? 0;
}

const buildPrefix = ({ name }: Context): string => `clomoctl-${name}-`;

const TIME_AND_EXTENSION_PATTERN = /^\d{8}T\d{9}Z\.db$/;

const buildName = (context: Context, now: Date): string =>
  `${buildPrefix(context)}${now.toISOString().replaceAll(/[-:.]/g, "")}.db`;

interface KeptBackups {
  readonly folder: string;
  readonly newest: string;
  readonly keep: number;
}

/** Deletes earlier states of the tenant that this command wrote. Returns their number. */
async function deleteOlder(
  tools: Tools,
  context: EmbeddedContext,
  { folder, newest, keep }: KeptBackups,
): Promise<number> {
  const prefix = buildPrefix(context);
  const isOlder = (name: string): boolean =>
    // a later name is that of a clock that was ahead
    name < newest && name.startsWith(prefix) && TIME_AND_EXTENSION_PATTERN.test(name.slice(prefix.length));
  const older = (await listFileNames(folder)).filter(isOlder).toSorted().toReversed();
  let deleted = 0;
  for (const name of older.slice(keep - 1)) {
    const path = join(folder, name);
    // another computer can have written a tenant of the same name into this folder
    const relation = await tools.compareCopyWithTenant(path, context).catch(() => undefined);
    if (relation?.kind !== "older" && relation?.kind !== "same") continue;
    await removeFile(path);
    deleted += 1;
  }
  return deleted;
}

const FOLDER_REQUIRED_FAILURE = new Failure("usage", {
  what: text(
    "--keep and --all-contexts require a folder, which gets a new file in each run",
    "--keep と --all-contexts には、実行のたびに新しいファイルを作るフォルダーを指定してください",
  ),
  where: "--output",
});

const AS_NOT_SUPPORTED_FAILURE = new Failure("usage", {
  what: text(
    "--as cannot be used with a backup, which contains everything",
    "バックアップには全データが含まれるため、--as は使えません",
  ),
});
