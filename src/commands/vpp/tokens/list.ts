import { text } from "../../../lib/text/index.ts";
import { VPP_TOKEN } from "../../../lib/model/vpp-token.ts";
import { defineCommand } from "../../command.ts";
import { listColumns } from "../../listing/list.ts";
import { describeFirstToken, VPP_TOKEN_PURPOSE, VPP_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list the content tokens of organisations", "組織ごとの VPP サービストークンを一覧する"),
  details: [VPP_TOKEN_PURPOSE, text("The tokens themselves are never shown.", "トークンそのものは表示しません。")],
  args: {},
  options: {},
  examples: [{ line: "clomoctl vpp tokens list" }],
  exits: ["not-permitted"],
  async run(tools) {
    const { terminal } = tools;
    const { client } = await tools.tenant("vpp", "ade");
    const tokens = await client.vpp.tokens();
    await terminal.list(listColumns(terminal, VPP_COLUMNS, VPP_TOKEN.usual), tokens);
    if (tokens.length > 0) return;
    for (const line of describeFirstToken(await client.ade.show())) await terminal.note(line);
  },
});
