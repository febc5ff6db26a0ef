import type { OrgDetail } from "../../lib/client/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { theOne, type NamedKind } from "../listing/named.ts";
import { ORG_DETAILS } from "./columns.ts";

const ORG: NamedKind<OrgDetail> = {
  noun: text("organisation", "組織"),
  list: "clomoctl orgs list",
  describe: ({ id, path, name, code }) => [path === "" ? name : path, ...(code === null ? [] : [code]), id].join(" "),
};

export default defineCommand({
  summary: text("show one organisation", "組織を 1 つ表示する"),
  args: {
    org: {
      kind: "string",
      required: true,
      about: text(
        String.raw`id, code or path (本社/営業部; write / in a name as \/)`,
        String.raw`ID・組織コード・パス(本社/営業部。名前の中の / は \/)`,
      ),
    },
  },
  options: {},
  examples: [{ line: "clomoctl orgs show 全社" }, { line: "clomoctl orgs show 本社/営業部 --format json" }],
  exits: ["not-found"],
  async run(tools, { org }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("orgs");
    await terminal.show(ORG_DETAILS, theOne(org, await client.orgs.find({ name: org }), ORG));
  },
});
