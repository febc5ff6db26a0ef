import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { parseMapOption, resolveAuthorityFile } from "./add.ts";
import { CONTEXT_COLUMNS, PROTECTED_OPTION } from "./columns.ts";

export default defineCommand({
  summary: text("change the settings of a context", "コンテキストの設定を変更する"),
  args: {
    name: { kind: "string", required: true, names: "contexts", about: text("context name", "コンテキスト名") },
  },
  options: {
    protected: PROTECTED_OPTION,
    unprotected: { kind: "boolean", about: text("turn off --protected", "--protected を解除する") },
    caFile: {
      kind: "file",
      value: "FILE",
      about: text(
        "tenant of a server: certificates (PEM) of an authority to trust in addition to those of the system",
        "サーバーのテナントのとき: OS の設定に加えて信頼する認証局の証明書(PEM)",
      ),
    },
    list: {
      kind: "string",
      value: "FORMAT=FILE",
      repeatable: true,
      about: text(
        "column map file for the lists of other systems that imports without --map read (FORMAT=none removes it); exports and the console's own files do not use it",
        "--map のないインポートで読む、ほかのシステムのリスト用の対応表ファイル(FORMAT=none で解除)。エクスポートと管理画面のファイルには使わない",
      ),
    },
  },
  excludes: [["protected", "unprotected"]],
  examples: [
    { line: "clomoctl context set local --protected" },
    { line: "clomoctl context set local --timezone Asia/Tokyo" },
    { line: "clomoctl context set local --list users=hr-map.yaml" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  opensTenant: false,
  shows: CONTEXT_COLUMNS,
  async run({ terminal, contexts, globals, workingFolder }, { name, protected: on, unprotected: off, list, caFile }) {
    const { timezone } = globals;
    const files = list.map((pair): readonly [string, string | null] => {
      const [format, file] = parseMapOption(pair, workingFolder, "--list");
      return [format, pair === `${format}=none` ? null : file];
    });
    const context = await contexts.set(name, {
      timezone,
      caFile: await resolveAuthorityFile(caFile, workingFolder),
      lists: list.length === 0 ? undefined : new Map(files),
      protected: on || (off ? false : undefined),
    });
    const used = (await contexts.inEffect(undefined, {}))?.context.name === context.name;
    await terminal.show(CONTEXT_COLUMNS, { context, used });
  },
});
