import { CLOMO_KEY_WARNING } from "../../../lib/model/ade.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { STATE_UNCHANGED, STATE_MAYBE_CHANGED, STATE_CHANGED } from "../../records/change-result.ts";
import { buildTokenStep } from "../next.ts";
import { printEndpoint, warnAboutClomoKeys } from "../shown.ts";

export default defineCommand({
  summary: text("create the public key to upload to Apple", "サーバートークン用公開鍵を作成して書き出す"),
  details: [
    CLOMO_KEY_WARNING,
    text(
      "The private key is encrypted in the tenant and never leaves it. Until you set a token for the key, the command writes the same public key again; --start-over discards the key and creates a new one.",
      "秘密鍵は暗号化してテナントに保存し、外には出しません。トークンを設定するまでは同じ公開鍵を書き出します。--start-over を付けると破棄して作り直します。",
    ),
  ],
  args: {},
  options: {
    output: {
      kind: "output",
      isPublic: true,
      short: "o",
      value: "FILE",
      required: true,
      about: text("PEM file to write (- for stdout)", "書き出すファイル(PEM。- は標準出力)"),
    },
    startOver: {
      kind: "boolean",
      about: text(
        "discard the key that is waiting for its token, and create a new key",
        "トークン待ちの鍵を破棄して作り直す",
      ),
    },
  },
  examples: [{ line: "clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem" }],
  exits: ["input-rejected", "not-permitted"],
  changes: true,
  async run(tools, { output, startOver }) {
    const { terminal, outputs } = tools;
    const { client } = await tools.tenant("ade");
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const { certificate, created } = await client.ade.createKeyPair({ ...(startOver && { startOver }) });
    if (created) tools.describeDone(STATE_CHANGED);
    else tools.describeState(() => STATE_UNCHANGED);
    await outputs.write(output, certificate);
    const ade = await client.ade.show();
    await printEndpoint(tools, ade);
    await warnAboutClomoKeys(tools, ade);
    await terminal.note(
      created
        ? text(`the public key was created and written to ${output}`, `公開鍵を作成し、${output} に書き出しました`)
        : text(
            `the public key that is waiting for its token was written again to ${output}`,
            `トークン待ちの公開鍵を、もう一度 ${output} に書き出しました`,
          ),
    );
    await terminal.note(buildTokenStep(ade, output === "-" ? undefined : output));
  },
});
