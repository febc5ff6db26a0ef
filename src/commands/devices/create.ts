import { commandName } from "../../lib/advice/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { orgNamed } from "../orgs/named.ts";
import { DRY_RUN, valueOptions, valuesOf } from "../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../records/written.ts";
import { userNamed } from "../users/columns.ts";
import { DEVICE_COLUMNS } from "./columns.ts";
import { DEVICE_WRITTEN, warnOfSharedAccounts } from "./written.ts";

export default defineCommand({
  summary: text("create a device", "デバイスを作成する"),
  details: [
    text(
      `A device has one owner, a user or an organisation (--owner, --owner-org), and counts in the user's organisation or in that one. An owner is set of 事前登録 and 管理中 devices only. An IMEI keeps its blanks, as the device reports it. Only Android devices have a mode (ours). Many devices: ${commandName("devices import")}.`,
      `所有者はユーザーか組織のどちらか 1 つ(--owner、--owner-org)で、デバイスはそのユーザーの組織かその組織に属します。所有者を設定できるのは事前登録と管理中のデバイスだけです。IMEI は端末が報告するとおり空白も含めて入力します。モードがあるのは Android だけです(clomoctl 独自の規則)。多数のデバイスには ${commandName("devices import")} を使ってください。`,
    ),
  ],
  args: { serial: { kind: "string", required: true, about: text("the serial number", "シリアルナンバー") } },
  options: { ...valueOptions(DEVICE.fields, { without: ["serialNumber"] }), dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl devices create SERIAL000101 --platform iOS --status 事前登録 --tag 貸出用" },
    {
      line: "clomoctl devices create SERIAL000102 --platform Android --status 事前登録 --android-mode dedicated --owner-org 本社/営業部 --dry-run",
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: DEVICE_COLUMNS,
  async run(tools, { serial, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    const { client } = await tools.tenant("devices");
    const values = await valuesOf(DEVICE.fields, options, {
      org: async (typed: string) => (await orgNamed(tools, typed)).id,
      user: async (typed: string) => (await userNamed((await tools.tenant("users")).client, typed)).id,
    });
    tools.describeState(() => WHILE_WRITING);
    const written = await client.devices.create({ ...values, serialNumber: serial, dryRun });
    await showWritten(tools, written, DEVICE_WRITTEN);
    await warnOfSharedAccounts(tools, client, [written]);
  },
});
