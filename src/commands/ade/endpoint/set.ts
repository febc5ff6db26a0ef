import { commandName, line, step } from "../../../lib/advice/index.ts";
import type { Ade } from "../../../lib/client/index.ts";
import { isSimulatedSerial, SIMULATED_PREFIX } from "../../../lib/apple/simulator/devices/serials.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { PRE_REGISTERED } from "../../../lib/model/device.ts";
import { counted, text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { defineCommand } from "../../command.ts";
import { nextSteps } from "../next.ts";
import { FACT_COLUMNS, factsOf, tellEndpoint, warnOfClomo } from "../shown.ts";

export default defineCommand({
  summary: text("say where Apple's services are", "接続先を設定する"),
  details: [
    text(
      `--apple is Apple itself, for a tenant of your own with an MDM server entry of its own; --simulator URL is what ${line("ade simulator start", [])} prints; URL alone is something else that speaks the same protocol. Content tokens (VPP) are never sent there: a secret goes to Apple or a simulator alone. A tenant that mirrors the console takes a simulator only.`,
      `--apple は Apple のサービス(専用の MDM サーバを持つ独自のテナント用)、--simulator URL は ${line("ade simulator start", [])} が表示する URL、URL だけの指定は同じプロトコルのほかのサーバーです(VPP サービストークンは Apple とシミュレーター以外には送信しません)。管理画面のミラーではシミュレーターだけを指定できます。`,
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
    if (startOver && !(await isConfirmed(tools, await client.ade.show()))) {
      await tools.terminal.note(KEPT);
      return;
    }
    const ade = await client.ade.setEndpoint({
      kind,
      ...(address !== undefined && { url: address }),
      ...(startOver && { startOver }),
    });
    await tellEndpoint(tools, ade);
    await warnOfClomo(tools, ade);
    await tools.terminal.show(FACT_COLUMNS.slice(0, 4), factsOf(ade));
    if (kind !== "simulator" || startOver) await tellRehearsed(tools);
    for (const one of nextSteps(ade, tools.clock.now().getTime()))
      if (one.line !== undefined) await tools.terminal.note(one);
  },
});

const KEPT = text("nothing was changed", "何も変更していません");

/** Asks before keys, token and devices of a real server are forgotten; those of a simulator are made again in a minute. */
async function isConfirmed(
  { globals, terminal }: Tools,
  { endpoint, server, token, key, stagedKey, counts }: Ade,
): Promise<boolean> {
  const known = counts.present + counts.missing;
  const isUsed = [token, key, stagedKey].some((one) => one !== null) || known > 0;
  if (globals.yes || !isUsed || endpoint === null || endpoint.kind === "simulator") return true;
  const whose = server === null ? endpoint.url : `${server.name} (${endpoint.url})`;
  const until = token === null ? "-" : terminal.moment(token.expiresAt);
  return terminal.prompts.confirm({
    message: text(
      `Forget the key, the token (expires ${until}), the ADE profiles and ${counted(known, "ADE device")} of ${whose}? Their records in Devices stay; a token for it then needs a new public key.`,
      `${whose} の鍵・トークン(有効期限 ${until})・ADE プロファイル・ADE デバイス ${known} 台を消去しますか?「Devices」の記録は残りますが、再び接続するには新しい公開鍵とトークンが必要です。`,
    ),
    flag: "--yes",
  });
}

const ONE_OF = new Failure("usage", {
  what: text(
    "give one of --apple, --simulator URL and URL",
    "--apple、--simulator URL、URL のどれか 1 つを指定してください",
  ),
  where: commandName("ade endpoint set"),
});

/** Says how many devices of a rehearsal are left in Devices, and what deletes them. */
async function tellRehearsed(tools: Tools): Promise<void> {
  const { terminal } = tools;
  const { client } = await tools.tenant("devices");
  const found = { simulated: 0, others: 0 };
  for await (const { serialNumber } of client.devices.list({ filterId: SIMULATED_PREFIX, status: PRE_REGISTERED })) {
    found[isSimulatedSerial(serialNumber) ? "simulated" : "others"] += 1;
  }
  if (found.simulated === 0) return;
  await terminal.warn(
    text(
      `${counted(found.simulated, "device")} of the simulator (${SIMULATED_PREFIX}…) left in Devices from a rehearsal`,
      `練習で追加したシミュレーターのデバイス(${SIMULATED_PREFIX}…)が「Devices」に ${found.simulated} 台残っています`,
    ),
  );
  if (found.others > 0) {
    await terminal.note(
      text(
        `${counted(found.others, "other device")} of the same filter are no rehearsal's: leave them out of a list for ${line("devices delete", [], { file: "FILE" })}`,
        `同じ条件に当てはまる ${found.others} 台は練習のものではありません。一覧から除いて ${line("devices delete", [], { file: "FILE" })} で削除してください`,
      ),
    );
  }
  const filter = { filterId: SIMULATED_PREFIX, status: PRE_REGISTERED };
  const next =
    found.others > 0
      ? step("to list them", "一覧を表示するには", line("devices list", [], filter))
      : step(
          "to delete them (their number is asked for)",
          "削除するには(台数の入力を求めます)",
          line("devices delete", [], filter),
        );
  await tools.terminal.note(next);
}
