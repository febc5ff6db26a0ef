import { commandName, line, step } from "../../lib/advice/index.ts";
import { Failure, OPEN_TENANT_ERRORS } from "../../lib/errors/index.ts";
import { resolveReportTimezone, type ReportData } from "../../lib/handover/report/content.ts";
import { EMPTY_TENANT_PROFILE } from "../../lib/nouns/tenant.ts";
import { dayOf } from "../../lib/model/time.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { resolveTimezone, type Tools } from "../kit/tools.ts";
import { LEAVER_OPTIONS, toTypedLeaver } from "./facts.ts";
import { openVerifiedBundle, requireCopy } from "./bundle.ts";
import { HANDOVER_NOUNS } from "../kit/files/tenant-copy.ts";

export default defineCommand({
  summary: text("write a handover report from a bundle or the tenant", "引き継ぎレポートを書き出す"),
  details: text(
    "Writes an HTML page with what is needed on the first day, what is missing, what the leaver hands over, signature lines, the checklist, administrators, expiry dates and record counts. Each bundle already contains a report.html, in the language of the CLOMO account.",
    "HTML のページを書き出します。内容は順に、最初の日に必要なこと、不足している項目、退職者から引き継ぐもの、署名欄、引き継ぎ確認リスト、管理者、年次更新・期限、データの件数です。引き継ぎデータには、CLOMO アカウントの言語の report.html が入っています。",
  ),
  args: {
    bundle: defineOption(
      "file",
      "BUNDLE",
      "bundle to report on (default: the current tenant)",
      "引き継ぎデータ(省略時は現在のテナントから作成)",
      { isBundle: true },
    ),
  },
  options: {
    ...LEAVER_OPTIONS,
    output: {
      kind: "output",
      short: "o",
      value: "FILE",
      about: text("output file (default or -: stdout)", "出力先のファイル(既定と - は標準出力)"),
    },
  },
  examples: [
    { line: "clomoctl handover report handover.zip -o report.html" },
    { line: "clomoctl handover report -o report.html" },
  ],
  exits: OPEN_TENANT_ERRORS,
  opensTenant: false,
  readsTenants: true,
  async run(tools, { bundle, output: named, ...leaving }) {
    const { terminal, outputs } = tools;
    if (bundle !== undefined) refuseAsOption(tools);
    const output = named ?? "-";
    const data = bundle === undefined ? readTenant(tools, leaving) : readBundle(tools, { bundle, ...leaving });
    const { renderReport } = await import("./report-files.ts");
    await outputs.write(output, renderReport(await data, terminal.language));
    if (output === "-") return;
    await terminal.note(text(`wrote ${output}`, `${output} を書き出しました`));
  },
});

/** Rejects `--as`, because a bundle contains only what its author may see. @throws `usage` */
function refuseAsOption({ globals }: Pick<Tools, "globals">): void {
  if (globals.as === undefined) return;
  throw new Failure("usage", {
    what: text("--as cannot be used with a bundle", "引き継ぎデータに --as は使えません"),
    where: commandName("handover report"),
    hint: step(
      "omit --as, or use --as when you export the bundle",
      "--as を外すか、引き継ぎデータを書き出すときに指定してください",
      line("handover export", [], { output: "FOLDER", as: "ACCOUNT" }),
    ),
  });
}

type ReportInput = Parameters<typeof toTypedLeaver>[0];

async function readTenant(tools: Tools, input: ReportInput): Promise<ReportData> {
  const { buildBareManifest, collectReportData } = await import("./report-files.ts");
  const tenant = await tools.tenant(...HANDOVER_NOUNS);
  const { client } = tenant;
  const zone = resolveTimezone(tools, tenant);
  const manifest = await buildBareManifest(client, {
    program: tools.machine.program,
    asOf: dayOf(tools.clock.now(), zone),
    language: tools.terminal.language,
    resources: [],
  });
  return await collectReportData(client, manifest, toTypedLeaver(input, zone));
}

async function readBundle(
  tools: Tools,
  { bundle, ...input }: ReportInput & { readonly bundle: string },
): Promise<ReportData> {
  await using verified = await openVerifiedBundle(tools, bundle);
  const { copy, manifest } = requireCopy(bundle, verified);
  const client = await copy.open();
  const { collectReportData } = await import("./report-files.ts");
  const { profile } = await client.tenant.show();
  const zone = resolveReportTimezone(profile ?? EMPTY_TENANT_PROFILE);
  return await collectReportData(client, manifest, toTypedLeaver(input, zone));
}
