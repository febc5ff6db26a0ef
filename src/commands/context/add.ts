import { resolve } from "node:path";
import { commandName, line } from "../../lib/advice/index.ts";
import { readAuthorities } from "../../lib/config/authorities.ts";
import type { NewContext } from "../../lib/config/context.ts";
import { FORMAT_NAMES } from "../../lib/model/console-files.ts";
import { Failure } from "../../lib/errors/index.ts";
import { nearest } from "../../lib/text/nearest.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Fields, InputOf } from "../field.ts";
import { CONTEXT_DETAILS, PROTECTED, tellInUse, UNDELETABLE_DEFAULT, useIt } from "./columns.ts";

const OPTIONS = {
  embedded: { kind: "boolean", about: text("a tenant on this computer", "この PC 上のテナント") },
  url: {
    kind: "string",
    value: "ADDRESS",
    about: text("a tenant served at this http(s) address", "この http(s) アドレスにあるテナント"),
  },
  caFile: {
    kind: "file",
    value: "FILE",
    about: text(
      "with --url: certificates (PEM) of an authority to trust in addition to the system's",
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
  map: {
    kind: "string",
    value: "FORMAT=FILE",
    repeatable: true,
    about: text(
      "with --embedded: the map file of a format (which header means which field)",
      "--embedded のとき: その形式の対応表ファイル(ヘッダーと項目の対応)",
    ),
  },
  use: {
    kind: "boolean",
    about: text("choose it for the commands that follow", "以後のコマンドで操作するコンテキストとして選ぶ"),
  },
  protected: PROTECTED,
  undeletable: UNDELETABLE_DEFAULT,
} as const satisfies Fields;

type AddInput = InputOf<typeof OPTIONS>;

export default defineCommand({
  summary: text("add a context: a tenant to work on", "操作するテナントをコンテキストとして登録する"),
  details: [
    text(
      "An embedded tenant is kept in CLOMOCTL_HOME and needs no server; --url names a server that speaks the tenant API. Days are counted in --timezone (default: Asia/Tokyo).",
      "embedded テナントは CLOMOCTL_HOME に置かれ、サーバーは不要です。--url には、テナント API で応答するサーバーを指定します。日付は --timezone(既定: Asia/Tokyo)で数えます。",
    ),
  ],
  args: {
    name: { kind: "string", required: true, about: text("the new context's name", "新しいコンテキスト名") },
  },
  options: OPTIONS,
  examples: [
    { line: "clomoctl context add kanto --embedded" },
    { line: "clomoctl context add kansai --embedded --use --protected" },
    { line: "clomoctl context add osaka --embedded --language en --timezone Asia/Tokyo" },
    { line: "clomoctl context add head-office --url https://mdm.example.jp" },
  ],
  exits: ["input-rejected", "locked", "not-found"],
  opensTenant: false,
  shows: CONTEXT_DETAILS,
  async run({ terminal, contexts, globals, environment, workingFolder }, { name, ...options }) {
    refuseMisfit(options);
    const requested = await requestOf(options, workingFolder);
    const { protected: isProtected, undeletable } = options;
    const settings = { timezone: globals.timezone, protected: isProtected, undeletable };
    const context = await contexts.add(name, { ...requested, ...settings }, options.use);
    const used = (await contexts.inEffect(undefined, {}))?.context.name === context.name;
    await terminal.show(CONTEXT_DETAILS, { context, used });
    await tellInUse({ terminal, contexts, environment });
    await terminal.note(used ? NEXT[context.kind] : useIt(context.name));
  },
});

/** What to do first in a new tenant. */
const NEXT = {
  embedded: text(
    `next: ${line("users import", ["FILE"], { createOrgs: true, dryRun: true })}`,
    `次の操作: ${line("users import", ["FILE"], { createOrgs: true, dryRun: true })}`,
  ),
  remote: text(`next: ${line("users list", [])}`, `次の操作: ${line("users list", [])}`),
} as const;

/** @throws `usage` unless exactly one kind of tenant is chosen and every option applies to it */
function refuseMisfit({ embedded, url, caFile, language, map }: AddInput): void {
  if (embedded === (url !== undefined)) {
    throw new Failure("usage", {
      what: text("specify where the tenant is", "テナントの場所を指定してください"),
      where: commandName("context add"),
      hint: text("pass either --embedded or --url ADDRESS", "--embedded か --url ADDRESS のどちらかを指定してください"),
    });
  }
  const [place, misfits] = embedded
    ? ["--embedded", [["--ca-file", caFile !== undefined] as const]]
    : ["--url", [["--language", language !== undefined] as const, ["--map", map.length > 0] as const]];
  const misfit = misfits.find(([, given]) => given);
  if (misfit !== undefined) {
    const [option] = misfit;
    throw new Failure("usage", {
      what: text(`${option} does not go with ${place}`, `${option} は ${place} と一緒に指定できません`),
      where: commandName("context add"),
      hint: text(`leave ${option} out`, `${option} を外してください`),
    });
  }
}

/** @throws `not-found`, `input-rejected` when the `--ca-file` is missing or contains no certificate */
async function requestOf({ url, caFile, language, map }: AddInput, workingFolder: string): Promise<NewContext> {
  if (url === undefined) {
    const maps = new Map(map.map((pair) => readMap(pair, workingFolder)));
    return { kind: "embedded", language: language ?? "ja", maps };
  }
  if (caFile === undefined) return { kind: "remote", url };
  const path = resolve(workingFolder, caFile);
  await readAuthorities(path);
  return { kind: "remote", url, caFile: path };
}

/** `users=people.yaml` → the format and the file's absolute path. */
function readMap(pair: string, workingFolder: string): [string, string] {
  const [format = "", ...rest] = pair.split("=");
  const file = rest.join("=");
  if (file !== "" && FORMAT_NAMES.some((known) => known === format)) {
    return [format, resolve(workingFolder, file)];
  }
  const names = FORMAT_NAMES.join(", ");
  const near = nearest(format, FORMAT_NAMES);
  throw new Failure("usage", {
    what: text(`--map ${pair} is not of the form FORMAT=FILE`, `--map ${pair} は FORMAT=FILE の形ではありません`),
    hint:
      near === undefined || file === ""
        ? text(`formats: ${names}`, `形式: ${names}`)
        : text(`did you mean ${near}=${file}?`, `${near}=${file} ですか?`),
  });
}
