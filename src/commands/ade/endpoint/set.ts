import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { nextSteps } from "../next.ts";
import { tellRehearsed } from "./rehearsed.ts";
import { FACT_COLUMNS, factsOf, propose, tellEndpoint, warnOfClomo } from "../shown.ts";

export default defineCommand({
  summary: text("say where Apple's services are", "接続先を設定する"),
  details: [
    text(
      "--apple is Apple itself, for a tenant of your own with an MDM server entry of its own; --simulator URL is what clomoctl ade simulator start prints; URL alone is something else that speaks the same protocol. Content tokens (VPP) are never sent there: a secret goes to Apple or a simulator alone. A tenant that mirrors the console takes a simulator only.",
      "--apple は Apple のサービス(専用の MDM サーバを持つ独自のテナント用)、--simulator URL は clomoctl ade simulator start が表示する URL、URL だけの指定は同じプロトコルのほかのサーバーです(VPP サービストークンは Apple とシミュレーター以外には送信しません)。管理画面のミラーではシミュレーターだけを指定できます。",
    ),
  ],
  args: {
    url: { kind: "string", value: "URL", about: text("another server", "ほかのサーバー") },
  },
  options: {
    apple: { kind: "boolean", about: text("Apple itself", "Apple のサービス") },
    simulator: { kind: "string", value: "URL", about: text("a simulator of clomoctl's", "clomoctl のシミュレーター") },
    startOver: {
      kind: "boolean",
      about: text(
        "forget the keys, token, devices and profiles of the former endpoint",
        "以前の接続先の鍵・トークン・ADE デバイス・プロファイルを消去する",
      ),
    },
  },
  examples: [
    { line: "clomoctl ade endpoint set --simulator http://127.0.0.1:8080" },
    { line: "clomoctl ade endpoint set --apple" },
  ],
  exits: ["input-rejected", "not-permitted", "unavailable"],
  shows: FACT_COLUMNS,
  async run(tools, { url, apple, simulator, startOver }) {
    if ([url !== undefined, apple, simulator !== undefined].filter(Boolean).length !== 1) throw ONE_OF;
    const kind = apple ? "apple" : simulator === undefined ? "other" : "simulator";
    const address = simulator ?? url;
    const { client } = await tools.tenant("ade");
    const ade = await client.ade.setEndpoint({
      kind,
      ...(address !== undefined && { url: address }),
      ...(startOver && { startOver }),
    });
    await tellEndpoint(tools, ade);
    await warnOfClomo(tools, ade);
    await tools.terminal.show(FACT_COLUMNS.slice(0, 4), factsOf(ade));
    if (kind !== "simulator" || startOver) await tellRehearsed(tools);
    for (const { line, why } of nextSteps(ade, tools.clock.now().getTime())) {
      if (line !== null) await propose(tools, line, why);
    }
  },
});

const ONE_OF = new Failure("usage", {
  what: text(
    "give one of --apple, --simulator URL and URL",
    "--apple、--simulator URL、URL のどれか 1 つを指定してください",
  ),
  where: "clomoctl ade endpoint set",
});
