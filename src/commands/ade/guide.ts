import { commandName, line, step } from "../../lib/advice/index.ts";
import { buildEnrolmentGuide, ENROLMENT_TOOLS, ENROLMENT_METHOD_NAMES } from "../../lib/renewals/guide/enrolment.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { GUIDE_OPTIONS, resolveRequestedGuide, showSteps, writeGuide } from "../guides/write.ts";

export default defineCommand({
  summary: text("show how to enrol devices, step by step, with the pitfalls", "デバイスの登録手順と注意点を示す"),
  details: [
    text(
      "Ways to enrol devices: purchased (bought as ADE devices), manual (turned into ADE devices with a cable and a Mac), supervised-only (supervised with a cable, without ADE) and unsupervised.",
      "登録の方法は、purchased(ADE デバイスを購入)、manual(Mac に接続して手動で ADE デバイスにする)、supervised-only(ADE を使わず監視対象にする)、unsupervised(非監視対象)のいずれかです。",
    ),
    text(
      "By default, the guide shows the steps in the console (CLOMO PANEL). Use --through commands for a local tenant that is not a mirror and has its own server entry in Apple Business Manager, and for the simulator. The guide does not contact Apple or a tenant.",
      "既定では CLOMO PANEL(管理画面)での手順を示します。--through commands は、Apple Business Manager に専用の MDM サーバを登録した、ミラーではないテナントと、シミュレーターのためのものです。Apple にもテナントにも問い合わせません。",
    ),
  ],
  args: {
    way: {
      kind: "choice",
      choices: ENROLMENT_METHOD_NAMES,
      required: true,
      about: text("way to enrol the devices", "登録の方法"),
    },
  },
  options: {
    through: {
      kind: "choice",
      choices: ENROLMENT_TOOLS,
      about: text(
        "steps in the console or with commands (default: console)",
        "管理画面での手順か、コマンドでの手順か(既定: console)",
      ),
    },
    ...GUIDE_OPTIONS,
  },
  examples: [
    { line: "clomoctl ade guide purchased" },
    { line: "clomoctl ade guide purchased --through commands" },
    { line: "clomoctl ade guide manual --format html -o manual.html", about: text("for printing", "印刷用") },
  ],
  exits: ["usage"],
  async run(tools, { way, through = "console", ...options }) {
    const document = resolveRequestedGuide(tools, options, commandName("ade guide"));
    const guide = buildEnrolmentGuide(way, through);
    if (document === undefined) return showSteps(tools, guide);
    await writeGuide(tools, guide, document);
    if (through === "commands") return;
    const command = line("ade guide", [way], { through: "commands" });
    await tools.terminal.note(
      step(
        "to see the steps for a local tenant that is not a mirror, or for a simulator",
        "ミラーではないテナントやシミュレーターでの手順を見るには",
        command,
      ),
    );
  },
});
