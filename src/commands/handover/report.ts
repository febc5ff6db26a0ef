import { commandName } from "../../lib/advice/index.ts";
import { OPEN_TENANT_ERRORS } from "../../lib/errors/index.ts";
import { toBundle, type Bundle, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { createFaultFailure, verifyBundle } from "../../lib/handover/compare/verify.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Tools } from "../tools.ts";
import { getLastDay, LEAVER_OPTIONS, type LeaverInput } from "./leaver.ts";
import { IDENTITY_OPTION, openNamedBundle, refuseAsOption, startVerifyProgress } from "./bundle.ts";

const REPORT_COMMAND = commandName("handover report");

export default defineCommand({
  summary: text("write a handover report from a bundle or the tenant", "引き継ぎレポートを書き出す"),
  details: [
    text(
      "An HTML page: what is missing, what the leaver hands over, signature lines, then the checklist, administrators, expiry dates and record counts. Each bundle already contains a report.html, in the language of the CLOMO account.",
      "HTML のページです。不足しているもの、退職者が引き継ぐもの、署名欄、続いて確認リスト、管理者、期限、件数をまとめます。引き継ぎデータには、CLOMO アカウントの言語の report.html が入っています。",
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
    output: {
      kind: "output",
      short: "o",
      value: "FILE",
      about: text("output file (default or -: stdout)", "出力先のファイル(既定と - は標準出力)"),
    },
    ...IDENTITY_OPTION,
  },
  examples: [
    { line: "clomoctl handover report bundles/minato -o report.html" },
    { line: "clomoctl handover report -o report.html" },
  ],
  // without a bundle, opening the tenant may fail, too
  exits: OPEN_TENANT_ERRORS,
  opensTenant: false,
  readsTenants: true,
  async run(tools, { bundle, output: named, identity, ...leaving }) {
    const { terminal, outputs } = tools;
    if (bundle !== undefined) refuseAsOption(tools, REPORT_COMMAND);
    const output = named ?? "-";
    const { exportTemporaryBundle } = await import("./writing/tenant-bundle.ts");
    await using now = bundle === undefined ? await exportTemporaryBundle(tools) : undefined;
    await using files = now?.files ?? (await openNamedBundle(tools, bundle ?? "", identity));
    await outputs.write(output, await renderBundleReport(tools, files, leaving));
    if (output === "-") return;
    await terminal.note(text(`wrote ${output}`, `${output} を書き出しました`));
  },
});

/** Verifies a bundle and returns its report.  @throws Failure `input-rejected` if it is not as exported */
async function renderBundleReport(
  tools: Tools,
  files: BundleFiles,
  { leaver: typed, leaves }: LeaverInput,
): Promise<string> {
  const progress = startVerifyProgress(tools, [files]);
  const { faults, faultCount, hashes } = await verifyBundle(files, { ...progress.options, hashesOnly: false });
  progress.finish();
  const [first] = faults;
  if (first !== undefined) throw createFaultFailure(files.name, first, faultCount - 1);
  files.hold(hashes);
  const bundle = await toBundle(files);
  const [{ buildReport, findLeaver }, { parseReportData, resolveReportZone }, { renderPage }, { addLeaver }] =
    await Promise.all([
      import("../../lib/handover/report/content.ts"),
      import("../../lib/handover/report/data.ts"),
      import("../../lib/document/page.ts"),
      import("./writing/report.ts"),
    ]);
  const bare = parseReportData(bundle.manifest, await readReportFiles(bundle));
  const data =
    typed === undefined
      ? bare
      : addLeaver(bare, { typed, leaves: getLastDay({ leaves }, resolveReportZone(bare)) }).data;
  const owner = findLeaver(data)?.id ?? null;
  const devices = owner === null ? [] : await listOwnedDevices(bundle, owner);
  return renderPage(buildReport(data, devices), tools.terminal.language);
}

const DEVICES_PATH = "resources/devices.ndjson";

/** Returns the serial numbers of a person's devices in a bundle, whose file may be large. */
async function listOwnedDevices(bundle: Bundle, owner: string): Promise<readonly string[]> {
  if (bundle.files.every(({ path }) => path !== DEVICES_PATH)) return [];
  const serials: string[] = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of bundle.read(DEVICES_PATH)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((one) => one.includes(owner))) {
      const { ownerId, serialNumber } = JSON.parse(line) as { ownerId: string | null; serialNumber: string };
      if (ownerId === owner) serials.push(serialNumber);
    }
  }
  return serials;
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
