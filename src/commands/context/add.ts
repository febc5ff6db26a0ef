import { isSameContext } from "../../lib/config/index.ts";
import { describeMissingEncryption, type EmbeddedContext } from "../../lib/config/context.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineChoice, defineOption, defineSwitch } from "../kit/field.ts";
import { warnOfSilence } from "../kit/items/tenant-items.ts";
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
    await using backup =
      from === undefined ? undefined : await (await import("../kit/files/tenant-copy.ts")).openBackup(tools, from);
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
