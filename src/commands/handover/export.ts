import { step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readChunks } from "../../lib/files/index.ts";
import { TENANT_FILE } from "../../lib/handover/bundle/contents.ts";
import type { Manifest } from "../../lib/handover/bundle/manifest.ts";
import type { BundleWriter } from "../../lib/handover/bundle/write.ts";
import { dayOf } from "../../lib/model/time.ts";
import { PANEL_KINDS } from "../../lib/nouns/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { getAccountLanguage } from "../kit/files/text-format.ts";
import { resolveTimezone, type Tools } from "../kit/tools.ts";
import { CHANGED_STATE } from "../../lib/client/changes.ts";
import { buildReminderCommand } from "../kit/items/tenant-items.ts";
import { noteFingerprint } from "./bundle.ts";
import { copyTenant, VERIFYING, type TenantCopy } from "../kit/files/tenant-copy.ts";
import { LEAVER_OPTIONS, toTypedLeaver, type TypedLeaver } from "./facts.ts";

export default defineCommand({
  summary: text(
    "export everything in the tenant into a bundle for a successor",
    "テナントの全データを、後任への引き継ぎデータとして書き出す",
  ),
  details: text(
    "A bundle consists of the tenant itself with its history (tenant.db), one NDJSON file for each record type, the same records as a workbook, a report, a manifest, and the hashes of all files. It is a folder, or an archive if its name ends in .zip. It does not contain passwords, keys or tokens. Only the owner and system administrators can export. Each export is in the audit log.",
    "引き継ぎデータは、履歴を含むテナント本体(tenant.db)、種類ごとの NDJSON、同じデータのブック、レポート、マニフェスト、全ファイルのハッシュからなります。名前が .zip で終わればアーカイブ、それ以外はフォルダーです。パスワード・鍵・トークンは含みません。書き出せるのは所有者とシステム管理者だけで、監査ログに残ります。",
  ),
  args: {},
  options: {
    output: defineOption(
      "output",
      "FOLDER|FILE",
      "output: a new folder or FILE.zip",
      "出力先: 新しいフォルダーか FILE.zip",
      { isBundle: true, notStdout: true, short: "o", required: true },
    ),
    ...LEAVER_OPTIONS,
  },
  examples: [
    { line: "clomoctl handover export -o handover-2027-03" },
    { line: "clomoctl handover export -o handover.zip --leaver sato --leaves 2027-03-31" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found"],
  job: () => [],
  async run(tools, { output, ...leaving }) {
    const { terminal, machine, clock } = tools;
    const chosen = await tools.tenant("exports");
    const zone = resolveTimezone(tools, chosen);
    const { BundleWriter: Writer } = await import("../../lib/handover/bundle/write.ts");
    await using bundle = await Writer.create(output, tools.outputs);
    await using copy = await terminal.progress.during(COPYING, () => copyTenant(tools));
    const { fault, unsafe } = await terminal.progress.during(VERIFYING, () => tools.inspectCopy(copy.path));
    const refusal = fault ?? unsafe;
    if (refusal !== null) throw new Failure("input-rejected", refusal);
    const { manifest, gaps } = await writeContents(tools, bundle, copy, {
      program: machine.program,
      asOf: dayOf(clock.now(), zone),
      language: getAccountLanguage(chosen),
      leaver: toTypedLeaver(leaving, zone),
    });
    const fingerprint = await bundle.seal(manifest);
    tools.signal.throwIfAborted();
    const { isAudited } = await chosen.client.exports.record({ what: "export", fingerprint });
    if (isAudited) tools.describeDone(CHANGED_STATE);
    await bundle.finish(manifest);
    if (!isAudited)
      await terminal.warn(
        text(
          "this export is not in the audit log, because the tenant's file cannot be written",
          "テナントに書き込めないため、この書き出しは監査ログに記録されていません",
        ),
      );
    await showBundle(tools, output, { manifest, gaps, fingerprint });
    if (leaving.leaver !== undefined)
      await terminal.note(
        step(
          "this copy goes on sending reminders; to end this",
          "このテナントは今後も通知を送ります。止めるには",
          buildReminderCommand(chosen.context, "off"),
        ),
      );
  },
});

const COPYING = { id: "copy", name: text("Copying the tenant", "テナントをコピー") };
const WRITING = { id: "write", name: text("Writing the bundle", "引き継ぎデータを書き出し") };

async function writeFile(bundle: BundleWriter, path: string, content: Iterable<string> | AsyncIterable<Uint8Array>) {
  const file = await bundle.file(path);
  for await (const chunk of content) await file.write(chunk);
  await file.close();
}

async function writeContents(
  { terminal }: Tools,
  bundle: BundleWriter,
  copy: TenantCopy,
  { leaver, ...about }: Pick<Manifest, "program" | "asOf" | "language"> & { readonly leaver: TypedLeaver | undefined },
): Promise<{ readonly manifest: Manifest; readonly gaps: number }> {
  const [{ writeRecords }, { buildBareManifest, collectReportData, findGaps, renderReport }] = await Promise.all([
    import("./bundle-records.ts"),
    import("./report-files.ts"),
  ]);
  const { language } = about;
  const { client, resources } = await terminal.progress.during(WRITING, async (step) => {
    await writeFile(bundle, TENANT_FILE, readChunks(copy.path));
    const opened = await copy.open();
    const size = await opened.tenant.show();
    const all = PANEL_KINDS.reduce((sum, kind) => sum + size[kind], 1);
    const shown = { language, moment: (instant: string) => terminal.moment(instant) };
    const written = await writeRecords(opened, bundle, shown, (records) => step.reach(records / all));
    return { client: opened, resources: written };
  });
  const bare = await buildBareManifest(client, { ...about, resources });
  const data = await collectReportData(client, bare, leaver);
  await writeFile(bundle, "report.html", [renderReport(data, language)]);
  return { manifest: data.manifest, gaps: findGaps(data).length };
}

async function showBundle(
  { terminal }: Tools,
  output: string,
  { manifest, gaps, fingerprint }: { readonly manifest: Manifest; readonly gaps: number; readonly fingerprint: string },
): Promise<void> {
  const total = manifest.resources.reduce((sum, { records }) => sum + records, 0);
  await terminal.note(
    text(
      `wrote ${output}: ${formatCount(total, "record")}; report.html lists ${formatCount(gaps, "gap")}`,
      `${output} に書き出しました: データ ${total} 件。不足は ${gaps} 件です(report.html に記載)`,
    ),
  );
  await noteFingerprint(terminal, fingerprint);
  await terminal.note(
    text(
      "read the first 16 digits aloud to the successor, for example by telephone",
      "最初の 16 桁を、後任に電話などで伝えてください",
    ),
  );
}
