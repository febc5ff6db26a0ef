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
    "get a push certificate from the simulator, as from Apple's portal",
    "シミュレーターからプッシュ通知証明書を取得する(Apple のポータルの代わり)",
  ),
  details: [
    text(
      'Without --renew it has a new topic, as after "Create a Certificate" at Apple; with it that of the one of before, as after "Renew". It is signed by the simulator\'s own authority.',
      "--renew を付けないと新しいトピックになり(Apple の「Create a Certificate」に当たります)、付けると前の証明書のトピックのままです(「Renew」に当たります)。署名するのはシミュレーター自身の認証局です。",
    ),
  ],
  args: {},
  options: {
    csr: {
      kind: "file",
      value: "CSR",
      required: true,
      about: text("the CSR: signed by a vendor or as it is", "CSR ファイル(ベンダー署名の有無は問いません)"),
    },
    renew: {
      kind: "string",
      value: "TOPIC|SERIAL",
      about: text("renew the one of this topic or serial number", "更新する証明書のトピックかシリアル番号"),
    },
    output: { ...OUTPUT_OPTION, isPublic: true },
    url: URL_OPTION,
  },
  examples: [
    {
      line: "clomoctl ade simulator push-certificate --csr CertificateSigningRequest.csr --url http://127.0.0.1:8600",
    },
  ],
  exits: CONTROL_EXITS,
  opensTenant: false,
  async run(tools, { csr, renew, output, url }) {
    checkOutput(output);
    const { bytes } = await readNamedFile(tools, csr, MAX_BYTES);
    tools.describeState(() => WHILE_ASKING);
    const body = { csr: Buffer.from(bytes).toString("latin1"), renew };
    const answer = await askSimulator(tools, url, { method: "POST", path: "/push-certificates", body });
    const name = await writeMade(tools, answer, { output, usual: "MDM_SIMULATOR_Certificate.pem" });
    await proposeWith(tools, name, (file) =>
      step("to take it over", "取り込むには", line("push-certificate upload", [file], { appleAccount: "ADDRESS" })),
    );
  },
});
