import { line, step } from "../../lib/advice/index.ts";
import { Attachments } from "../../lib/handover/bundle/attach.ts";
import { NOT_KNOWN_HERE } from "../../lib/handover/not-known.ts";
import { resourceOf, RESOURCE_NAMES, STAYS } from "../../lib/handover/resources.ts";
import { attachedTo, type Manifest, type ManifestResource } from "../../lib/handover/bundle/manifest.ts";
import { absentAmong, missingFrom } from "../../lib/handover/bundle/presence.ts";
import { missingForChecklist } from "../../lib/handover/report/data.ts";
import { Failure } from "../../lib/errors/index.ts";
import { dayOf } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { accountLanguage } from "../csv/file/export.ts";
import { chooseOutputForm, FORM_OPTIONS } from "../csv/file/form.ts";
import { orgNamed } from "../orgs/named.ts";
import { zoneOf, type Tools } from "../tools.ts";
import { lastDay, LEAVER_OPTIONS, refuseNobody } from "./leaver.ts";
import { knowledgeIn, manifestOf } from "./writing/manifest.ts";

type ExportState = ManifestResource["state"];

const STATES: Readonly<Record<ExportState, Text>> = {
  exported: text("exported", "書き出し済み"),
  empty: text("empty", "なし"),
  "not-permitted": text("not permitted", "権限なし"),
  "not-supported": text("not supported by this tenant", "このテナントでは未対応"),
  "left-out": text("left out", "除外"),
};

/** States of what should be in a whole bundle, and is not. */
const LACKING: readonly ExportState[] = ["not-permitted", "not-supported"];

const COLUMNS: readonly Column<ManifestResource>[] = [
  {
    key: "resource",
    header: text("resource", "種類"),
    value: ({ name }) => name,
    name: ({ name }) => resourceOf(name).title,
  },
  {
    key: "state",
    header: text("state", "状態"),
    value: ({ state }) => state,
    name: ({ state }) => STATES[state],
  },
  { key: "records", header: text("records", "件数"), value: ({ records }) => records },
  {
    key: "stays",
    header: text("apply leaves it", "適用の対象外"),
    value: ({ stays }) => stays,
    name: ({ stays }) => (stays === null ? null : STAYS[stays]),
    wraps: true,
  },
];

const NOT_WRITTEN = text("no bundle was written", "引き継ぎデータは書き出していません");

/** @throws Failure `input-rejected` for a part, of which nothing tells what its checklist lacks */
function requireJudged(manifest: Manifest): void {
  const names = absentAmong(manifest, missingForChecklist({ manifest }));
  if (names === undefined) return;
  throw new Failure("input-rejected", {
    what: text(
      `a part is not complete, as nothing tells what its checklist lacks without: ${names.en}; nothing was written`,
      `一部だけでは確認リストの不足を判定できないため、書き出していません(含まれない情報: ${names.ja})`,
    ),
    where: "--require-complete",
    hint: text(
      "export the whole tenant, or leave --require-complete out",
      "テナント全体を書き出すか、--require-complete を外してください",
    ),
  });
}

/** @throws Failure `input-rejected` where a bundle lacks something */
function requireComplete(manifest: Manifest): void {
  const { resources, gaps } = manifest;
  const lacking = resources.filter(({ state }) => LACKING.includes(state));
  const missing = lacking.length + gaps.length;
  if (missing === 0) return requireJudged(manifest);
  const names = lacking.map(({ name }) => resourceOf(name).title);
  throw new Failure("input-rejected", {
    what: text(
      `the bundle would not be complete: ${[...names.map(({ en }) => en), ...(gaps.length === 0 ? [] : [counted(gaps.length, "gap")])].join(", ")}; nothing was written`,
      `引き継ぎデータに不足があるため、書き出していません: ${[...names.map(({ ja }) => ja), ...(gaps.length === 0 ? [] : [`確認リストの不足 ${gaps.length} 件`])].join("、")}`,
    ),
    where: "--require-complete",
    hint: text(
      `run it as the tenant's owner or a system administrator, and see ${line("handover checklist", [])}; or leave --require-complete out`,
      `テナントの所有者かシステム管理者として実行し、${line("handover checklist", [])} で不足を確認するか、--require-complete を外してください`,
    ),
  });
}

export default defineCommand({
  summary: text(
    "write all that the tenant knows into one bundle, for a successor",
    "テナントの情報すべてを引き継ぎデータとして書き出す",
  ),
  details: [
    text(
      "A bundle has one NDJSON file a resource, the same as CSV in the console's formats, a manifest and the hashes of all files. It is a folder, or an archive if its name ends in .tar.gz or .zip. No password, key or token is in it. The same state and the same --as-of give the same bytes.",
      "引き継ぎデータは、種類ごとの NDJSON、管理画面の形式の CSV、マニフェスト、全ファイルのハッシュからなります。名前が .tar.gz か .zip で終わればアーカイブ、それ以外はフォルダーです。パスワード・鍵・トークンは含みません。テナントの状態と --as-of が同じなら、まったく同じ内容になります。",
    ),
    text(
      "All of it is one snapshot, whoever writes meanwhile, and nothing is changed: the audit has no record of it either. It asks nothing.",
      "途中で変更があっても、全体がある時点の内容で揃います。テナントは何も変わらず、監査ログにも残りません。質問はしません。",
    ),
    text(
      "With --scope it has an organisation with all below it: its users, accounts and devices. What is no organisation's is left out, and who or what is outside is not named.",
      "--scope を付けると、その組織以下の組織・ユーザー・アカウント・デバイスだけを書き出します。特定の組織に属さない情報は対象外で、範囲外のものは参照もしません。",
    ),
    text(
      `What the console alone knows (profiles, apps, tags, …) is in it as somebody has answered (${line("handover answer", ["console"])}), and as the files that --attach names, 64 MiB at most. They are taken as they are: nobody looks for passwords in them.`,
      `プロファイル・アプリケーション・タグなど管理画面にしかない情報は、回答(${line("handover answer", ["console"])})と --attach で添付したファイル(合計 64 MiB まで)として含まれます。添付ファイルの中身は確認しないため、パスワードなどが書かれていないか確かめてください。`,
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
      about: text("a new folder, FILE.tar.gz or FILE.zip", "出力先: 新しいフォルダー、FILE.tar.gz、FILE.zip"),
    },
    asOf: {
      kind: "date",
      value: "DATE",
      about: text("the day from which days are counted (default: today)", "残り日数の基準日(既定: 今日)"),
    },
    only: {
      kind: "choice",
      choices: RESOURCE_NAMES,
      repeatable: true,
      value: "NAME",
      about: text("only this resource; may be repeated", "この種類だけ(複数指定可)"),
    },
    scope: {
      kind: "string",
      value: "ORG",
      names: "orgs",
      about: text("only this organisation and all below it", "この組織以下だけ"),
    },
    encryptTo: {
      kind: "string",
      repeatable: true,
      value: "age1…|FILE",
      about: text(
        "encrypt FILE.zip.age or FILE.tar.gz.age for this key of age, or those in a file",
        "age の公開鍵(またはそのファイル)で FILE.zip.age、FILE.tar.gz.age を暗号化する",
      ),
    },
    attach: {
      kind: "string",
      repeatable: true,
      value: "NAME=FILE",
      about: text(
        `attach a file, as it is, to what the console alone knows (${NOT_KNOWN_HERE.map(({ name }) => name).join(", ")})`,
        `管理画面にしかない情報(${NOT_KNOWN_HERE.map(({ name }) => name).join("、")})にファイルをそのまま添付する`,
      ),
    },
    ...LEAVER_OPTIONS,
    audit: { kind: "boolean", about: text("with the records of the audit", "監査ログも含める") },
    requireComplete: {
      kind: "boolean",
      about: text("write nothing if something is missing", "不足があれば何も書き出さない"),
    },
    ...FORM_OPTIONS,
    onUnmappable: {
      kind: "choice",
      choices: ["utf-8", "error", "replace"],
      default: "utf-8",
      about: text(
        "for a CSV file with a character that the encoding cannot hold: write that file in UTF-8, fail, or write 〓",
        "文字コードで表せない文字がある CSV: そのファイルを UTF-8 で書き出すか、エラーにするか、〓 に置き換えるか",
      ),
    },
  },
  examples: [
    { line: "clomoctl handover export -o handover-2027-03" },
    { line: "clomoctl handover export -o handover.zip --as-of 2027-03-31 --audit" },
    { line: "clomoctl handover export -o handover.zip --attach apps=apps.pdf --attach profiles=profiles.xlsx" },
    { line: "clomoctl handover export -o sales.tar.gz --scope 本社/営業部" },
    { line: "clomoctl handover export -o handover.zip.age --encrypt-to recipients.txt" },
  ],
  exits: ["input-rejected", "not-found"],
  async run(
    tools,
    {
      output,
      asOf,
      only,
      scope,
      encryptTo,
      attach,
      audit,
      requireComplete: isComplete,
      newline,
      leaver,
      leaves,
      onUnmappable,
      ...asked
    },
  ) {
    const { terminal, machine, clock } = tools;
    tools.describeState(() => NOT_WRITTEN);
    refuseNobody(line("handover export", []), { leaver, leaves });
    await terminal.checkOutput(COLUMNS);
    await using attachments = await Attachments.open(attach, tools.workingFolder);
    const chosen = await tools.tenant("exports");
    const zone = zoneOf(tools, chosen);
    const org = scope === undefined ? undefined : await orgNamed(tools, scope);
    const form = { ...(await chooseOutputForm(tools, asked, accountLanguage(chosen))), onUnmappable };
    const [{ PartsWriter, beginBundle }, { reportInto }] = await Promise.all([
      import("./writing/parts.ts"),
      import("./writing/report.ts"),
    ]);
    await using writer = await beginBundle(tools, output, encryptTo);
    const request = { only: only.length === 0 ? undefined : [...only], scope: org?.id, audit, newline };
    const parts = await new PartsWriter(tools, chosen.client.exports, form).write(request, writer);
    const bare = manifestOf(parts, {
      program: machine.program,
      language: terminal.language,
      encoding: form.bom ? `${form.encoding}-bom` : form.encoding,
      newline,
      only,
      asOf: asOf === undefined ? dayOf(clock.now(), zone) : dayIn(asOf, zone),
      attached: await attachments.writeTo(writer),
    });
    const manifest = await reportInto(tools, writer, {
      manifest: bare,
      read: parts.read,
      context: chosen.context.name,
      leaver: leaver === undefined ? undefined : { typed: leaver, leaves: lastDay({ leaves }, zone) },
    });
    if (isComplete) requireComplete(manifest);
    const fingerprint = await writer.finish(manifest);
    await showBundle(tools, output, { manifest, fingerprint, known: knowledgeIn(manifest, parts) });
  },
});

const dayIn = (date: { readonly day: string } | { readonly instant: string }, zone: string): string =>
  "day" in date ? date.day : dayOf(date.instant, zone);

async function showBundle(
  { terminal }: Tools,
  output: string,
  {
    manifest,
    fingerprint,
    known,
  }: {
    readonly manifest: Manifest;
    readonly fingerprint: string;
    readonly known: ReturnType<typeof knowledgeIn>;
  },
): Promise<void> {
  const { resources, files, gaps, leaver } = manifest;
  await terminal.list(COLUMNS, resources);
  const records = resources.reduce((sum, each) => sum + each.records, 0);
  const others = files.length + attachedTo(manifest).length;
  await terminal.note(
    text(
      `written to ${output}: ${counted(records, "record")}, ${counted(others, "further file")}`,
      `${output} に書き出しました: 記録 ${records} 件、そのほかのファイル ${others} 個`,
    ),
  );
  const missing = missingFrom(manifest);
  if (missing !== undefined) await terminal.note(missing);
  if (gaps.length > 0) {
    const checklist = line("handover checklist", [], { leaver: leaver?.person, leaves: leaver?.leaves ?? undefined });
    await terminal.note(
      step(
        `its report.html names ${counted(gaps.length, "gap")} of the checklist`,
        `確認リストの不足 ${gaps.length} 件が report.html に載っています。確認`,
        checklist,
      ),
    );
  }
  for (const note of notesOfKnowledge(known)) await terminal.note(note);
  await terminal.note(
    text(
      `fingerprint, for whoever gets it, to be told another way: ${fingerprint}`,
      `フィンガープリント(受け取る人に別の手段で伝えてください): ${fingerprint}`,
    ),
  );
  const isEncrypted = /\.age$/i.test(output);
  const verify = line("handover verify", [output], { identity: isEncrypted ? "KEY-FILE" : undefined });
  await terminal.note(
    isEncrypted
      ? step("whoever has the key verifies it", "鍵を持つ人が検証するには", verify)
      : step("verify it", "検証", verify),
  );
}

/** What to do about what only the console knows, if the bundle does not have it. */
function notesOfKnowledge(known: ReturnType<typeof knowledgeIn>): readonly Text[] {
  return [...Map.groupBy(known, ({ state }) => state)].flatMap(([state, of]): readonly Text[] => {
    const names = joined(
      of.map(({ title }) => title),
      text("; ", "、"),
    );
    switch (state) {
      case "not-recorded": {
        const answer = line("handover answer", ["console"]);
        return [
          text(
            `only the console knows, and not recorded: ${names.en}: ${answer}, or --attach NAME=FILE`,
            `管理画面にしかなく、未登録のもの: ${names.ja}。登録: ${answer}(ファイルの添付: --attach NAME=FILE)`,
          ),
        ];
      }
      case "not-permitted":
        return [
          text(
            `only the console knows, and this account may not see what is recorded: ${names.en}; ask a system administrator`,
            `管理画面にしかなく、登録内容を見る権限がないもの: ${names.ja}(システム管理者に依頼してください)`,
          ),
        ];
      case "out-of-scope":
        return [
          text(
            `only the console knows, and not part of this scope: ${names.en}`,
            `管理画面にしかなく、--scope の範囲外のもの: ${names.ja}`,
          ),
        ];
      case "recorded":
      case "not-chosen":
      case "not-supported":
      case "optional":
        return [];
    }
  });
}
