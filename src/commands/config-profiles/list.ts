import { CONFIG_PROFILE, PROFILE_KINDS } from "../../lib/model/config-profile.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { ASSIGNED_OPTIONS, listEffective } from "../listing/effective.ts";
import { LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { CONFIG_PROFILE_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list configuration profiles", "構成プロファイルを一覧する"),
  args: {},
  options: { ...ASSIGNED_OPTIONS, limit: LIMIT_OPTION },
  excludes: [
    ["device", "org"],
    ["device", "limit"],
    ["org", "limit"],
  ],
  examples: [
    { line: "clomoctl config-profiles list" },
    { line: "clomoctl config-profiles list --org 本社/営業部" },
    { line: "clomoctl config-profiles list --device SERIAL000001" },
  ],
  exits: ["not-found"],
  async run(tools, { limit, ...of }) {
    const { "config-profiles": client } = (await tools.tenant("config-profiles")).client;
    if (await listEffective(tools, client, of, PROFILE_KINDS)) return;
    const profiles = client.list({ limit });
    const columns = listColumns(tools.terminal, CONFIG_PROFILE_COLUMNS, CONFIG_PROFILE.usual);
    await tools.terminal.list(columns, profiles, () => profiles.ndjson());
  },
});
