import { commandName, line, step } from "../../lib/advice/index.ts";
import { Failure, OPEN_TENANT_ERRORS } from "../../lib/errors/index.ts";
import { resolveReportZone, type ReportData } from "../../lib/handover/report/data.ts";
import { EMPTY_TENANT_PROFILE } from "../../lib/model/tenant.ts";
import { dayOf } from "../../lib/model/time.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { buildDocumentOnlyOptions } from "../listing/documents.ts";
import { requireRight } from "../rights.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { getLastDay, LEAVER_OPTIONS, type LeaverInput } from "./leaver.ts";
import { IDENTITY_OPTION, openNamedBundle, refuseAsOption, requireCopy, verifyNamedBundle } from "./bundle.ts";
import { HANDOVER_NOUNS } from "./facts.ts";

const REPORT_FORMATS = ["html", "markdown"] as const;

const REPORT_COMMAND = commandName("handover report");

export default defineCommand({
  summary: text("write a handover report from a bundle or the tenant", "引き継ぎレポートを書き出す"),
  details: [
    text(
      "The report contains record counts, the checklist with what is missing, administrators and what they manage, what expires, what the bundle lacks, and signature lines. With a bundle, days left are counted from the day of the bundle; without a bundle, the report shows the current tenant. Each bundle already contains a report.html, in the language of the CLOMO account.",
      "件数、不足を示した確認リスト、管理者と管理対象組織、期限、含まれないもの、署名欄をまとめます。引き継ぎデータを指定すると、残り日数はその基準日から数えます。省略すると現在のテナントのレポートです。引き継ぎデータには、CLOMO アカウントの言語の report.html が入っています。",
    ),
  ],
  args: {
    bundle: {
      kind: "file",
      isBundle: true,
      value: "BUNDLE",
      about: text(
        "bundle that `handover export` wrote (default: the tenant)",
        "`handover export` で書き出したもの(既定: テナント)",
      ),
    },
  },
  options: {
    ...LEAVER_OPTIONS,
    ...buildDocumentOnlyOptions(REPORT_FORMATS),
    ...IDENTITY_OPTION,
  },
  examples: [
    { line: "clomoctl handover report bundles/minato -o report.html" },
    { line: "clomoctl handover report bundles/minato --format markdown --lang ja" },
    { line: "clomoctl handover report -o report.html" },
  ],
  // without a bundle, opening the tenant may fail, too
  exits: OPEN_TENANT_ERRORS,
  opensTenant: false,
  readsTenants: true,
  async run(tools, { bundle, format = "html", output: named, identity, ...leaving }) {
    const { terminal, outputs } = tools;
    refuseRecordOptions(tools);
    if (bundle !== undefined) refuseAsOption(tools, REPORT_COMMAND);
    const output = named ?? "-";
    const data =
      bundle === undefined ? readTenant(tools, leaving) : readBundle(tools, { bundle, identity, ...leaving });
    const { renderReport } = await import("./writing/report.ts");
    await outputs.write(output, renderReport(await data, format, terminal.language));
    if (output === "-") return;
    await terminal.note(text(`wrote ${output}`, `${output} を書き出しました`));
  },
});

/** Refuses the options that select from records. @throws Failure `usage` */
function refuseRecordOptions({ globals }: Tools): void {
  if (globals.fields === undefined) return;
  throw new Failure("usage", {
    what: text(
      "--fields cannot be used, because a report is a document",
      "レポートは文書のため、--fields は使えません",
    ),
    where: REPORT_COMMAND,
    hint: step("to export records", "データが必要な場合", line("handover export", [], { output: "FOLDER" })),
  });
}

type ReportInput = Parameters<typeof getLastDay>[0] & Pick<LeaverInput, "leaver">;

const toLeaver = ({ leaver: typed, leaves }: ReportInput, zone: string) =>
  typed === undefined ? undefined : { typed, leaves: getLastDay({ leaves }, zone) };

async function readTenant(tools: Tools, input: ReportInput): Promise<ReportData> {
  const { buildBareManifest, collectReportData } = await import("./writing/report.ts");
  await requireRight(tools, "handover.read");
  const tenant = await tools.tenant(...HANDOVER_NOUNS, "orgs");
  const { client } = tenant;
  const zone = resolveTimezone(tools, tenant);
  const { users, orgs, devices, secured } = await client.tenant.show();
  const manifest = await buildBareManifest(client, {
    program: tools.machine.program,
    asOf: dayOf(tools.clock.now(), zone),
    language: tools.terminal.language,
    history: true,
    resources: [
      { name: "orgs", records: orgs },
      { name: "users", records: users },
      { name: "devices", records: devices },
      { name: "secured-users", records: Object.values(secured).reduce((sum, count) => sum + count, 0) },
    ],
  });
  return await collectReportData(client, manifest, toLeaver(input, zone));
}

/** Verifies a bundle and reads what its report shows. @throws Failure `input-rejected` if it is not as exported */
async function readBundle(
  tools: Tools,
  { bundle, identity, ...input }: ReportInput & { readonly bundle: string; readonly identity: string | undefined },
): Promise<ReportData> {
  await using files = await openNamedBundle(tools, bundle, identity);
  await using verified = await verifyNamedBundle(tools, files);
  const { copy, manifest } = requireCopy(bundle, verified);
  const client = await copy.open();
  const { collectReportData } = await import("./writing/report.ts");
  const { profile } = await client.tenant.show();
  const zone = resolveReportZone(profile ?? EMPTY_TENANT_PROFILE);
  return await collectReportData(client, manifest, toLeaver(input, zone));
}
