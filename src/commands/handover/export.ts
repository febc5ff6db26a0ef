import { line, step } from "../../lib/advice/index.ts";
import { resourceOf, RESOURCE_NAMES } from "../../lib/handover/resources.ts";
import { TENANT_FILE } from "../../lib/handover/bundle/contents.ts";
import type { Manifest, ManifestResource } from "../../lib/handover/bundle/manifest.ts";
import {
  describeAbsentResources,
  describeMissingContent,
  findHiddenFields,
} from "../../lib/handover/bundle/presence.ts";
import { listMissingChecklistResources } from "../../lib/handover/report/data.ts";
import { Failure } from "../../lib/errors/index.ts";
import { dayOf } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { getAccountLanguage } from "../csv/file/export.ts";
import { chooseTextFormat, TEXT_FORMAT_OPTIONS } from "../csv/file/form.ts";
import { findOrg } from "../orgs/find-org.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { getLastDay, LEAVER_OPTIONS } from "./leaver.ts";
import { buildManifest } from "./writing/manifest.ts";

type ExportState = ManifestResource["state"];

const EXPORT_STATE_NAMES: Readonly<Record<ExportState, Text>> = {
  exported: text("exported", "書き出し済み"),
  empty: text("no records", "データなし"),
  "not-permitted": text("not permitted", "権限なし"),
  "not-supported": text("not supported by this tenant", "このテナントでは未対応"),
  "left-out": text("left out", "除外"),
};

/** The states of resources that a complete bundle should contain, but does not. */
const MISSING_RESOURCE_STATES: readonly ExportState[] = ["not-permitted", "not-supported"];

const EXPORT_COLUMNS: readonly Column<ManifestResource>[] = [
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
    name: ({ state }) => EXPORT_STATE_NAMES[state],
  },
  { key: "records", header: text("records", "件数"), value: ({ records }) => records },
];

/**
 * Checks that a bundle contains everything that its checklist needs. @throws Failure `input-rejected` if a partial
 * bundle lacks some of it
 */
function requireChecklistData(manifest: Manifest): void {
  const names = describeAbsentResources(manifest, listMissingChecklistResources({ manifest }));
  if (names === undefined) return;
  throw new Failure("input-rejected", {
    what: text(
      `this partial bundle cannot be checked for gaps, because it does not contain: ${names.en}; nothing was written`,
      `一部だけでは確認リストの不足を判定できないため、書き出していません(含まれない情報: ${names.ja})`,
    ),
    where: "--require-complete",
    hint: text(
      "export the whole tenant, or leave --require-complete out",
      "テナント全体を書き出すか、--require-complete を外してください",
    ),
  });
}

/** Checks that a bundle is complete. @throws Failure `input-rejected` if something is missing */
function requireComplete(manifest: Manifest): void {
  const { resources, gaps } = manifest;
  const lacking = resources.filter(({ state }) => MISSING_RESOURCE_STATES.includes(state));
  const missing = lacking.length + gaps.length;
  if (missing === 0) return requireChecklistData(manifest);
  const names = lacking.map(({ name }) => resourceOf(name).title);
  throw new Failure("input-rejected", {
    what: text(
      `the bundle would be incomplete: ${[...names.map(({ en }) => en), ...(gaps.length === 0 ? [] : [formatCount(gaps.length, "gap")])].join(", ")}; nothing was written`,
      `引き継ぎデータに不足があるため、書き出していません: ${[...names.map(({ ja }) => ja), ...(gaps.length === 0 ? [] : [`確認リストの不足 ${gaps.length} 件`])].join("、")}`,
    ),
    where: "--require-complete",
    hint: text(
      `run the export as the tenant's owner or a system administrator, and see ${line("handover checklist", [])}; or leave --require-complete out`,
      `テナントの所有者かシステム管理者として実行し、${line("handover checklist", [])} で不足を確認するか、--require-complete を外してください`,
    ),
  });
}

export default defineCommand({
  summary: text(
    "export everything in the tenant into a bundle for a successor",
    "テナントの情報すべてを引き継ぎデータとして書き出す",
  ),
  details: [
    text(
      "A bundle consists of one NDJSON file for each resource, the same data as CSV in the formats of the console (CLOMO PANEL), the tenant itself with its history (tenant.db, only for the owner and system administrators), a manifest, and the hashes of all files. It is a folder, or an archive if its name ends in .zip. It does not contain passwords, keys or tokens. The same tenant state and the same --as-of produce the same bytes; the report is in the language of the CLOMO account.",
      "引き継ぎデータは、種類ごとの NDJSON、管理画面(CLOMO PANEL)の形式の CSV、履歴を含むテナント本体(tenant.db。所有者とシステム管理者だけ)、マニフェスト、全ファイルのハッシュからなります。名前が .zip で終わればアーカイブ、それ以外はフォルダーです。パスワード・鍵・トークンは含みません。テナントの状態と --as-of が同じなら、まったく同じ内容になります。レポートは CLOMO アカウントの言語です。",
    ),
    text(
      "With --scope, the bundle contains an organisation and everything below it, with all users, accounts and devices. Data that does not belong to an organisation is left out, and nothing outside the scope is mentioned.",
      "--scope を付けると、その組織以下の組織・ユーザー・アカウント・デバイスだけを書き出します。特定の組織に属さない情報は対象外で、範囲外のものは参照もしません。",
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
    only: {
      kind: "choice",
      choices: RESOURCE_NAMES,
      repeatable: true,
      value: "NAME",
      about: text("export only this resource", "この種類だけ書き出す"),
    },
    scope: {
      kind: "string",
      value: "ORG",
      about: text("export only this organisation and everything below it", "この組織以下だけを書き出す"),
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
    { line: "clomoctl handover export -o sales.zip --scope 本社/営業部" },
    { line: "clomoctl handover export -o handover.zip.age --encrypt-to recipients.txt" },
  ],
  exits: ["input-rejected", "not-found", "partial"],
  async run(
    tools,
    {
      output,
      asOf,
      only,
      scope,
      encryptTo,
      requireComplete: isComplete,
      newline,
      leaver,
      leaves,
      onUnmappable,
      ...asked
    },
  ) {
    const { terminal, machine, clock } = tools;
    await terminal.checkOutput(EXPORT_COLUMNS);
    const chosen = await tools.tenant("exports");
    const zone = resolveTimezone(tools, chosen);
    const org = scope === undefined ? undefined : await findOrg(tools, scope);
    const language = getAccountLanguage(chosen);
    const form = { ...(await chooseTextFormat(tools, asked, language)), onUnmappable };
    const [{ PartsWriter, createBundleWriter }, { writeBundleReport: reportInto }] = await Promise.all([
      import("./writing/parts.ts"),
      import("./writing/report.ts"),
    ]);
    await using writer = await createBundleWriter(tools, output, encryptTo);
    const request = {
      only: only.length === 0 ? undefined : [...only],
      scope: org?.id,
      newline,
      tenant: org === undefined && only.length === 0,
    };
    const parts = await new PartsWriter(tools, chosen.client.exports, form).write(request, writer);
    const bare = buildManifest(parts, {
      program: machine.program,
      language,
      encoding: form.bom ? `${form.encoding}-bom` : form.encoding,
      newline,
      only,
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
    return isRestricted(manifest) ? "partial" : undefined;
  },
});

const isRestricted = ({ resources }: Manifest): boolean =>
  resources.some(({ name, state }) => state === "not-permitted" || findHiddenFields({ resources }, name).length > 0);

const toDayInZone = (date: { readonly day: string } | { readonly instant: string }, zone: string): string =>
  "day" in date ? date.day : dayOf(date.instant, zone);

async function showBundle(
  { terminal }: Tools,
  output: string,
  { manifest, fingerprint }: { readonly manifest: Manifest; readonly fingerprint: string },
): Promise<void> {
  const { resources, files, gaps, leaver, only, scope } = manifest;
  const isWhole = only === null && scope === null;
  await terminal.list(EXPORT_COLUMNS, resources);
  const records = resources.reduce((sum, each) => sum + each.records, 0);
  await terminal.note(
    text(
      `wrote ${output}: ${formatCount(records, "record")}, ${formatCount(files.length, "further file")}`,
      `${output} に書き出しました: データ ${records} 件、そのほかのファイル ${files.length} 個`,
    ),
  );
  const missing = describeMissingContent(manifest);
  if (missing !== undefined) await (isRestricted(manifest) ? terminal.warn(missing) : terminal.note(missing));
  if (isWhole && !files.some(({ path }) => path === TENANT_FILE)) await terminal.note(CANNOT_BE_RECEIVED);
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

const CANNOT_BE_RECEIVED = text(
  "the bundle can be read, but not received: only the owner and system administrators can export the tenant itself",
  "閲覧はできますが、受け取れない引き継ぎデータです(テナント本体を書き出せるのは、所有者とシステム管理者だけです)",
);
