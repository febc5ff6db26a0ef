import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { findOrg } from "../orgs/find-org.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../records/options.ts";
import { showWrittenRecord } from "../records/change-result.ts";
import { findUser } from "../users/columns.ts";
import { DEVICE_COLUMNS } from "./columns.ts";
import { DEVICE_RESULT_LAYOUT } from "./writing/result.ts";

export default defineCommand({
  summary: text("create a device", "デバイスを作成する"),
  args: { serial: { kind: "string", required: true, about: text("serial number", "シリアルナンバー") } },
  options: { ...buildValueOptions(DEVICE.fields, { without: ["serialNumber"] }), dryRun: DRY_RUN_OPTION },
  examples: [
    { line: "clomoctl devices create SERIAL000101 --platform iOS --status 事前登録 --tag 貸出用" },
    {
      line: "clomoctl devices create SERIAL000102 --platform Android --status 事前登録 --android-mode dedicated --owner-org 本社/営業部 --dry-run",
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: DEVICE_COLUMNS,
  async run(tools, { serial, dryRun, ...options }) {
    const { client } = await tools.tenant("devices");
    const values = await parseValueOptions(DEVICE.fields, options, {
      org: async (typed: string) => (await findOrg(tools, typed)).id,
      user: async (typed: string) => (await findUser((await tools.tenant("users")).client, typed)).id,
    });
    const written = await client.devices.create({ ...values, serialNumber: serial, dryRun });
    await showWrittenRecord(tools, written, DEVICE_RESULT_LAYOUT);
  },
});
