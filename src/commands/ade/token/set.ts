import { Failure } from "../../../lib/errors/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { CLOMO_KEY_WARNING } from "../../../lib/nouns/ade-device.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { FORMER_SECRETS, noteNotRestored } from "../../kit/columns/change-result.ts";
import { FACT_COLUMNS, showNextStep } from "../status-columns.ts";

const MAX_TOKEN_BYTES = 256 * 1024;

export default defineCommand({
  summary: text("set the server token downloaded from Apple", "Apple からダウンロードしたサーバートークンを設定する"),
  details: CLOMO_KEY_WARNING,
  args: {
    file: {
      kind: "file",
      required: true,
      value: "FILE",
      about: text("token file as downloaded: SERVER_Token_DATE_smime.p7m", "Apple からダウンロードした .p7m ファイル"),
    },
  },
  options: {},
  examples: [{ line: "clomoctl ade token set Office_Token_2026-11-20T01-00-00Z_smime.p7m" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict"],
  changes: true,
  shows: FACT_COLUMNS,
  async run(tools, { file }) {
    const { terminal } = tools;
    const { name, bytes } = await readNamedFile(tools, file, MAX_TOKEN_BYTES);
    if (bytes.length > MAX_TOKEN_BYTES) {
      throw new Failure("input-rejected", {
        what: text("too long for a server token", "サーバートークンとしては長すぎます"),
        where: file,
      });
    }
    const { client } = await tools.tenant("ade");
    await noteNotRestored(tools, FORMER_SECRETS);
    const { unchanged, ade } = await client.ade.setToken({ name, content: Buffer.from(bytes).toString("base64") });
    await terminal.show(FACT_COLUMNS, ade);
    await terminal.note(
      unchanged
        ? text("nothing has changed: this token is already set", "変更はありません(このトークンは設定済みです)")
        : text(
            "the token is set, and its expiry date is recorded as a renewal item",
            "トークンを設定し、有効期限を「年次更新・期限」に登録しました",
          ),
    );
    await showNextStep(tools, ade);
  },
});
