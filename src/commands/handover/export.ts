import { line, step } from "../../lib/advice/index.ts";
import { resourceOf } from "../../lib/handover/resources.ts";
import type { Manifest, ManifestResource } from "../../lib/handover/bundle/manifest.ts";
import { Failure } from "../../lib/errors/index.ts";
import { dayOf } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { getAccountLanguage } from "../csv/file/export.ts";
import { chooseTextFormat, TEXT_FORMAT_OPTIONS } from "../csv/file/form.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { getLastDay, LEAVER_OPTIONS } from "./leaver.ts";
import { buildManifest } from "./writing/manifest.ts";

const EXPORT_COLUMNS: readonly Column<ManifestResource>[] = [
  {
    key: "resource",
    header: text("resource", "種類"),
    value: ({ name }) => name,
    name: ({ name }) => resourceOf(name).title,
  },
  { key: "records", header: text("records", "件数"), value: ({ records }) => records },
];

/** Checks that a checklist has no gaps. @throws Failure `input-rejected` if it has */
function requireComplete({ gaps }: Manifest): void {
  if (gaps.length === 0) return;
  const checklist = line("handover checklist", []);
  throw new Failure("input-rejected", {
    what: text(
      `the checklist has ${formatCount(gaps.length, "gap")}; nothing was written`,
      `確認リストに不足が ${gaps.length} 件あるため、書き出していません`,
    ),
    where: "--require-complete",
    hint: text(`to see them: ${checklist}`, `確認するには: ${checklist}`),
  });
}

export default defineCommand({
  summary: text(
    "export everything in the tenant into a bundle for a successor",
    "テナントの情報すべてを引き継ぎデータとして書き出す",
  ),
  details: [
    text(
      "A bundle consists of one NDJSON file for each resource, the same data as CSV in the formats of the console (CLOMO PANEL), the tenant itself with its history (tenant.db), a manifest, and the hashes of all files. It is a folder, or an archive if its name ends in .zip. It does not contain passwords, keys or tokens. Only the owner and system administrators can export. The same tenant state and the same --as-of produce the same bytes; the report is in the language of the CLOMO account.",
      "引き継ぎデータは、種類ごとの NDJSON、管理画面(CLOMO PANEL)の形式の CSV、履歴を含むテナント本体(tenant.db)、マニフェスト、全ファイルのハッシュからなります。名前が .zip で終わればアーカイブ、それ以外はフォルダーです。パスワード・鍵・トークンは含みません。書き出せるのは所有者とシステム管理者だけです。テナントの状態と --as-of が同じなら、まったく同じ内容になります。レポートは CLOMO アカウントの言語です。",
    ),
  ],
  args: {},
  options: {
    output: {
      kind: "output",
      isBundle: true,
      notStdout: true,
      short: "o",
      required: true,
      value: "FOLDER|FILE",
      about: text("output: a new folder or FILE.zip", "出力先: 新しいフォルダーか FILE.zip"),
    },
    asOf: {
      kind: "date",
      value: "DATE",
      about: text("day from which the days left are counted (default: today)", "残り日数の基準日(既定: 今日)"),
    },
    encryptTo: {
      kind: "string",
      repeatable: true,
      value: "age1…|FILE",
      about: text(
        "encrypt FILE.zip.age for this age public key, or for the keys in a file",
        "age の公開鍵(またはそのファイル)で FILE.zip.age を暗号化する",
      ),
    },
    ...LEAVER_OPTIONS,
    requireComplete: {
      kind: "boolean",
      about: text("write nothing if something is missing", "不足があれば何も書き出さない"),
    },
    ...TEXT_FORMAT_OPTIONS,
    onUnmappable: {
      kind: "choice",
      choices: ["utf-8", "error", "replace"],
      default: "utf-8",
      about: text(
        "if the encoding of a CSV file lacks a character: write that file in UTF-8, fail, or write 〓 instead",
        "文字コードで表せない文字がある CSV: そのファイルを UTF-8 で書き出すか、エラーにするか、〓 に置き換えるか",
      ),
    },
  },
  examples: [
    { line: "clomoctl handover export -o handover-2027-03" },
    { line: "clomoctl handover export -o handover.zip --as-of 2027-03-31" },
    { line: "clomoctl handover export -o handover.zip.age --encrypt-to recipients.txt" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found"],
  async run(
    tools,
    { output, asOf, encryptTo, requireComplete: isComplete, newline, leaver, leaves, onUnmappable, ...asked },
  ) {
    const { terminal, machine, clock } = tools;
    await terminal.checkOutput(EXPORT_COLUMNS);
    const chosen = await tools.tenant("exports");
    const zone = resolveTimezone(tools, chosen);
    const language = getAccountLanguage(chosen);
    const form = { ...(await chooseTextFormat(tools, asked, language)), onUnmappable };
    const [{ PartsWriter, createBundleWriter }, { writeBundleReport: reportInto }] = await Promise.all([
      import("./writing/parts.ts"),
      import("./writing/report.ts"),
    ]);
    await using writer = await createBundleWriter(tools, output, encryptTo);
    const parts = await new PartsWriter(tools, chosen.client.exports, form).write({ newline }, writer);
    const bare = buildManifest(parts, {
      program: machine.program,
      language,
      encoding: form.bom ? `${form.encoding}-bom` : form.encoding,
      newline,
      asOf: asOf === undefined ? dayOf(clock.now(), zone) : toDayInZone(asOf, zone),
    });
    const manifest = await reportInto(tools, writer, {
      manifest: bare,
      read: parts.read,
      leaver: leaver === undefined ? undefined : { typed: leaver, leaves: getLastDay({ leaves }, zone) },
    });
    if (isComplete) requireComplete(manifest);
    const fingerprint = await writer.finish(manifest);
    await showBundle(tools, output, { manifest, fingerprint });
  },
});

const toDayInZone = (date: { readonly day: string } | { readonly instant: string }, zone: string): string =>
  "day" in date ? date.day : dayOf(date.instant, zone);

async function showBundle(
  { terminal }: Tools,
  output: string,
  { manifest, fingerprint }: { readonly manifest: Manifest; readonly fingerprint: string },
): Promise<void> {
  const { resources, files, gaps, leaver } = manifest;
  await terminal.list(EXPORT_COLUMNS, resources);
  const records = resources.reduce((sum, each) => sum + each.records, 0);
  await terminal.note(
    text(
      `wrote ${output}: ${formatCount(records, "record")}, ${formatCount(files.length, "further file")}`,
      `${output} に書き出しました: データ ${records} 件、そのほかのファイル ${files.length} 個`,
    ),
  );
  if (gaps.length > 0) {
    const checklist = line("handover checklist", [], { leaver: leaver?.person, leaves: leaver?.leaves ?? undefined });
    await terminal.note(
      step(
        `report.html in the bundle lists ${formatCount(gaps.length, "gap")} in the checklist; to see the checklist`,
        `確認リストの不足 ${gaps.length} 件が引き継ぎデータの report.html に載っています。確認リストを見るには`,
        checklist,
      ),
    );
  }
  await terminal.note(
    text(
      `fingerprint (send it to the recipient of the bundle through a different channel): ${fingerprint}`,
      `フィンガープリント(受け取る人に別の手段で伝えてください): ${fingerprint}`,
    ),
  );
  const isEncrypted = /\.age$/i.test(output);
  const verify = line("handover verify", [output], { identity: isEncrypted ? "KEY-FILE" : undefined });
  await terminal.note(
    isEncrypted
      ? step("to verify the bundle (requires the key)", "鍵を持つ人が検証するには", verify)
      : step("to verify the bundle", "検証するには", verify),
  );
}
