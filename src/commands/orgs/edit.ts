import { commandName } from "../../lib/advice/index.ts";
import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN, refuseNothing, valueOptions, valuesOf } from "../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../records/written.ts";
import { ORG_COLUMNS } from "./columns.ts";
import { ORG_ARGUMENT, orgNamed } from "./named.ts";
import { ORG_WRITTEN } from "./written.ts";

export default defineCommand({
  summary: text("change an organisation's name or code", "組織名や組織コードを変更する"),
  details: [
    text(
      `What is not given stays; an empty code (--code '') removes it. Another place in the tree: ${commandName("orgs move")}.`,
      `指定しないものは変わりません。--code '' で組織コードを消せます。ツリーでの位置の変更: ${commandName("orgs move")}`,
    ),
  ],
  args: { org: ORG_ARGUMENT },
  options: { ...valueOptions(ORG.fields, { without: ["parentId"] }), dryRun: DRY_RUN },
  examples: [{ line: "clomoctl orgs edit 本社/営業部 --name 営業本部" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ORG_COLUMNS,
  async run(tools, { org, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    const values = await valuesOf(ORG.fields, options);
    refuseNothing(values, commandName("orgs edit"));
    const { client } = await tools.tenant("orgs");
    const { id } = await orgNamed(tools, org);
    tools.describeState(() => WHILE_WRITING);
    await showWritten(tools, await client.orgs.edit(id, { ...values, dryRun }), ORG_WRITTEN);
  },
});
