import { DEVICE } from "../../lib/nouns/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { ALL_CONTEXTS_OPTION, LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import { resolveOrgFilter } from "../kit/change/find-org.ts";
import { listOfContexts } from "../kit/list/contexts.ts";
import { DEVICE_COLUMNS, DEVICE_FILTERS } from "../kit/columns/devices.ts";
import { findUser } from "../kit/columns/users.ts";

export default defineCommand({
  summary: text("list devices", "デバイスを一覧する"),
  args: {},
  options: {
    ...DEVICE_FILTERS,
    owner: defineOption("string", "USER", "only the devices of this user", "このユーザーが所有するデバイスに絞り込む"),
    lost: { kind: "boolean", about: text("only devices in lost mode", "紛失モードのデバイスに絞り込む") },
    allContexts: ALL_CONTEXTS_OPTION,
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl devices list --limit 20" },
    { line: "clomoctl devices list --org 本社/営業部 --status 管理中 --platform iOS" },
    { line: "clomoctl devices list --search 山崎 --fields serialNumber,phoneNumber,owner" },
    { line: "clomoctl devices list --lost" },
  ],
  exits: ["not-found", "partial"],
  run: (tools, { org, direct, owner, lost, limit, allContexts, ...filters }) =>
    listOfContexts(tools, { allContexts, limit }, async (here) => {
      const { client } = await here.tenant("devices");
      const records = client.devices.list({
        ...filters,
        limit,
        ...(lost && { lost }),
        ...(await resolveOrgFilter(here, { org, direct })),
        ...(owner !== undefined && {
          owner: (await findUser((await here.tenant("users")).client, owner)).id,
        }),
      });
      const columns = listColumns(here.terminal, DEVICE_COLUMNS, DEVICE.usual);
      return { columns, records, ndjson: () => records.ndjson() };
    }),
});
