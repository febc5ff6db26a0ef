import { commandName } from "../../lib/advice/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { findOrg } from "../orgs/find-org.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../records/options.ts";
import { STATE_UNCHANGED, showWrittenRecord, STATE_MAYBE_CHANGED } from "../records/change-result.ts";
import { findUser } from "../users/columns.ts";
import { DEVICE_COLUMNS } from "./columns.ts";
import { DEVICE_RESULT_LAYOUT, warnOfSharedAccounts } from "./writing/result.ts";

export default defineCommand({
  summary: text("create a device", "デバイスを作成する"),
  details: [
    text(
      `A device has one owner, a user or an organisation (--owner, --owner-org), and belongs to that organisation or to the user's. Only 事前登録 and 管理中 devices can be assigned an owner. Enter an IMEI including its spaces, as the device reports it. Only Android devices have a mode (clomoctl rule). For many devices, use ${commandName("devices import")}.`,
      `所有者はユーザーか組織のどちらか 1 つ(--owner、--owner-org)で、デバイスはそのユーザーの組織かその組織に属します。所有者を設定できるのは事前登録と管理中のデバイスだけです。IMEI は端末が報告するとおり空白も含めて入力します。モードがあるのは Android だけです(clomoctl 独自の規則)。多数のデバイスには ${commandName("devices import")} を使ってください。`,
    ),
  ],
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
    tools.describeState(() => STATE_UNCHANGED);
    const { client } = await tools.tenant("devices");
    const values = await parseValueOptions(DEVICE.fields, options, {
      org: async (typed: string) => (await findOrg(tools, typed)).id,
      user: async (typed: string) => (await findUser((await tools.tenant("users")).client, typed)).id,
    });
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const written = await client.devices.create({ ...values, serialNumber: serial, dryRun });
    await showWrittenRecord(tools, written, DEVICE_RESULT_LAYOUT);
    await warnOfSharedAccounts(tools, client, [written]);
  },
});
