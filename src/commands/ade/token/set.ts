import { readNamedFile } from "../../../lib/files/index.ts";
import { CLOMO_KEY_WARNING } from "../../../lib/model/ade.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireAppleAccess } from "../fence.ts";
import { buildNextSteps } from "../next.ts";
import { MAX_TOKEN_BYTES, createTokenTooLongFailure } from "./file.ts";
import { toAdeFacts, printEndpoint, TOKEN_COLUMNS } from "../shown.ts";

export default defineCommand({
  summary: text("set the server token downloaded from Apple", "ダウンロードしたサーバートークンを設定する"),
  details: [
    CLOMO_KEY_WARNING,
    text(
      "Decrypts the token without contacting Apple, with the key from `ade keypair create` or the key of the previous token. Use --other-admin if another person is now in charge. Use --other-server for a token of another MDM server entry: the next sync fetches all devices of that server, and handles earlier devices that it does not find like any full sync.",
      "Apple には問い合わせず、`ade keypair create` の鍵か、これまでのトークンの鍵で復号します。担当者が交代したときは --other-admin、別の MDM サーバのトークンなら --other-server を付けます(次の同期で全件を取得し、そこにないデバイスは全件取得のときと同じ扱いになります)。",
    ),
  ],
  args: {
    file: {
      kind: "file",
      required: true,
      value: "FILE",
      about: text("token file as downloaded: SERVER_Token_DATE_smime.p7m", "ダウンロードしたままの .p7m ファイル"),
    },
  },
  options: {
    otherAdmin: {
      kind: "boolean",
      about: text(
        "the token was downloaded by another administrator (same MDM server)",
        "別の管理者がダウンロードした(MDM サーバは同じ)",
      ),
    },
    otherServer: {
      kind: "boolean",
      about: text("the token belongs to another MDM server entry", "別の MDM サーバのトークンである"),
    },
  },
  examples: [{ line: "clomoctl ade token set SIMULATOR_Token_2026-11-20T01-00-00Z_smime.p7m" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict"],
  shows: TOKEN_COLUMNS,
  async run(tools, { file, otherAdmin, otherServer }) {
    const { terminal } = tools;
    await requireAppleAccess(tools, CONSOLE_STEPS.token);
    const { name, bytes } = await readNamedFile(tools, file, MAX_TOKEN_BYTES);
    if (bytes.length > MAX_TOKEN_BYTES) throw createTokenTooLongFailure(file);
    const { client } = await tools.tenant("ade");
    const { unchanged, ade } = await client.ade.setToken({
      name,
      content: Buffer.from(bytes).toString("base64"),
      ...(otherAdmin && { otherAdmin }),
      ...(otherServer && { otherServer }),
    });
    await printEndpoint(tools, ade);
    await terminal.show(TOKEN_COLUMNS, toAdeFacts(ade));
    await terminal.note(
      unchanged
        ? text("nothing has changed: this token is already set", "変更はありません(このトークンは設定済みです)")
        : ade.mirror
          ? text("the token is set", "トークンを設定しました")
          : text(
              "the token is set, and its expiry date is recorded as a renewal item",
              "トークンを設定し、期限を年次更新・期限にも記録しました",
            ),
    );
    for (const one of buildNextSteps(ade, tools.clock.now().getTime()))
      if (one.line !== undefined) await tools.terminal.note(one);
  },
});
