import { commandName, line, step } from "../../lib/advice/index.ts";
import { Failure, OPEN_TENANT_ERRORS } from "../../lib/errors/index.ts";
import { toBundle, type Bundle, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { createFaultFailure, verifyBundle } from "../../lib/handover/compare/verify.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { buildDocumentOnlyOptions } from "../listing/documents.ts";
import type { Tools } from "../tools.ts";
import { getLastDay, LEAVER_OPTIONS, type LeaverInput } from "./leaver.ts";
import { IDENTITY_OPTION, openNamedBundle, refuseAsOption, startVerifyProgress } from "./bundle.ts";

const REPORT_FORMATS = ["html", "markdown"] as const;

type ReportFormat = (typeof REPORT_FORMATS)[number];

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
    const { exportTemporaryBundle } = await import("./writing/tenant-bundle.ts");
    await using now = bundle === undefined ? await exportTemporaryBundle(tools) : undefined;
    await using files = now?.files ?? (await openNamedBundle(tools, bundle ?? "", identity));
    await outputs.write(output, await renderBundleReport(tools, files, { format, ...leaving }));
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

/** Verifies a bundle and returns its report.  @throws Failure `input-rejected` if it is not as exported */
async function renderBundleReport(
  tools: Tools,
  files: BundleFiles,
  { format, leaver: typed, leaves }: { readonly format: ReportFormat } & LeaverInput,
): Promise<string> {
  const progress = startVerifyProgress(tools, [files]);
  const { faults, faultCount, hashes } = await verifyBundle(files, { ...progress.options, hashesOnly: false });
  progress.finish();
  const [first] = faults;
  if (first !== undefined) throw createFaultFailure(files.name, first, faultCount - 1);
  files.hold(hashes);
  const bundle = await toBundle(files);
  const { renderReport } = await import("./writing/report.ts");
  const { manifest } = bundle;
  const read = await readReportFiles(bundle);
  const { parseReportData: reportData, resolveReportZone: zoneOfReport } =
    await import("../../lib/handover/report/data.ts");
  const zone = zoneOfReport(reportData(manifest, read));
  const leaver = typed === undefined ? undefined : { typed, leaves: getLastDay({ leaves }, zone) };
  return renderReport(tools, { manifest, read, leaver }, format);
}

async function readReportFiles(bundle: Bundle): Promise<ReadonlyMap<string, string>> {
  const { isReportFile, ReportFileBuffer } = await import("../../lib/handover/report/data.ts");
  const read = new Map<string, string>();
  for (const { path } of bundle.files) {
    if (!isReportFile(path)) continue;
    const kept = new ReportFileBuffer();
    for await (const chunk of bundle.read(path)) kept.add(chunk);
    read.set(path, kept.text());
  }
  return read;
}
