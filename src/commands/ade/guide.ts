import { commandName, line, step } from "../../lib/advice/index.ts";
import { enrolmentGuide, THROUGH, WAYS_IN } from "../../lib/renewals/guide/enrolment.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { GUIDE_OPTIONS, requestedGuide, showSteps, writeGuide } from "../guides/write.ts";

export default defineCommand({
  summary: text("show how devices come in, step by step, with the pitfalls", "デバイスの登録手順と注意点を示す"),
  details: [
    text(
      "The ways in: purchased (bought as ADE devices), manual (made ADE devices by cable at a Mac), supervised-only (supervised by cable, without ADE) or unsupervised.",
      "登録の方法は、purchased(ADE デバイスを購入)、manual(Mac に接続して手動で ADE デバイスにする)、supervised-only(ADE を使わず監視対象にする)、unsupervised(非監視対象)のいずれかです。",
    ),
    text(
      "By default the steps are those of CLOMO's console. --through commands is for a tenant of your own, with a server entry of its own in Apple Business Manager, and for the simulator. Nothing is asked of Apple or of a tenant.",
      "既定では CLOMO コンソールでの手順を示します。--through commands は、Apple Business Manager に専用の MDM サーバを登録した独自のテナントと、シミュレーターのためのものです。Apple にもテナントにも問い合わせません。",
    ),
  ],
  args: {
    way: {
      kind: "choice",
      choices: WAYS_IN,
      required: true,
      about: text("how the devices come in", "登録の方法"),
    },
  },
  options: {
    through: {
      kind: "choice",
      choices: THROUGH,
      about: text(
        "steps in CLOMO's console, or by commands (default: console)",
        "コンソールの手順か、コマンドの手順か(既定: console)",
      ),
    },
    ...GUIDE_OPTIONS,
  },
  examples: [
    { line: "clomoctl ade guide purchased" },
    { line: "clomoctl ade guide purchased --through commands" },
    { line: "clomoctl ade guide manual --format html -o manual.html", about: text("to print", "印刷用") },
  ],
  exits: ["usage"],
  async run(tools, { way, through = "console", ...options }) {
    const document = requestedGuide(tools, options, commandName("ade guide"));
    const guide = enrolmentGuide(way, through);
    if (document === undefined) return showSteps(tools, guide);
    await writeGuide(tools, guide, document);
    if (through === "commands") return;
    const command = line("ade guide", [way], { through: "commands" });
    await tools.terminal.note(
      step("in a tenant of your own, or with the simulator", "独自のテナントやシミュレーターでの手順", command),
    );
  },
});
