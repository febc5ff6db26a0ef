import { resolve } from "node:path";
import { line } from "../../lib/advice/index.ts";
import { readAuthorities } from "../../lib/config/authorities.ts";
import { describeMissingEncryption, type NewContext } from "../../lib/config/context.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Fields, InputOf } from "../field.ts";
import { CONTEXT_COLUMNS, PROTECTED_OPTION, reportContextInUse, renderContextUseHint } from "./columns.ts";

const ADD_OPTIONS = {
  embedded: { kind: "boolean", about: text("tenant on this computer", "このコンピューターのテナント") },
  url: {
    kind: "string",
    value: "ADDRESS",
    about: text("tenant on the server at this http(s) address", "この http(s) アドレスのサーバーにあるテナント"),
  },
  caFile: {
    kind: "file",
    value: "FILE",
    about: text(
      "with --url: certificates (PEM) of an authority to trust in addition to those of the system",
      "--url のとき: OS の設定に加えて信頼する認証局の証明書(PEM)",
    ),
  },
  language: {
    kind: "choice",
    choices: ["ja", "en"],
    about: text(
      "with --embedded: language of the CLOMO account, which decides the default encoding of exports (default: ja)",
      "--embedded のとき: CLOMO アカウントの言語(エクスポートの既定の文字コードが決まる。既定: ja)",
    ),
  },
  use: {
    kind: "boolean",
    about: text("use the context for the commands that follow", "以後のコマンドでこのコンテキストを使う"),
  },
  protected: PROTECTED_OPTION,
} as const satisfies Fields;

type AddInput = InputOf<typeof ADD_OPTIONS>;

export default defineCommand({
  summary: text("add a context for a tenant", "操作するテナントをコンテキストとして登録する"),
  args: {
    name: { kind: "string", required: true, about: text("name of the new context", "新しいコンテキスト名") },
  },
  options: ADD_OPTIONS,
  oneOf: [["embedded", "url"]],
  excludes: [
    ["embedded", "caFile"],
    ["url", "language"],
  ],
  examples: [
    { line: "clomoctl context add kanto --embedded" },
    { line: "clomoctl context add kansai --embedded --use --protected" },
    { line: "clomoctl context add osaka --embedded --language en --timezone Asia/Tokyo" },
    { line: "clomoctl context add head-office --url https://mdm.example.jp" },
  ],
  exits: ["input-rejected", "locked", "not-found"],
  opensTenant: false,
  shows: CONTEXT_COLUMNS,
  async run({ terminal, contexts, globals, environment, workingFolder }, { name, ...options }) {
    const requested = await buildContextRequest(options, workingFolder);
    const { protected: isProtected } = options;
    const settings = { timezone: globals.timezone, protected: isProtected };
    const context = await contexts.add(name, { ...requested, ...settings }, options.use);
    const used = (await contexts.inEffect(undefined, {}))?.context.name === context.name;
    await terminal.show(CONTEXT_COLUMNS, { context, used });
    const warning = context.kind === "remote" ? describeMissingEncryption(context.url) : undefined;
    if (warning !== undefined) await terminal.warn(warning);
    await reportContextInUse({ terminal, contexts, environment });
    await terminal.note(used ? NEXT_COMMAND_HINTS[context.kind] : renderContextUseHint(context.name));
  },
});

const NEXT_COMMAND_HINTS = {
  embedded: text(
    `next: ${line("users import", ["FILE"], { createOrgs: true, dryRun: true })}`,
    `次の操作: ${line("users import", ["FILE"], { createOrgs: true, dryRun: true })}`,
  ),
  remote: text(`next: ${line("login", [])}`, `次の操作: ${line("login", [])}`),
} as const;

/** Builds the new context.  @throws `not-found` or `input-rejected` if `--ca-file` is missing or has no certificate */
async function buildContextRequest({ url, caFile, language }: AddInput, workingFolder: string): Promise<NewContext> {
  if (url === undefined) return { kind: "embedded", language: language ?? "ja" };
  return { kind: "remote", url, caFile: await resolveAuthorityFile(caFile, workingFolder) };
}

/** Returns the absolute path of a `--ca-file`.  @throws `not-found`, `input-rejected` if it has no certificate */
export async function resolveAuthorityFile(caFile: string | undefined, folder: string): Promise<string | undefined> {
  if (caFile === undefined) return undefined;
  const path = resolve(folder, caFile);
  await readAuthorities(path);
  return path;
}
