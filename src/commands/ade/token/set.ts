import { readNamedFile } from "../../../lib/files/index.ts";
import { NEVER_WITH_CLOMO } from "../../../lib/model/ade.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireApple } from "../fence.ts";
import { nextSteps } from "../next.ts";
import { MAX_TOKEN_BYTES, tooLong } from "./file.ts";
import { factsOf, tellEndpoint, TOKEN_COLUMNS } from "../shown.ts";

export default defineCommand({
  summary: text("set the server token that Apple gave", "ダウンロードしたサーバートークンを設定する"),
  details: [
    NEVER_WITH_CLOMO,
    text(
      "It is opened here, without asking Apple, by the key of `ade keypair create` or that of the token before. When the person in charge has changed, --other-admin; for another MDM server entry, --other-server: the next sync fetches all its devices, and those of before that it lacks go as with every full sync.",
      "Apple には問い合わせず、`ade keypair create` の鍵か、これまでのトークンの鍵で復号します。担当者が交代したときは --other-admin、別の MDM サーバのトークンなら --other-server を付けます(次の同期で全件を取得し、そこにないデバイスは全件取得のときと同じ扱いになります)。",
    ),
  ],
  args: {
    file: {
      kind: "file",
      required: true,
      value: "FILE",
      about: text("the file as downloaded: SERVER_Token_DATE_smime.p7m", "ダウンロードしたままの .p7m ファイル"),
    },
  },
  options: {
    otherAdmin: {
      kind: "boolean",
      about: text(
        "another administrator downloaded it, of the same server",
        "別の管理者がダウンロードした(MDM サーバは同じ)",
      ),
    },
    otherServer: {
      kind: "boolean",
      about: text("it is of another MDM server entry", "別の MDM サーバのトークンである"),
    },
  },
  examples: [{ line: "clomoctl ade token set SIMULATOR_Token_2026-11-20T01-00-00Z_smime.p7m" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict"],
  shows: TOKEN_COLUMNS,
  async run(tools, { file, otherAdmin, otherServer }) {
    const { terminal } = tools;
    await requireApple(tools, CONSOLE_STEPS.token);
    const { name, bytes } = await readNamedFile(tools, file, MAX_TOKEN_BYTES);
    if (bytes.length > MAX_TOKEN_BYTES) throw tooLong(file);
    const { client } = await tools.tenant("ade");
    const { unchanged, ade } = await client.ade.setToken({
      name,
      content: Buffer.from(bytes).toString("base64"),
      ...(otherAdmin && { otherAdmin }),
      ...(otherServer && { otherServer }),
    });
    await tellEndpoint(tools, ade);
    await terminal.show(TOKEN_COLUMNS, factsOf(ade));
    await terminal.note(
      unchanged
        ? text("nothing has changed: this token is set already", "変更はありません(このトークンは設定済みです)")
        : ade.mirror
          ? text("the token is set", "トークンを設定しました")
          : text(
              "the token is set, and its date recorded among the renewals",
              "トークンを設定し、更新期限にも記録しました",
            ),
    );
    for (const one of nextSteps(ade, tools.clock.now().getTime()))
      if (one.line !== undefined) await tools.terminal.note(one);
  },
});
