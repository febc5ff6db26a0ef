import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN, valueOptions, valuesOf } from "../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../records/written.ts";
import { ORG_COLUMNS } from "./columns.ts";
import { orgNamed } from "./named.ts";
import { madeInside } from "../records/inside.ts";
import { ORG_WRITTEN } from "./written.ts";

export default defineCommand({
  summary: text("create an organisation", "組織を作成する"),
  details: [
    text(
      "Without --parent it lies directly below 全社. A code is unique in the tenant; below one parent two organisations of one name need codes, and no path reads like the code of another organisation, nor a code or name like its path; where files bring both, the code goes before the path (these are clomoctl's own rules).",
      "--parent を省略すると全社の直下に作成します。組織コードはテナント内で一意です。同じ上位組織の下に同名の組織を作るには、組織コードが必要です。また、別の組織のパスや組織コードと同じに読める組織コードや組織名は使えません。ファイルで両方ができた場合は、組織コードが優先されます(いずれも clomoctl 独自の規則)。",
    ),
  ],
  args: { name: { kind: "string", required: true, about: text("the organisation's name", "組織名") } },
  options: { ...valueOptions(ORG.fields, { without: ["name"] }), dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl orgs create 営業三部 --code S03" },
    { line: "clomoctl orgs create 一課 --parent 本社/営業部 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ORG_COLUMNS,
  async run(tools, { name, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    const { client } = await tools.tenant("orgs");
    const resolve = { org: async (typed: string) => (await orgNamed(tools, typed)).id };
    const values = await valuesOf(ORG.fields, options, resolve);
    tools.describeState(() => WHILE_WRITING);
    const written = await madeInside(client.orgs.create({ ...values, name, dryRun }), values["parent"], "--parent");
    await showWritten(tools, written, ORG_WRITTEN);
  },
});
