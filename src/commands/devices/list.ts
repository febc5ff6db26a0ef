import { DEVICE } from "../../lib/nouns/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import { resolveOrgFilter } from "../kit/change/find-org.ts";
import { DEVICE_COLUMNS, DEVICE_FILTERS } from "../kit/columns/devices.ts";
import { findUser } from "../kit/columns/users.ts";

export default defineCommand({
  summary: text("list devices", "デバイスを一覧する"),
  args: {},
  options: {
    ...DEVICE_FILTERS,
    owner: defineOption("string", "USER", "only the devices of this user", "このユーザーが所有するデバイスに絞り込む"),
    lost: { kind: "boolean", about: text("only devices in lost mode", "紛失モードのデバイスに絞り込む") },
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl devices list --limit 20" },
    { line: "clomoctl devices list --org 本社/営業部 --status 管理中 --platform iOS" },
    { line: "clomoctl devices list --search 山崎 --fields serialNumber,phoneNumber,owner" },
    { line: "clomoctl devices list --lost" },
  ],
  exits: ["not-found"],
  async run(tools, { org, direct, owner, lost, limit, ...filters }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("devices");
    const query = {
      ...filters,
      limit,
      ...(lost && { lost }),
      ...(await resolveOrgFilter(tools, { org, direct })),
      ...(owner !== undefined && {
        owner: (await findUser((await tools.tenant("users")).client, owner)).id,
      }),
    };
    const devices = client.devices.list(query);
    const columns = listColumns(terminal, DEVICE_COLUMNS, DEVICE.usual);
    await terminal.list(columns, devices, () => devices.ndjson());
  },
});
