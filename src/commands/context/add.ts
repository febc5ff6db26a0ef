import { describeMissingEncryption } from "../../lib/config/context.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
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
    language: {
      kind: "choice",
      choices: ["ja", "en"],
      about: text(
        "with --embedded: language of the CLOMO account; it also sets the default encoding of exports (default: ja)",
        "--embedded のとき: CLOMO アカウントの言語。エクスポートの文字コードの既定値も決まる(既定: ja)",
      ),
    },
    use: {
      kind: "boolean",
      about: text("use the context for the commands that follow", "以後のコマンドでこのコンテキストを使う"),
    },
    protected: PROTECTED_OPTION,
  },
  oneOf: [["embedded", "url"]],
  excludes: [["url", "language"]],
  examples: [
    { line: "clomoctl context add kanto --embedded" },
    { line: "clomoctl context add kansai --embedded --use --protected" },
    { line: "clomoctl context add osaka --embedded --language en --timezone Asia/Tokyo" },
    { line: "clomoctl context add head-office --url https://mdm.example.jp" },
  ],
  exits: ["input-rejected", "locked"],
  opensTenant: false,
  shows: CONTEXT_COLUMNS,
  async run({ terminal, contexts, globals }, { name, url, language, use, protected: isProtected }) {
    const settings = { timezone: globals.timezone, protected: isProtected };
    const context = await contexts.add(
      name,
      url === undefined ? { kind: "embedded", language, ...settings } : { kind: "remote", url, ...settings },
      use,
    );
    const used = (await contexts.inEffect(undefined, {}))?.context.name === context.name;
    await terminal.show(CONTEXT_COLUMNS, { context, used });
    const warning = context.kind === "remote" ? describeMissingEncryption(context.url) : undefined;
    if (warning !== undefined) await terminal.warn(warning);
  },
});
