import { line } from "../../lib/advice/index.ts";
import { TENANT_FILE } from "../../lib/handover/bundle/contents.ts";
import type { BundleFault } from "../../lib/handover/bundle/read.ts";
import { createFaultFailure, type BundleVerification } from "../../lib/handover/compare/verify.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatMinute } from "../../lib/model/time.ts";
import { formatCount, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { resolveTimezoneWithoutTenant } from "../tools.ts";
import { BUNDLE_ARGUMENT, IDENTITY_OPTION, openNamedBundle, verifyNamedBundle } from "./bundle.ts";

const MAX_SHOWN_FAULTS = 20;

interface VerifiedBundle extends BundleVerification {
  readonly bundle: string;
  /** time of the last change, formatted for people; null if it is not recorded */
  readonly changedAt: string | null;
}

const BUNDLE_VERIFICATION_COLUMNS: readonly Column<VerifiedBundle>[] = [
  { key: "bundle", header: text("bundle", "引き継ぎデータ"), value: ({ bundle }) => bundle },
  { key: "tenant", header: text("tenant", "テナント"), value: ({ manifest }) => manifest?.tenant.name ?? null },
  { key: "asOf", header: text("as of", "基準日"), value: ({ manifest }) => manifest?.asOf ?? null },
  {
    key: "lastUpdatedAt",
    header: text("last updated", "最終更新"),
    value: ({ manifest }) => manifest?.lastUpdatedAt ?? null,
    name: ({ changedAt }) => (changedAt === null ? null : same(changedAt)),
  },
  {
    key: "program",
    header: text("written by", "書き出したプログラム"),
    value: ({ manifest }) => manifest?.program ?? null,
  },
  { key: "files", header: text("files", "ファイル数"), value: ({ files }) => files },
  { key: "bytes", header: text("bytes", "バイト数"), value: ({ bytes }) => bytes },
  { key: "records", header: text("records verified", "検証したデータの件数"), value: ({ records }) => records },
  { key: "fingerprint", header: text("fingerprint", "フィンガープリント"), value: ({ fingerprint }) => fingerprint },
  { key: "faultCount", header: text("faults", "問題"), value: ({ faultCount }) => faultCount },
  {
    key: "faults",
    header: text("faults found", "見つかった問題"),
    advice: true,
    value: ({ faults }) => faults.map(({ file, line = null, what }) => ({ file, line, detail: what })),
    // people see each fault on a line of its own instead
    name: () => null,
  },
];

const formatFault = (bundle: string, { file, line, what }: BundleFault): Text => {
  const place = `${bundle}: ${file}${line === undefined ? "" : `:${line}`}`;
  return text(`${place}: ${what.en}`, `${place}: ${what.ja}`);
};

export default defineCommand({
  summary: text("verify that a bundle is unchanged since its export", "引き継ぎデータが書き出したままか検証する"),
  details: [
    text(
      "Checks the hash of every file and finds missing and extra files. Then checks every record: members, types and the order of IDs; and the tenant's file with its audit log. Exits with 0 if nothing was changed after the export, 3 if something was. This is not a signature: anyone who can change the bundle can also change its hashes. Compare the fingerprint with the one that the export showed (the SHA-256 of SHA256SUMS).",
      "全ファイルのハッシュを照合し、不足・余分なファイルを検出します。さらに全データの項目、型、ID の順序と、テナントのファイルとその監査ログを確かめます。書き出したままなら終了コード 0、そうでなければ 3 です。署名ではないため、引き継ぎデータを書き換えられる人はハッシュも書き換えられます。書き出したときに表示されたフィンガープリント(SHA256SUMS の SHA-256)と比べてください。",
    ),
  ],
  args: { bundle: BUNDLE_ARGUMENT },
  options: {
    hashesOnly: {
      kind: "boolean",
      about: text(
        "check only the files and their hashes, not the records",
        "ハッシュとファイルだけを照合し、データの内容は検証しない",
      ),
    },
    ...IDENTITY_OPTION,
  },
  examples: [
    { line: "clomoctl handover verify bundles/minato" },
    { line: "clomoctl handover verify bundles/minato --hashes-only" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { bundle, hashesOnly, identity }) {
    const { terminal } = tools;
    await terminal.checkOutput(BUNDLE_VERIFICATION_COLUMNS);
    await using found = await openNamedBundle(tools, bundle, identity);
    await using verified = await verifyNamedBundle(tools, found, { hashesOnly });
    const { faults, faultCount } = verified;
    for (const fault of faults.slice(0, MAX_SHOWN_FAULTS)) await terminal.problem(formatFault(bundle, fault));
    if (faultCount > MAX_SHOWN_FAULTS) {
      await terminal.problem(text(`… ${formatCount(faultCount, "fault")} in all`, `… 問題は全部で ${faultCount} 件`));
    }
    const { lastUpdatedAt = null } = verified.manifest ?? {};
    const changedAt =
      lastUpdatedAt === null ? null : formatMinute(lastUpdatedAt, await resolveTimezoneWithoutTenant(tools));
    await terminal.show(BUNDLE_VERIFICATION_COLUMNS, { bundle, ...verified, changedAt });
    const [first] = faults;
    if (first !== undefined) throw createFaultFailure(bundle, first, faultCount - 1);
    await terminal.note(hashesOnly ? FILES_UNCHANGED_NOTE : ALL_UNCHANGED_NOTE);
    for (const next of suggestNextSteps({ bundle, identity }, verified)) await terminal.note(next);
  },
});

function suggestNextSteps(
  { bundle, identity }: { readonly bundle: string; readonly identity: string | undefined },
  { manifest }: BundleVerification,
): readonly Text[] {
  const report = line("handover report", [bundle], { output: "report.html", identity });
  const receive = line("handover receive", [bundle], { context: "NAME", identity });
  const isWhole = manifest?.files.some(({ path }) => path === TENANT_FILE) === true;
  return [
    FINGERPRINT_ADVICE,
    text(`to read the report: ${report}`, `レポートを読むには: ${report}`),
    ...(isWhole
      ? [
          text(
            `to make it the tenant of a new context: ${receive}`,
            `新しいコンテキストのテナントにするには: ${receive}`,
          ),
        ]
      : []),
  ];
}

const FINGERPRINT_ADVICE = text(
  "this check does not replace a signature: ask the person who exported the bundle to read out the fingerprint that the export showed, and compare it with the one above",
  "この検証は署名の代わりにはなりません。書き出したときに表示されたフィンガープリントを、書き出した人に電話などで読み上げてもらい、上のものと比べてください",
);

const ALL_UNCHANGED_NOTE = text("everything is as it was exported", "すべて書き出したままです");
const FILES_UNCHANGED_NOTE = text(
  "all files are as they were exported; their records were not checked",
  "ファイルはすべて書き出したままです(データの内容は検証していません)",
);
