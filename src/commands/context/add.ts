import { isAbsolute, join } from "node:path";
import { FORMAT_NAMES } from "../../lib/csv/formats/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { nearest } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { CONTEXT_DETAILS } from "./columns.ts";

export default defineCommand({
  summary: text("add a tenant to those known on this machine", "テナントをこの端末に登録する"),
  details: [
    text(
      "An embedded tenant lies in CLOMOCTL_HOME and needs no server. Days are counted in --timezone (Asia/Tokyo when not given).",
      "embedded テナントは CLOMOCTL_HOME に置かれ、サーバーは要りません。日付は --timezone(省略時は Asia/Tokyo)で数えます。",
    ),
  ],
  args: {
    name: { kind: "string", required: true, about: text("the new context's name", "新しいコンテキスト名") },
  },
  options: {
    embedded: { kind: "boolean", about: text("a tenant on this machine", "この端末上のテナント") },
    language: {
      kind: "choice",
      choices: ["ja", "en"],
      default: "ja",
      about: text(
        "language of the account; it decides an export's usual encoding",
        "アカウントの言語(エクスポートの既定の文字コードが決まる)",
      ),
    },
    map: {
      kind: "string",
      value: "FORMAT=FILE",
      repeatable: true,
      about: text(
        "a file that says which headers mean which fields of a format",
        "ある形式のヘッダーと項目の対応を定めるファイル",
      ),
    },
  },
  examples: [
    { line: "clomoctl context add kanto --embedded" },
    { line: "clomoctl context add osaka --embedded --language en --timezone Asia/Tokyo" },
  ],
  exits: ["input-rejected", "locked"],
  async run({ terminal, contexts, globals, workingFolder }, { name, embedded, language, map }) {
    if (!embedded) {
      throw new Failure("usage", {
        what: text("say where the tenant is", "テナントの場所を指定してください"),
        where: "clomoctl context add",
        hint: text("pass --embedded", "--embedded を指定してください"),
      });
    }
    const maps = new Map(map.map((pair) => readMap(pair, workingFolder)));
    const { timezone } = globals;
    const context = await contexts.add(name, {
      kind: "embedded",
      language,
      maps,
      ...(timezone === undefined ? {} : { timezone }),
    });
    await terminal.show(CONTEXT_DETAILS, { context, used: false });
  },
});

/** `users=people.yaml` → the format and the file's absolute path. */
function readMap(pair: string, workingFolder: string): [string, string] {
  const [format = "", ...rest] = pair.split("=");
  const file = rest.join("=");
  if (file !== "" && FORMAT_NAMES.some((known) => known === format)) {
    return [format, isAbsolute(file) ? file : join(workingFolder, file)];
  }
  const names = FORMAT_NAMES.join(", ");
  const near = nearest(format, FORMAT_NAMES);
  throw new Failure("usage", {
    what: text(`--map ${pair} is not FORMAT=FILE`, `--map ${pair} は FORMAT=FILE の形ではありません`),
    hint:
      near === undefined || file === ""
        ? text(`formats: ${names}`, `形式: ${names}`)
        : text(`did you mean ${near}=${file}?`, `${near}=${file} ですか?`),
  });
}
