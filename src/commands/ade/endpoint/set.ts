import { APPLE_ADE_URL } from "../../../lib/nouns/ade-device.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { confirmChange } from "../../kit/permission.ts";
import { FACT_COLUMNS, showNextStep } from "../status-columns.ts";

export default defineCommand({
  summary: text("set the endpoint of Apple's services", "Apple のサービスの接続先を設定する"),
  details: text(
    "Use --apple if this tenant has its own MDM server at Apple. URL is another server that implements Apple's API (https, or http on this computer). A mirror of the console cannot have an endpoint. The key, token and ADE devices of the former endpoint are deleted.",
    "Apple にこのテナント専用の MDM サーバーがあれば、--apple を指定します。URL には、Apple と同じ API を持つ別のサーバーを指定します(https。このコンピューター内だけ http も可)。管理画面のミラーには接続先を設定できません。以前の接続先の鍵・トークン・ADE デバイスは消去します。",
  ),
  args: {
    url: {
      kind: "string",
      value: "URL",
      about: text("another server that implements Apple's API", "Apple と同じ API を持つ別のサーバー"),
    },
  },
  options: { apple: { kind: "boolean", about: text("use Apple's server", "Apple のサーバーを使う") } },
  examples: [
    { line: "clomoctl ade endpoint set --apple" },
    { line: "clomoctl ade endpoint set http://127.0.0.1:8600" },
  ],
  oneOf: [["url", "apple"]],
  exits: ["input-rejected", "not-permitted"],
  changes: true,
  shows: FACT_COLUMNS,
  async run(tools, { url }) {
    const { client } = await tools.tenant("ade");
    const { endpoint, token, key, devices } = await client.ade.show();
    const isUsed = token !== null || key !== null || devices > 0;
    if (endpoint !== null && endpoint !== (url ?? APPLE_ADE_URL) && isUsed) {
      const question = text(
        `Delete the key, the token and ${formatCount(devices, "ADE device")} of ${endpoint}? Records in Devices are kept.`,
        `${endpoint} の鍵・トークン・ADE デバイス ${devices} 台分の情報を削除しますか?(「Devices」のデバイス情報は残ります)`,
      );
      if (!(await confirmChange(tools, question))) return;
    }
    const ade = await client.ade.setEndpoint({ url });
    await tools.terminal.show(FACT_COLUMNS, ade);
    await showNextStep(tools, ade);
  },
});
