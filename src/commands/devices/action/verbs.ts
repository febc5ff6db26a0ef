import { DEVICE_ACTION, FIELDS_BY_ACTION, type DeviceAction } from "../../../lib/nouns/device.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { LIMIT_OPTION, listColumns } from "../../kit/list/list.ts";
import { showWrittenRecords } from "../../kit/columns/change-result.ts";
import { buildValueOptions, DRY_RUN_OPTION, parseValueOptions } from "../../kit/columns/field-options.ts";
import { DEVICE_ACTION_COLUMNS, DEVICE_ARGUMENT, findDevicesByName } from "../../kit/columns/devices.ts";

const { fields, usual } = DEVICE_ACTION;

const list = defineCommand({
  summary: text("list the recorded actions, newest first", "記録した操作を新しい順に一覧する"),
  args: {},
  options: {
    device: { kind: "string", value: "SERIAL", about: text("only actions on this device", "このデバイスの操作だけ") },
    limit: LIMIT_OPTION,
  },
  examples: [{ line: "clomoctl devices action list --device SERIAL000001" }],
  exits: [],
  async run(tools, { device, limit }) {
    const { client } = await tools.tenant("device-actions");
    const actions = client["device-actions"].list({ serialNumber: device, limit, desc: true });
    const columns = listColumns(tools.terminal, DEVICE_ACTION_COLUMNS, usual);
    await tools.terminal.list(columns, actions, () => actions.ndjson());
  },
});

const NOTHING_SENT = text("only a record: nothing is sent to devices", "記録だけで、デバイスには何も送信しません");

const define = (kind: DeviceAction["kind"], example: string, others: readonly string[] = []) => {
  const required = FIELDS_BY_ACTION[kind] ?? [];
  const own = [...required, ...others, "reason"];
  const { en, ja } = fields.kind.names[kind];
  return defineCommand({
    summary: text(`record an action (nothing is sent): ${en}`, `操作を記録する(送信しない): ${ja}`),
    args: { device: { ...DEVICE_ARGUMENT, repeatable: true } },
    options: {
      ...buildValueOptions(fields, { without: Object.keys(fields).filter((name) => !own.includes(name)), required }),
      dryRun: DRY_RUN_OPTION,
    },
    examples: [{ line: `clomoctl devices action ${kind} ${example}` }],
    exits: ["input-rejected", "not-permitted", "not-found", "locked"],
    shows: DEVICE_ACTION_COLUMNS,
    async run(tools, { device, dryRun, ...input }) {
      const ids = (await findDevicesByName(tools, device)).map(({ id }) => id);
      const { client } = await tools.tenant("device-actions");
      const values = { ...(await parseValueOptions(tools, fields, input)), kind, ids, dryRun };
      await showWrittenRecords(tools, await client["device-actions"].create(values), {
        columns: DEVICE_ACTION_COLUMNS,
        listed: listColumns(tools.terminal, DEVICE_ACTION_COLUMNS, usual),
        called: ({ serialNumber }) => `${serialNumber} ${kind}`,
      });
      if (!dryRun) await tools.terminal.note(NOTHING_SENT);
    },
  });
};

export default {
  list,
  "lost-mode": define("lost-mode", "SERIAL000001 --phone-number 03-0000-0000", ["message", "phoneNumber"]),
  "end-lost-mode": define("end-lost-mode", "SERIAL000001 --reason 発見"),
  message: define("message", "SERIAL000001 SERIAL000002 --message 明日までに更新してください"),
  rename: define("rename", "SERIAL000001 --device-name 営業部-01"),
  wallpaper: define("wallpaper", "SERIAL000001 --picture logo.png --screen lock --dry-run"),
};
