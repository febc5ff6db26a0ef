import { line } from "../../../lib/advice/line.ts";
import { step } from "../../../lib/advice/step.ts";
import { OTHER_HOLDER } from "../../../lib/apple/simulator/names.ts";
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
    "download a content token (VPP) from the simulator",
    "シミュレーターからサービストークン(VPP)をダウンロードする",
  ),
  args: {},
  options: {
    org: {
      kind: "string",
      value: "NAME",
      required: true,
      about: text("the location it is for", "トークンの場所(組織)の名前"),
    },
    otherMdm: {
      kind: "boolean",
      about: text(
        "another MDM holds this location (without it, none does)",
        "この場所を別の MDM が使用中にする(付けなければ、どの MDM も使用していない状態)",
      ),
    },
    output: OUTPUT_OPTION,
    url: URL_OPTION,
  },
  examples: [{ line: "clomoctl ade simulator vpp-token --org 全社 --url http://127.0.0.1:8600" }],
  exits: CONTROL_EXITS,
  opensTenant: false,
  async run(tools, { org, otherMdm, output, url }) {
    checkOutput(output);
    tools.describeState(() => WHILE_ASKING);
    const answer = await askSimulator(tools, url, { method: "POST", path: "/vpp-tokens", body: { org } });
    const body = { org, holder: otherMdm ? OTHER_HOLDER : null };
    await askSimulator(tools, url, { method: "PUT", path: "/vpp-tokens/holder", body });
    const name = await writeMade(tools, answer, { output, usual: "sToken_for_SIMULATOR_.vpptoken" });
    await proposeWith(tools, name, (file) =>
      step("to set it", "設定するには", line("vpp tokens set", [file], { org })),
    );
  },
});
