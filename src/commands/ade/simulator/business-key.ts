import { line } from "../../../lib/advice/line.ts";
import { step } from "../../../lib/advice/step.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import {
  askSimulator,
  checkOutput,
  contentOf,
  CONTROL_EXITS,
  membersOf,
  OUTPUT_OPTION,
  proposeWith,
  URL_OPTION,
  WHILE_ASKING,
  writeMade,
} from "./control.ts";

interface Made {
  readonly clientId: string;
  readonly keyId: string;
  readonly privateKey: string;
}

const isMade = (value: unknown): value is Made => {
  const { clientId, keyId, privateKey } = membersOf(value);
  return [clientId, keyId, privateKey].every((member) => typeof member === "string");
};

export default defineCommand({
  summary: text(
    "make a key for the simulator's Apple Business API",
    "シミュレーターの Apple Business API の鍵を作成する",
  ),
  details: [
    text(
      "The private key goes to the file; client id and key id are told beside it.",
      "秘密鍵はファイルに書き出し、クライアント ID とキー ID は画面に表示します。",
    ),
  ],
  args: {},
  options: { output: OUTPUT_OPTION, url: URL_OPTION },
  examples: [{ line: "clomoctl ade simulator business-key --url http://127.0.0.1:8600" }],
  exits: CONTROL_EXITS,
  opensTenant: false,
  async run(tools, { output, url }) {
    checkOutput(output);
    tools.describeState(() => WHILE_ASKING);
    const answer = await askSimulator(tools, url, { method: "POST", path: "/business-keys", body: {} });
    const { clientId, keyId, privateKey } = contentOf(answer, url, isMade);
    const name = await writeMade(tools, answer, {
      output,
      content: privateKey,
      usual: "SIMULATOR_business_key.pem",
    });
    await tools.terminal.note(text(`client id: ${clientId}`, `クライアント ID: ${clientId}`));
    await tools.terminal.note(text(`key id: ${keyId}`, `キー ID: ${keyId}`));
    await proposeWith(tools, name, (file) =>
      step(
        "to compare a list with it",
        "購入リストとの照合に使うには",
        line("ade reconcile", ["FILE"], {
          appleBusiness: true,
          businessClientId: clientId,
          businessKeyId: keyId,
          businessKeyFile: file,
        }),
      ),
    );
  },
});
