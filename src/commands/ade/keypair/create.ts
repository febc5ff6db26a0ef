import { NEVER_WITH_CLOMO } from "../../../lib/model/ade.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { BEFORE_WRITING, WHILE_WRITING, WRITTEN } from "../../records/written.ts";
import { tokenStep } from "../next.ts";
import { tellEndpoint, warnOfClomo } from "../shown.ts";

export default defineCommand({
  summary: text("make the public key that is uploaded to Apple", "サーバートークン用公開鍵を作成して書き出す"),
  details: [
    NEVER_WITH_CLOMO,
    text(
      "The private key is sealed in the tenant and never leaves it. Until a token was set with it, the same public key is written again; --start-over throws it away and makes another.",
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
      about: text("the file to write, in PEM (- for stdout)", "書き出すファイル(PEM。- は標準出力)"),
    },
    startOver: {
      kind: "boolean",
      about: text("make another one, though one waits for its token", "トークン待ちの鍵を破棄して作り直す"),
    },
  },
  examples: [{ line: "clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem" }],
  exits: ["input-rejected", "not-permitted"],
  changes: true,
  async run(tools, { output, startOver }) {
    const { terminal, outputs } = tools;
    const { client } = await tools.tenant("ade");
    tools.describeState(() => WHILE_WRITING);
    const { certificate, created } = await client.ade.createKeyPair({ ...(startOver && { startOver }) });
    if (created) tools.describeDone(WRITTEN);
    else tools.describeState(() => BEFORE_WRITING);
    await outputs.write(output, certificate);
    const ade = await client.ade.show();
    await tellEndpoint(tools, ade);
    await warnOfClomo(tools, ade);
    await terminal.note(
      created
        ? text(`the public key was made, and written to ${output}`, `公開鍵を作成し、${output} に書き出しました`)
        : text(
            `the public key that waits for its token was written again, to ${output}`,
            `トークン待ちの公開鍵を、もう一度 ${output} に書き出しました`,
          ),
    );
    await terminal.note(tokenStep(ade, output === "-" ? undefined : output));
  },
});
