import { commandName, line, step } from "../../../lib/advice/index.ts";
import type { Ade } from "../../../lib/client/index.ts";
import { isSimulatedSerial, SIMULATED_SERIAL_PREFIX } from "../../../lib/apple/simulator/devices/serials.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { PRE_REGISTERED } from "../../../lib/model/device.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { defineCommand } from "../../command.ts";
import { buildNextSteps } from "../next.ts";
import { FACT_COLUMNS, toAdeFacts, printEndpoint, warnAboutClomoKeys } from "../shown.ts";
import { confirmChange } from "../../permission.ts";

export default defineCommand({
  summary: text("set the endpoint of Apple's services", "接続先を設定する"),
  details: [
    text(
      `--apple selects Apple's own services, for a local tenant that is not a mirror and has its own MDM server entry. --simulator URL takes the URL that ${line("ade simulator start", [])} prints. URL alone selects any other server with the same protocol; content tokens (VPP) are never sent to such a server, only to Apple or a simulator. A mirror of the console accepts only a simulator.`,
      `--apple は Apple のサービス(専用の MDM サーバを登録した、ミラーではないテナント用)、--simulator URL は ${line("ade simulator start", [])} が表示する URL、URL だけの指定は同じプロトコルのほかのサーバーです(VPP サービストークンは Apple とシミュレーター以外には送信しません)。管理画面のミラーではシミュレーターだけを指定できます。`,
    ),
  ],
  args: {
    url: {
      kind: "string",
      value: "URL",
      about: text(
        "another server with the same protocol",
        "同じプロトコルの別のサーバー(Apple でもシミュレーターでもないもの)",
      ),
    },
  },
  options: {
    apple: { kind: "boolean", about: text("use Apple's own services", "Apple のサービス") },
    simulator: {
      kind: "string",
      value: "URL",
      about: text("use a simulator started by clomoctl", "clomoctl のシミュレーター"),
    },
    startOver: {
      kind: "boolean",
      about: text(
        "forget the keys, token, devices and profiles of the previous endpoint",
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
    if ([url !== undefined, apple, simulator !== undefined].filter(Boolean).length !== 1)
      throw ONE_ENDPOINT_REQUIRED_FAILURE;
    const kind = apple ? "apple" : simulator === undefined ? "other" : "simulator";
    const address = simulator ?? url;
    const { client } = await tools.tenant("ade");
    if (startOver && !(await confirmStartOver(tools, await client.ade.show()))) {
      await tools.terminal.note(UNCHANGED_NOTE);
      return;
    }
    const ade = await client.ade.setEndpoint({
      kind,
      ...(address !== undefined && { url: address }),
      ...(startOver && { startOver }),
    });
    await printEndpoint(tools, ade);
    await warnAboutClomoKeys(tools, ade);
    await tools.terminal.show(FACT_COLUMNS.slice(0, 4), toAdeFacts(ade));
    if (kind !== "simulator" || startOver) await reportRehearsalDevices(tools);
    for (const one of buildNextSteps(ade, tools.clock.now().getTime()))
      if (one.line !== undefined) await tools.terminal.note(one);
  },
});

const UNCHANGED_NOTE = text("nothing was changed", "何も変更していません");

/**
 * Asks for confirmation before the keys, token and devices of a real server are forgotten. A simulator needs no
 * confirmation, because its data can be created again within a minute.
 */
async function confirmStartOver(
  tools: Tools,
  { endpoint, server, token, key, stagedKey, counts }: Ade,
): Promise<boolean> {
  const known = counts.present + counts.missing;
  const isUsed = [token, key, stagedKey].some((one) => one !== null) || known > 0;
  if (!isUsed || endpoint === null || endpoint.kind === "simulator") return true;
  const whose = server === null ? endpoint.url : `${server.name} (${endpoint.url})`;
  const until = token === null ? "-" : tools.terminal.moment(token.expiresAt);
  return confirmChange(
    tools,
    text(
      `Forget the key, the token (expires ${until}), the ADE profiles and ${formatCount(known, "ADE device")} of ${whose}? Device records in Devices are kept. To connect again, you will need a new public key and a new token.`,
      `${whose} の鍵・トークン(有効期限 ${until})・ADE プロファイル・ADE デバイス ${known} 台を消去しますか?「Devices」のデバイス情報は残りますが、再び接続するには新しい公開鍵とトークンが必要です。`,
    ),
  );
}

const ONE_ENDPOINT_REQUIRED_FAILURE = new Failure("usage", {
  what: text(
    "specify exactly one of --apple, --simulator URL and URL",
    "--apple、--simulator URL、URL のどれか 1 つを指定してください",
  ),
  where: commandName("ade endpoint set"),
});

/** Reports how many devices a rehearsal has left in Devices, and how to delete them. */
async function reportRehearsalDevices(tools: Tools): Promise<void> {
  const { terminal } = tools;
  const { client } = await tools.tenant("devices");
  const found = { simulated: 0, others: 0 };
  for await (const { serialNumber } of client.devices.list({
    filterId: SIMULATED_SERIAL_PREFIX,
    status: PRE_REGISTERED,
  })) {
    found[isSimulatedSerial(serialNumber) ? "simulated" : "others"] += 1;
  }
  if (found.simulated === 0) return;
  await terminal.warn(
    text(
      `Devices still contains ${formatCount(found.simulated, "device")} of the simulator (${SIMULATED_SERIAL_PREFIX}…) from a rehearsal`,
      `練習で追加したシミュレーターのデバイス(${SIMULATED_SERIAL_PREFIX}…)が「Devices」に ${found.simulated} 台残っています`,
    ),
  );
  if (found.others > 0) {
    await terminal.note(
      text(
        `the same filter also matches ${formatCount(found.others, "other device")} that the rehearsal did not add. Remove them from the list before you run ${line("devices delete", [], { file: "FILE" })}`,
        `同じ条件に当てはまる ${found.others} 台は、練習で追加したものではありません。一覧から除いたうえで、${line("devices delete", [], { file: "FILE" })} で削除してください`,
      ),
    );
  }
  const filter = { filterId: SIMULATED_SERIAL_PREFIX, status: PRE_REGISTERED };
  const next =
    found.others > 0
      ? step("to list these devices", "一覧を表示するには", line("devices list", [], filter))
      : step(
          "to delete these devices (you are asked to type their number)",
          "削除するには(台数の入力を求めます)",
          line("devices delete", [], filter),
        );
  await tools.terminal.note(next);
}
