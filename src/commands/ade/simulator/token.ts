import { line } from "../../../lib/advice/line.ts";
import { step } from "../../../lib/advice/step.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { MAX_BYTES } from "../../../lib/model/renewal.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import {
  askSimulator,
  checkOutput,
  CONTROL_EXITS,
  OUTPUT_OPTION,
  proposeWith,
  URL_OPTION,
  WHILE_ASKING,
  writeMade,
} from "./control.ts";

export default defineCommand({
  summary: text(
    "download a server token from the simulator, as from Apple's portal",
    "シミュレーターからサーバートークンをダウンロードする(Apple のポータルの代わり)",
  ),
  details: [
    text(
      "As on Apple's side a new token ends the former one of that server at once. Nothing of it works at Apple.",
      "Apple と同じく、新しいトークンを作成すると、そのサーバーの前のトークンはすぐに無効になります。Apple では使えません。",
    ),
  ],
  args: {},
  options: {
    publicKey: {
      kind: "file",
      value: "FILE",
      required: true,
      about: text("the public key: a certificate in PEM", "公開鍵ファイル(PEM 形式の証明書)"),
    },
    server: {
      kind: "string",
      value: "NAME",
      about: text(
        "of another MDM server, which is made where there is none",
        "別の MDM サーバのトークン(なければ作成)",
      ),
    },
    admin: {
      kind: "string",
      value: "ADDRESS",
      about: text("the administrator who downloads it", "ダウンロードする管理者のメールアドレス"),
    },
    output: { ...OUTPUT_OPTION, isPublic: true },
    url: URL_OPTION,
  },
  examples: [
    {
      line: "clomoctl ade simulator token --public-key CLOMO_ADE_PublicKey.pem --url http://127.0.0.1:8600",
    },
  ],
  exits: CONTROL_EXITS,
  opensTenant: false,
  async run(tools, { publicKey, server, admin, output, url }) {
    checkOutput(output);
    const { bytes } = await readNamedFile(tools, publicKey, MAX_BYTES);
    tools.describeState(() => WHILE_ASKING);
    const body = { certificate: Buffer.from(bytes).toString("utf8"), server, admin };
    const answer = await askSimulator(tools, url, { method: "POST", path: "/tokens", body });
    const name = await writeMade(tools, answer, { output, usual: "SIMULATOR_Token_smime.p7m" });
    await proposeWith(tools, name, (file) => step("to set it", "設定するには", line("ade token set", [file])));
  },
});
