import { Failure } from "../../lib/errors/index.ts";
import { compareFiles, type Check } from "../../lib/renewals/compare.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joinTexts, text, type Language, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineSwitch } from "../kit/field.ts";
import { resolveTimezoneWithoutTenant } from "../kit/tools.ts";
import { COMPARISON_OPTIONS } from "../kit/items/options.ts";
import { readCsr, readRenewable } from "../kit/items/read-options.ts";

export default defineCommand({
  summary: text("check whether a new file can replace the current one", "新しいファイルで更新してよいかを確かめる"),
  details: [
    text(
      "Compares both files before you upload anything. The exit code is 0 if the new file can be used, and 3 if it cannot or if a file cannot be read. Values that the files do not show are listed for you to check, such as a VPP location with full-width characters (Apple writes each as _). In this case the exit code is 0, or 3 with --strict.",
      "アップロードする前に 2 つのファイルを比べます。更新してよければ終了コード 0、そうでないときやファイルが読めないときは 3 です。ファイルからわからない項目は、確認が必要な項目として示します。例えば、名前に全角文字を含む VPP の場所です(Apple は全角文字を 1 文字ずつ _ に置き換えます)。その場合の終了コードは 0 で、--strict を付けると 3 です。",
    ),
    text(
      "For a push certificate, also use --csr: the console rejects a certificate that was made from another CSR. ADE server tokens are compared by their encryption keys, and by consumer key if --key decrypts both. Another key or consumer key is refused.",
      "プッシュ通知証明書では --csr も指定してください。別の CSR ファイルから作った証明書は CLOMO PANEL で拒否されます。ADE サーバートークンについては暗号鍵どうしを比較し、--key の鍵で両方を復号できれば、consumer key も比較します。暗号鍵か consumer key が違えば拒否します。",
    ),
  ],
  args: {},
  options: {
    current: { kind: "file", value: "OLD", required: true, about: text("file in use", "現在使っているファイル") },
    new: { kind: "file", value: "NEW", required: true, about: text("new file", "新しいファイル") },
    ...COMPARISON_OPTIONS,
    strict: defineSwitch("also reject files that you still have to check", "確認が必要な項目が残るファイルも拒否する"),
  },
  examples: [
    {
      line: "clomoctl renewals verify --current push.pem --new MDM_Certificate.pem --csr CertificateSigningRequest.csr",
    },
    {
      line: "clomoctl renewals verify --current 本社_Token_2026-03-01T05-00-00Z_smime.p7m --new 本社_Token_2027-02-20T05-00-00Z_smime.p7m",
    },
  ],
  exits: ["input-rejected"],
  opensTenant: false,
  readsTenants: true,
  async run(tools, { current: old, new: file, csr, key, strict }) {
    const { terminal } = tools;
    const timezone = await resolveTimezoneWithoutTenant(tools);
    const { checks, bad, left } = await (async () => {
      const current = await readRenewable(tools, { file: old, kind: undefined, key });
      const next = await readRenewable(tools, { file, kind: current.expiring.kind, key });
      return compareFiles({ current, next, csr: await readCsr(tools, csr), now: tools.clock.now(), timezone });
    })().catch(rejectUnreadableFile);
    await terminal.list(buildCheckColumns(terminal.language), checks);
    const isSafe = bad.length === 0 && (left.length === 0 || !strict);
    const said = describeVerdict(file, isSafe, bad.length > 0 ? [] : left);
    await (isSafe ? terminal.note(said) : terminal.problem(said));
    return isSafe ? undefined : "input-rejected";
  },
});

/** Exits with 3, because an unreadable file does not prove that the renewal worked. */
function rejectUnreadableFile(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  throw new Failure("input-rejected", error);
}

function describeVerdict(file: string, isSafe: boolean, left: readonly Check[]): Text {
  const [en, ja] = isSafe
    ? [`${file} can replace the file in use`, `${file} で更新できます`]
    : [`${file}: do not upload it`, `${file}: アップロードしないでください`];
  if (left.length === 0) return text(en, ja);
  const labels = left.map(({ label }) => label);
  const named = joinTexts(labels, text(", ", "、"));
  return text(`${en}; check these yourself: ${named.en}`, `${ja}(確認が必要な項目: ${named.ja})`);
}

const buildCheckColumns = (language: Language): readonly Column<Check>[] => [
  { key: "check", header: text("check", "確認項目"), value: ({ id }) => id, name: ({ label }) => label },
  {
    key: "result",
    header: text("result", "結果"),
    value: ({ outcome }) => outcome,
    name: ({ outcome }) => OUTCOME_LABELS[outcome],
  },
  { key: "why", advice: true, header: text("reason", "理由"), value: ({ what }) => what[language], wraps: true },
];

const OUTCOME_LABELS = {
  good: text("ok", "問題なし"),
  warning: text("warning", "警告"),
  bad: text("failed", "不可"),
  unknown: text("unknown", "不明"),
} as const;
