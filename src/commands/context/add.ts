import { isSameContext } from "../../lib/config/index.ts";
import { describeMissingEncryption, type EmbeddedContext } from "../../lib/config/context.ts";
import { hasContent, openInput } from "../../lib/files/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineChoice, defineOption, defineSwitch } from "../kit/field.ts";
import type { TenantCopy } from "../kit/files/tenant-copy.ts";
import { warnOfSilence } from "../kit/items/tenant-items.ts";
import type { Tools } from "../kit/tools.ts";
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
    from: defineOption(
      "file",
      "FILE",
      "backup to restore; no reminders are sent until `context set NAME --notify on`",
      "復元するバックアップ。`context set NAME --notify on` まで通知は送らない",
    ),
    language: defineChoice(
      ["ja", "en"],
      "language of the CLOMO account; it also sets the default encoding of exports (default: ja)",
      "CLOMO アカウントの言語。エクスポートの文字コードの既定値も決まる(既定: ja)",
    ),
    use: defineSwitch("use the context for the commands that follow", "以後のコマンドでこのコンテキストを使う"),
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
    await using backup = from === undefined ? undefined : await openBackup(tools, from);
    const embedded = { kind: "embedded", language, ...settings, notify: backup === undefined } as const;
    // the context `local` always exists, and one whose restore was interrupted can be tried again
    const existing = (await contexts.list()).find((one) => isSameContext(one.name, name));
    const isEmpty = backup !== undefined && existing?.kind === "embedded" && !contexts.hasTenant(existing);
    const added = url === undefined ? embedded : ({ kind: "remote", url, ...settings } as const);
    const context = isEmpty ? await contexts.set(name, embedded) : await contexts.add(name, added, use);
    if (isEmpty && use) await contexts.use(name);
    if (backup !== undefined) await tools.receiveTenant(backup.path, context as EmbeddedContext);
    const used = (await contexts.inEffect(undefined, {}))?.context.name === context.name;
    await terminal.show(CONTEXT_COLUMNS, { context, used });
    const warning = context.kind === "remote" ? describeMissingEncryption(context.url) : undefined;
    if (warning !== undefined) await terminal.warn(warning);
    await warnOfSilence(tools, context);
  },
});

/** Copies a backup into a temporary folder, and checks the copy. @throws `input-rejected` if it has a fault */
async function openBackup(tools: Tools, from: string): Promise<TenantCopy> {
  const { checkBackup, storeTenantCopy } = await import("../kit/files/tenant-copy.ts");
  await using input = await openInput(tools, from);
  if (await hasContent(`${input.path}-wal`)) throw new Failure("input-rejected", { what: IN_USE, where: from });
  await using stack = new AsyncDisposableStack();
  const copy = stack.use(await storeTenantCopy(tools, input.chunks()));
  for (const what of (await checkBackup(tools, copy.path, from)).problems) await tools.terminal.warn(what);
  stack.move();
  return copy;
}

const IN_USE = text(
  "the file of a tenant in use: its latest changes are in -wal; use a file of `tenant backup`",
  "使用中のテナントのファイルです(最新の変更は -wal にあります)。`tenant backup` のファイルを使ってください",
);
