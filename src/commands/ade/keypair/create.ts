import { CLOMO_KEY_WARNING } from "../../../lib/nouns/ade-device.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { defineOption } from "../../kit/field.ts";
import { FORMER_SECRETS, noteNotRestored } from "../../kit/columns/change-result.ts";
import { showNextStep } from "../status-columns.ts";

export default defineCommand({
  summary: text("write the public key that you upload to Apple", "Apple にアップロードする公開鍵を書き出す"),
  details: CLOMO_KEY_WARNING,
  args: {},
  options: {
    output: defineOption("output", "FILE", "PEM file to write (- for stdout)", "書き出すファイル(PEM。- は標準出力)", {
      isPublic: true,
      short: "o",
      required: true,
    }),
    replace: {
      kind: "boolean",
      about: text("create a new key pair, and discard the existing key pair", "鍵を作り直し、これまでの鍵を破棄する"),
    },
  },
  examples: [{ line: "clomoctl ade keypair create -o clomoctl_ADE_PublicKey.pem" }],
  exits: ["input-rejected", "not-permitted"],
  changes: true,
  async run(tools, { output, replace }) {
    const { terminal, outputs } = tools;
    const { client } = await tools.tenant("ade");
    if (replace) await noteNotRestored(tools, FORMER_SECRETS);
    const { certificate, created } = await client.ade.createKeyPair({ ...(replace && { replace }) });
    await outputs.write(output, certificate);
    await terminal.warn(CLOMO_KEY_WARNING);
    await terminal.note(
      created
        ? text(`created keys; wrote the public key to ${output}`, `鍵を作成し、公開鍵を ${output} に書き出しました`)
        : text(`wrote the existing public key to ${output}`, `作成済みの公開鍵を ${output} に書き出しました`),
    );
    await showNextStep(tools, await client.ade.show());
  },
});
