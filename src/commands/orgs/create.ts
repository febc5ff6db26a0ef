import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../records/options.ts";
import { STATE_UNCHANGED, showWrittenRecord, STATE_MAYBE_CHANGED } from "../records/change-result.ts";
import { ORG_COLUMNS } from "./columns.ts";
import { findOrg } from "./find-org.ts";
import { addOrganisationHint } from "../records/inside.ts";
import { ORG_RESULT_LAYOUT } from "./org-result-layout.ts";

export default defineCommand({
  summary: text("create an organisation", "組織を作成する"),
  details: [
    text(
      "Without --parent, the organisation is created directly below 全社. A code is unique in the tenant, and organisations of the same name below one parent need codes. A code or name is rejected if it reads like the path or code of another organisation. If a file creates such a clash, the code takes precedence over the path. These are clomoctl's own rules.",
      "--parent を省略すると全社の直下に作成します。組織コードはテナント内で一意です。同じ上位組織の下に同名の組織を作るには、組織コードが必要です。また、別の組織のパスや組織コードと同じに読める組織コードや組織名は使えません。ファイルのインポートで同じに読めるものができた場合は、組織コードが優先されます(いずれも clomoctl 独自の規則)。",
    ),
  ],
  args: { name: { kind: "string", required: true, about: text("name of the organisation", "組織名") } },
  options: { ...buildValueOptions(ORG.fields, { without: ["name"] }), dryRun: DRY_RUN_OPTION },
  examples: [
    { line: "clomoctl orgs create 営業三部 --code S03" },
    { line: "clomoctl orgs create 一課 --parent 本社/営業部 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ORG_COLUMNS,
  async run(tools, { name, dryRun, ...options }) {
    tools.describeState(() => STATE_UNCHANGED);
    const { client } = await tools.tenant("orgs");
    const resolve = { org: async (typed: string) => (await findOrg(tools, typed)).id };
    const values = await parseValueOptions(ORG.fields, options, resolve);
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const written = await addOrganisationHint(
      client.orgs.create({ ...values, name, dryRun }),
      values["parent"],
      "--parent",
    );
    await showWrittenRecord(tools, written, ORG_RESULT_LAYOUT);
  },
});
