import { isSameContext } from "../../lib/config/index.ts";
import { describeMissingEncryption, type ContextChange, type EmbeddedContext } from "../../lib/config/context.ts";
import { hasContent, openInput } from "../../lib/files/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text, type Language } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { warnOfSilence } from "../renewals/items/tenant-items.ts";
import type { Tools } from "../tools.ts";
import { CONTEXT_COLUMNS, PROTECTED_OPTION } from "./columns.ts";

export default defineCommand({
  summary: text("add a context for a tenant", "操作するテナントをコンテキストとして登録する"),
  args: {
    name: { kind: "string", required: true, about: text("name of the new context", "新しいコンテキスト名") },
  },
  options: {
    embedded: { kind: "boolean", about: text("tenant on this computer", "このコンピューターのテナント") },
    url: {
      kind: "string",
      value: "ADDRESS",
      about: text("tenant on the server at this http(s) address", "この http(s) アドレスのサーバーにあるテナント"),
    },
    from: {
      kind: "file",
      value: "FILE",
      about: text(
        "backup to restore; no reminders are sent until `context set NAME --notify on`",
        "復元するバックアップ。`context set NAME --notify on` まで通知は送らない",
      ),
    },
    language: {
      kind: "choice",
      choices: ["ja", "en"],
      about: text(
        "language of the CLOMO account; it also sets the default encoding of exports (default: ja)",
        "CLOMO アカウントの言語。エクスポートの文字コードの既定値も決まる(既定: ja)",
      ),
    },
    use: {
      kind: "boolean",
      about: text("use the context for the commands that follow", "以後のコマンドでこのコンテキストを使う"),
    },
    protected: PROTECTED_OPTION,
  },
  oneOf: [["embedded", "url", "from"]],
  excludes: [["url", "language"]],
  examples: [
    { line: "clomoctl context add kanto --embedded" },
    { line: "clomoctl context add kansai --embedded --use --protected" },
    { line: "clomoctl context add osaka --embedded --language en --timezone Asia/Tokyo" },
    { line: "clomoctl context add head-office --url https://mdm.example.jp" },
    { line: "clomoctl context add kanto --from clomoctl-kanto-20270331T000000000Z.db" },
  ],
  exits: ["input-rejected", "not-found", "conflict", "locked"],
  opensTenant: false,
  shows: CONTEXT_COLUMNS,
  async run(tools, { name, url, from, language, use, protected: isProtected }) {
    const { terminal, contexts, globals } = tools;
    const settings = { timezone: globals.timezone, protected: isProtected };
    const context =
      from === undefined
        ? await contexts.add(
            name,
            url === undefined ? { kind: "embedded", language, ...settings } : { kind: "remote", url, ...settings },
            use,
          )
        : await restoreTenant(tools, { name, from, language, use, ...settings });
    const used = (await contexts.inEffect(undefined, {}))?.context.name === context.name;
    await terminal.show(CONTEXT_COLUMNS, { context, used });
    const warning = context.kind === "remote" ? describeMissingEncryption(context.url) : undefined;
    if (warning !== undefined) await terminal.warn(warning);
    await warnOfSilence(tools, context);
  },
});

interface RestoreRequest extends ContextChange {
  readonly name: string;
  readonly from: string;
  readonly language: Language | undefined;
  readonly use: boolean;
}

/** @throws `input-rejected` if the context exists, or if the backup has a fault */
async function restoreTenant(
  tools: Tools,
  { name, from, language, use, ...settings }: RestoreRequest,
): Promise<EmbeddedContext> {
  const { contexts } = tools;
  const [{ storeTenantCopy }, { checkBackup }] = await Promise.all([
    import("../handover/copy.ts"),
    import("../tenant/backup.ts"),
  ]);
  // the context `local` always exists, and one whose restore was interrupted can be tried again
  const existing = (await contexts.list()).find((one) => isSameContext(one.name, name));
  const isEmpty = existing?.kind === "embedded" && !contexts.hasTenant(existing);
  await using input = await openInput(tools, from);
  if (await hasContent(`${input.path}-wal`)) throw new Failure("input-rejected", { what: IN_USE, where: from });
  await using copy = await storeTenantCopy(tools, input.chunks());
  const { problems } = await checkBackup(tools, copy.path, from);
  const change = { ...settings, notify: false };
  const context = isEmpty
    ? await contexts.set(existing.name, change)
    : await contexts.add(name, { kind: "embedded", language, ...change }, use);
  await tools.receiveTenant(copy.path, context as EmbeddedContext);
  if (isEmpty && use) await contexts.use(existing.name);
  for (const what of problems) await tools.terminal.warn(what);
  return context as EmbeddedContext;
}

const IN_USE = text(
  "the file of a tenant in use: its latest changes are in -wal; use a file of `tenant backup`",
  "使用中のテナントのファイルです(最新の変更は -wal にあります)。`tenant backup` のファイルを使ってください",
);
