import { commandName, line, step } from "../../lib/advice/index.ts";
import { Failure, OPENING } from "../../lib/errors/index.ts";
import { createTemporaryFolder } from "../../lib/files/index.ts";
import { asBundle, type Bundle, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { unsound, verifyBundle } from "../../lib/handover/compare/verify.ts";
import { same, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { documentOnly } from "../listing/documents.ts";
import type { Tools } from "../tools.ts";
import { lastDay, LEAVER_OPTIONS, refuseNobody, type LeaverInput } from "./leaver.ts";
import { IDENTITY, ONLY_READ, openNamed, refuseActing, verifying } from "./bundle.ts";

const FORMATS = ["html", "markdown", "pdf"] as const;

type ReportFormat = (typeof FORMATS)[number];

const WHERE = commandName("handover report");

export default defineCommand({
  summary: text("write the report of a handover, from a bundle or the tenant", "引き継ぎレポートを書き出す"),
  details: [
    text(
      "What there is, the checklist with what is missing, organisations, administrators and what they manage, what expires, devices, what is not in the bundle, lines to sign. Of a bundle it counts days from the day of the bundle; without one it is of the tenant as it is now. Each bundle has it already, as report.html, in the language it was exported in.",
      "件数、不足を示した確認リスト、組織、管理者と管理対象組織、期限、デバイス、含まれないもの、署名欄をまとめます。引き継ぎデータを指定すると、残り日数はその基準日から数えます。省略すると現在のテナントのレポートです。引き継ぎデータには、書き出したときの言語の report.html が入っています。",
    ),
    text(
      "The page needs no script and fetches nothing; printed, it is A4. Telephone numbers stand in it: it is for who takes over.",
      "スクリプトも外部の読み込みも使わない 1 ページで、A4 に印刷できます。電話番号も載るため、後任の方だけに渡してください。",
    ),
    text(
      "--format pdf prints it by the Chrome, Chromium or Edge of this machine, which runs with a profile of its own and without a network; CHROME_PATH names another program.",
      "--format pdf では、この PC の Chrome・Chromium・Edge で PDF にします。専用のプロファイルで、ネットワークには接続せずに動かします。別のプログラムを使うときは CHROME_PATH で指定します。",
    ),
  ],
  args: {
    bundle: {
      kind: "file",
      isBundle: true,
      value: "BUNDLE",
      about: text(
        "what `handover export` has written (default: the tenant)",
        "`handover export` で書き出したもの(既定: テナント)",
      ),
    },
  },
  options: {
    ...LEAVER_OPTIONS,
    ...documentOnly(FORMATS),
    ...IDENTITY,
  },
  examples: [
    { line: "clomoctl handover report bundles/minato -o report.html" },
    { line: "clomoctl handover report bundles/minato --format markdown --lang ja" },
    { line: "clomoctl handover report -o report.html" },
    { line: "clomoctl handover report bundles/minato --format pdf -o report.pdf" },
  ],
  // without a bundle also what keeps a tenant from being opened
  exits: OPENING,
  opensTenant: false,
  readsTenants: true,
  async run(tools, { bundle, format = "html", output: named, identity, ...leaving }) {
    const { terminal, outputs } = tools;
    tools.describeState(() => ONLY_READ);
    refuseSelection(tools);
    refuseNobody(WHERE, leaving);
    if (bundle !== undefined) refuseActing(tools, WHERE);
    if (format === "pdf" && named === undefined) throw PDF_TO_FILE;
    const output = named ?? "-";
    const { tenantBundle } = await import("./writing/tenant-bundle.ts");
    await using now = bundle === undefined ? await tenantBundle(tools) : undefined;
    await using files = now?.files ?? (await openNamed(tools, bundle ?? "", identity));
    const report = await reportOf(tools, files, { format, ...leaving });
    const content = format === "pdf" ? await printed(tools, report, bundle) : report;
    await outputs.write(output, content);
    if (output === "-") return;
    await terminal.note(text(`wrote ${output}`, `${output} を書き出しました`));
  },
});

/** A browser that starts for the first time, on a slow machine. */
const PRINTING_MS = 120_000;

/** Returns the page as PDF. @throws Failure `unavailable` as `printToPdf`, with the command that writes the page */
async function printed(
  { temporary, environment, machine, signal }: Tools,
  page: string,
  bundle: string | undefined,
): Promise<Uint8Array> {
  const { printToPdf } = await import("../../lib/handover/report/browser.ts");
  const { platform, userFolder } = machine;
  const folder = await createTemporaryFolder(temporary, "browser");
  try {
    const place = { platform, environment, userFolder };
    return await printToPdf(page, { ...place, folder: folder.path, signal, timeoutMs: PRINTING_MS });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "unavailable") throw error;
    const write = line("handover report", bundle === undefined ? [] : [bundle], { output: "report.html" });
    const { en, ja } = error.hint ?? same("");
    const hint = text(
      `${en}; or print the page in any browser: ${write}`,
      `${ja}。または、ページをブラウザーで印刷してください: ${write}`,
    );
    throw error.with({ hint });
  } finally {
    await folder.remove();
  }
}

const PDF_TO_FILE = new Failure("usage", {
  what: text("a PDF needs -o FILE", "PDF の出力先を -o FILE で指定してください"),
  where: WHERE,
  hint: text("for example --format pdf -o report.pdf", "例: --format pdf -o report.pdf"),
});

/** @throws Failure `usage` for options that select from records */
function refuseSelection({ globals }: Tools): void {
  if ((globals.query ?? globals.fields) === undefined) return;
  throw new Failure("usage", {
    what: text(
      "a report is a document: --fields and --query have no effect on it",
      "レポートは文書のため、--fields と --query は使えません",
    ),
    where: WHERE,
    hint: step("to export records", "データが必要な場合", line("handover export", [], { output: "FOLDER" })),
  });
}

/** @throws Failure `input-rejected` for a bundle that is not as it was exported */
async function reportOf(
  tools: Tools,
  files: BundleFiles,
  { format, leaver: typed, leaves }: { readonly format: ReportFormat } & LeaverInput,
): Promise<string> {
  const progress = verifying(tools, [files]);
  const { faults, faultCount, hashes } = await verifyBundle(files, { ...progress.options, hashesOnly: false });
  progress.finish();
  const [first] = faults;
  if (first !== undefined) throw unsound(files.name, first, faultCount - 1);
  files.hold(hashes);
  const bundle = await asBundle(files);
  const { drawReport } = await import("./writing/report.ts");
  const { manifest } = bundle;
  const read = await readFor(bundle);
  const { reportData, zoneOfReport } = await import("../../lib/handover/report/data.ts");
  const zone = zoneOfReport(reportData(manifest, read));
  const leaver = typed === undefined ? undefined : { typed, leaves: lastDay({ leaves }, zone) };
  return drawReport(tools, { manifest, read, leaver }, format === "markdown" ? "markdown" : "html");
}

/** The contents of the files that a report is made of. */
async function readFor(bundle: Bundle): Promise<ReadonlyMap<string, string>> {
  const { isRead, KeptFile } = await import("../../lib/handover/report/data.ts");
  const read = new Map<string, string>();
  for (const { path } of bundle.files) {
    if (!isRead(path)) continue;
    const kept = new KeptFile(path);
    for await (const chunk of bundle.read(path)) kept.add(chunk);
    read.set(path, kept.text());
  }
  return read;
}
