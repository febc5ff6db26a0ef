import { line } from "../../lib/advice/index.ts";
import { missingFrom } from "../../lib/handover/bundle/presence.ts";
import type { BundleFault } from "../../lib/handover/bundle/read.ts";
import { unsound, verifyBundle, type BundleVerification } from "../../lib/handover/compare/verify.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { minuteIn } from "../../lib/model/time.ts";
import { counted, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { zoneInEffect } from "../tools.ts";
import { BUNDLE, IDENTITY, ONLY_READ, openNamed, verifying } from "./bundle.ts";

/** Faults that people are shown. */
const FIRST = 20;

interface VerifiedBundle extends BundleVerification {
  readonly bundle: string;
  /** when the last change was, for people */
  readonly changedAt: string | null;
}

const COLUMNS: readonly Column<VerifiedBundle>[] = [
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
  { key: "records", header: text("records verified", "検証した記録"), value: ({ records }) => records },
  { key: "fingerprint", header: text("fingerprint", "フィンガープリント"), value: ({ fingerprint }) => fingerprint },
  { key: "faultCount", header: text("faults", "問題"), value: ({ faultCount }) => faultCount },
  {
    key: "faults",
    header: text("faults found", "見つかった問題"),
    value: ({ faults }) => faults.map(({ file, line = null, what }) => ({ file, line, detail: what })),
    // shown line by line below
    name: () => null,
  },
];

const faultLine = (bundle: string, { file, line, what }: BundleFault): Text => {
  const place = `${bundle}: ${file}${line === undefined ? "" : `:${line}`}`;
  return text(`${place}: ${what.en}`, `${place}: ${what.ja}`);
};

export default defineCommand({
  summary: text("verify that a bundle is as it was exported", "引き継ぎデータが書き出したままか検証する"),
  details: [
    text(
      "Compares the hashes to the byte and finds missing and extra files; then reads every record: members, types, the order of ids, and that what a record names is there. Exits with 0 if all is as it was exported, 3 if not. It is no signature: who can write the bundle can write its hashes, but not those with the fingerprint that the export showed (the SHA-256 of SHA256SUMS); compare it.",
      "ハッシュをバイト単位で照合し、不足・余分なファイルを検出します。さらに全記録の項目、型、ID の順序、参照先の有無を確かめます。書き出したままなら終了コード 0、そうでなければ 3 です。署名ではないため、引き継ぎデータを書き換えられる人はハッシュも書き換えられます。書き出したときに表示されたフィンガープリント(SHA256SUMS の SHA-256)と比べてください。",
    ),
  ],
  args: { bundle: BUNDLE },
  options: {
    hashesOnly: {
      kind: "boolean",
      about: text("compare hashes and files only, not the records", "ハッシュとファイルだけを照合し、記録は検証しない"),
    },
    ...IDENTITY,
  },
  examples: [
    { line: "clomoctl handover verify bundles/minato" },
    { line: "clomoctl handover verify bundles/minato --hashes-only" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { bundle, hashesOnly, identity }) {
    const { terminal } = tools;
    tools.describeState(() => ONLY_READ);
    await terminal.checkOutput(COLUMNS);
    await using found = await openNamed(tools, bundle, identity);
    const progress = verifying(tools, [found]);
    const verified = await verifyBundle(found, { ...progress.options, hashesOnly });
    progress.finish();
    const { faults, faultCount } = verified;
    for (const fault of faults.slice(0, FIRST)) await terminal.problem(faultLine(bundle, fault));
    if (faultCount > FIRST) {
      await terminal.problem(text(`… ${counted(faultCount, "fault")} in all`, `… 問題は全部で ${faultCount} 件`));
    }
    const { lastUpdatedAt = null } = verified.manifest ?? {};
    const changedAt = lastUpdatedAt === null ? null : minuteIn(lastUpdatedAt, await zoneInEffect(tools));
    await terminal.show(COLUMNS, { bundle, ...verified, changedAt });
    const [first] = faults;
    if (first !== undefined) throw unsound(bundle, first, faultCount - 1);
    await terminal.note(hashesOnly ? SAME_HASHES : SOUND);
    const missing = verified.manifest && missingFrom(verified.manifest);
    if (missing !== undefined) await terminal.note(missing);
    for (const next of nextOf({ bundle, identity }, verified)) await terminal.note(next);
  },
});

/** What to do with a good bundle. */
function nextOf(
  { bundle, identity }: { readonly bundle: string; readonly identity: string | undefined },
  { manifest }: BundleVerification,
): readonly Text[] {
  const report = line("handover report", [bundle], { output: "report.html", identity });
  const apply = line("handover apply", [bundle], { dryRun: true, identity });
  // a part of a tenant is not applied
  const isWhole = manifest !== undefined && manifest.scope === null && manifest.partial !== true;
  return [
    NO_SIGNATURE,
    text(`to read it: ${report}`, `レポートを読むには: ${report}`),
    ...(isWhole
      ? [text(`what a tenant would get by it: ${apply}`, `適用すると何が変わるか確認するには: ${apply}`)]
      : []),
  ];
}

const NO_SIGNATURE = text(
  "that is no signature: have whoever exported it read out the fingerprint that the export showed, and compare it with the one above",
  "署名ではありません。書き出したときに表示されたフィンガープリントを、書き出した人に電話などで読み上げてもらい、上のものと比べてください",
);

const SOUND = text("all is as it was exported", "すべて書き出したままです");
const SAME_HASHES = text(
  "all files are as they were exported; their records were not read",
  "ファイルはすべて書き出したままです(記録の内容は検証していません)",
);
