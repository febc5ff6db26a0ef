import { Failure } from "../../lib/errors/index.ts";
import { createTemporaryFolder } from "../../lib/files/index.ts";
import { asBundle, type Bundle, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { unsound, verifyBundle } from "../../lib/handover/compare/verify.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Tools } from "../tools.ts";
import { lastDay, LEAVER_OPTIONS, refuseNobody, type Leaving } from "./leaver.ts";
import { ONLY_READ, openNamed, verifying } from "./bundle.ts";

const FORMS = ["html", "markdown"] as const;

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
      "--pdf prints it by the Chrome, Chromium or Edge of this machine, which runs with a profile of its own and without a network; CHROME_PATH names another program.",
      "--pdf では、この PC の Chrome・Chromium・Edge で PDF にします。専用のプロファイルで、ネットワークには接続せずに動かします。別のプログラムを使うときは CHROME_PATH で指定します。",
    ),
  ],
  args: {
    bundle: {
      kind: "file",
      value: "BUNDLE",
      about: text(
        "what `handover export` has written (default: the tenant)",
        "`handover export` で書き出したもの(既定: テナント)",
      ),
    },
  },
  options: {
    as: {
      kind: "choice",
      choices: FORMS,
      about: text("form of the report (default: html)", "レポートの形式(既定: html)"),
    },
    pdf: {
      kind: "boolean",
      about: text("print the page as PDF, A4; wants -o", "ページを A4 の PDF にする(-o が必要)"),
    },
    ...LEAVER_OPTIONS,
    output: {
      kind: "output",
      short: "o",
      value: "FILE",
      about: text("write it to this file (default, or -: stdout)", "出力先(既定と - は標準出力)"),
    },
  },
  examples: [
    { line: "clomoctl handover report bundles/schema-1 -o report.html" },
    { line: "clomoctl handover report bundles/schema-1 --as markdown --lang ja" },
    { line: "clomoctl handover report -o report.html" },
    { line: "clomoctl handover report bundles/schema-1 --pdf -o report.pdf" },
  ],
  exits: ["input-rejected", "not-found", "unavailable"],
  opensTenant: false,
  readsTenants: true,
  async run(tools, { bundle, as = "html", pdf, output: named, ...leaving }) {
    const { terminal, outputs } = tools;
    tools.describeState(() => ONLY_READ);
    refuseData(tools);
    refuseNobody("clomoctl handover report", leaving);
    if (pdf) refuseForPdf(as, named);
    const output = named ?? "-";
    const { tenantBundle } = await import("./writing/tenant-bundle.ts");
    await using now = bundle === undefined ? await tenantBundle(tools) : undefined;
    await using files = now?.files ?? (await openNamed(tools, bundle ?? ""));
    const report = await reportOf(tools, files, { as, ...leaving });
    const content = pdf ? await printed(tools, report) : report;
    await outputs.write(output, content);
    if (output === "-") return;
    await terminal.note(text(`wrote ${output}`, `${output} を書き出しました`));
  },
});

/** A browser that starts for the first time, on a slow machine. */
const PRINTING_MS = 120_000;

/** The page as PDF. @throws Failure `unavailable` as `printToPdf` */
async function printed({ temporary, environment, machine, signal }: Tools, page: string): Promise<Uint8Array> {
  const { printToPdf } = await import("../../lib/handover/report/browser.ts");
  const { platform, userFolder } = machine;
  const folder = await createTemporaryFolder(temporary, "browser");
  try {
    const place = { platform, environment, userFolder };
    return await printToPdf(page, { ...place, folder: folder.path, signal, timeoutMs: PRINTING_MS });
  } finally {
    await folder.remove();
  }
}

/** @throws Failure `usage` where no page is printed, or nothing says where it goes */
function refuseForPdf(as: (typeof FORMS)[number], output: string | undefined): void {
  if (as === "html" && output !== undefined) return;
  throw new Failure("usage", {
    what:
      as === "html"
        ? text("a PDF wants a file", "PDF の出力先を指定してください")
        : text("--pdf prints the page: it does not go with --as markdown", "--pdf は --as markdown と一緒に使えません"),
    where: "clomoctl handover report --pdf",
    hint: text("such as --pdf -o report.pdf", "例: --pdf -o report.pdf"),
  });
}

/** @throws Failure `usage` where data is asked for */
function refuseData({ globals }: Tools): void {
  if ((globals.format ?? globals.query ?? globals.fields) === undefined) return;
  throw new Failure("usage", {
    what: text(
      "a report is no data: --format, --fields and --query do not go with it",
      "レポートはデータではないため、--format、--fields、--query は使えません",
    ),
    where: "clomoctl handover report",
    hint: text(
      "its form is chosen by --as; data: clomoctl handover export",
      "形式は --as で選びます。データが必要な場合: clomoctl handover export",
    ),
  });
}

/** @throws Failure `input-rejected` for a bundle that is not as it was exported */
async function reportOf(
  tools: Tools,
  files: BundleFiles,
  { as, leaver: typed, leaves }: { readonly as: (typeof FORMS)[number] } & Leaving,
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
  return drawReport(tools, { manifest, read, leaver }, as);
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
