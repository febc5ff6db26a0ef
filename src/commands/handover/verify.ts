import { line } from "../../lib/advice/index.ts";
import { throwFirstFault, type BundleVerification } from "../../lib/handover/bundle/read.ts";
import { createColumn, type Column } from "../../lib/terminal/output-choice.ts";
import { joinTexts, same, shortenText, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { isRecordOutputRequested } from "../kit/list/list.ts";
import { BUNDLE_ARGUMENT, formatFingerprint, openVerifiedBundle, noteFingerprint, showProblems } from "./bundle.ts";

interface VerifiedBundle extends Pick<BundleVerification, "manifest" | "fingerprint"> {
  readonly bundle: string;
  readonly faults: readonly { readonly file: string; readonly detail: string }[];
}

const BUNDLE_VERIFICATION_COLUMNS: readonly Column<VerifiedBundle>[] = [
  createColumn("bundle", "bundle", "引き継ぎデータ"),
  { key: "tenant", header: text("tenant", "テナント"), value: ({ manifest }) => manifest?.tenant.name ?? null },
  { key: "asOf", header: text("as of", "基準日"), value: ({ manifest }) => manifest?.asOf ?? null },
  createColumn("fingerprint", "fingerprint", "フィンガープリント", {
    name: ({ fingerprint }) => (fingerprint === null ? null : same(formatFingerprint(fingerprint))),
  }),
  createColumn("faults", "errors found", "見つかったエラー", { advice: true, name: () => null }),
];

export default defineCommand({
  summary: text("verify that a bundle matches its hashes", "引き継ぎデータが同梱のハッシュと一致するか検証する"),
  details: text(
    "Checks the hash of every file, finds missing and extra files, and checks the tenant's file with its audit log. Exits with 0 if everything matches, otherwise with 3. This is not a signature: anyone who can change the bundle can also change its hashes. Compare the fingerprint with the one that the export showed (the SHA-256 of SHA256SUMS).",
    "全ファイルのハッシュを照合し、不足・余分なファイルを検出し、テナントのファイルとその監査ログを確かめます。すべて一致すれば終了コード 0、そうでなければ 3 です。署名ではないため、引き継ぎデータを書き換えられる人はハッシュも書き換えられます。書き出したときに表示されたフィンガープリント(SHA256SUMS の SHA-256)と比べてください。",
  ),
  args: { bundle: BUNDLE_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl handover verify handover.zip" }],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { bundle }) {
    const { terminal } = tools;
    terminal.checkOutput(BUNDLE_VERIFICATION_COLUMNS);
    await using verified = await openVerifiedBundle(tools, bundle);
    const { faults, manifest, fingerprint } = verified;
    const problems = faults.map(({ file, what }) =>
      joinTexts([same(`${bundle}: ${shortenText(file)}`), what], same(": ")),
    );
    await showProblems(terminal, problems);
    const told = faults.map(({ file, what }) => ({ file, detail: terminal.say(what) }));
    // without a terminal, the sentences say the same
    if (terminal.onTerminal || isRecordOutputRequested(tools))
      await terminal.show(BUNDLE_VERIFICATION_COLUMNS, { bundle, manifest, fingerprint, faults: told });
    else if (fingerprint !== null) await noteFingerprint(terminal, fingerprint);
    throwFirstFault(bundle, faults);
    await terminal.note(
      text(
        "the bundle matches its hashes; now ask the person who exported it whether the first 16 digits of the fingerprint are right",
        "引き継ぎデータは同梱のハッシュと一致します。フィンガープリントの最初の 16 桁が正しいか、書き出した人に確認してください",
      ),
    );
    const receive = line("handover receive", [bundle]);
    await terminal.note(text(`to receive it: ${receive}`, `受け取るには: ${receive}`));
  },
});
