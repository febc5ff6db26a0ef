import { chooseThresholds, describeCheckResult, type CheckResult, summariseCheck } from "../../lib/renewals/check.ts";
import { toItemFinding } from "../../lib/renewals/finding.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import type { Fields } from "../kit/field.ts";
import { ALL_CONTEXTS_OPTION, isRecordOutputRequested } from "../kit/list/list.ts";
import { DECRYPTION_OPTIONS } from "../kit/items/options.ts";
import {
  buildStateExits,
  REPORT_OPTIONS,
  showFindings,
  shouldShowFindings,
  THRESHOLD_OPTIONS,
  writeReport,
} from "../kit/items/report.ts";
import type { ReadOptions } from "../../lib/apple/index.ts";
import {
  addExpiryStatus,
  type CheckedItem,
  type CheckItem,
  type Thresholds,
} from "../../lib/renewals/expiry-status.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../../lib/nouns/renewal.ts";
import { gatherItems, gatherScannedItems } from "../../lib/renewals/sources.ts";
import { resolveTimezoneWithoutTenant, type Tools } from "../kit/tools.ts";
import { readNamedFile } from "../../lib/files/index.ts";

interface CheckRequest {
  /** files and folders to check; if the list is empty, recorded items are checked */
  readonly files: readonly string[];
  readonly key: readonly string[];
  readonly allContexts: boolean;
  readonly thresholds: Thresholds;
}

/** A file that cannot be read counts as unknown. @throws `not-found`; `input-rejected` if a key is unusable */
async function runCheck(
  tools: Tools,
  { files, allContexts, thresholds, ...openers }: CheckRequest,
): Promise<CheckResult> {
  const { contexts, globals, environment } = tools;
  const checked: CheckedItem[] = [];
  if (files.length > 0) {
    const asOf = { now: tools.clock.now(), timezone: await resolveTimezoneWithoutTenant(tools), thresholds };
    const options =
      openers.key.length === 0 ? {} : await (await import("../kit/items/read-options.ts")).readKeyFiles(tools, openers);
    for (const file of files) {
      for await (const found of file === "-"
        ? gatherStdin(tools, options)
        : gatherItems(file, tools.workingFolder, options)) {
        tools.signal.throwIfAborted();
        checked.push(addExpiryStatus(found, null, asOf));
      }
    }
  } else {
    const { createExpiryClock, readCheckedItems, warnOfSilence } = await import("../kit/items/tenant-items.ts");
    for (const context of await contexts.chooseSeveral(allContexts, globals.context, environment)) {
      tools.signal.throwIfAborted();
      await warnOfSilence(tools, context);
      const asOf = { ...createExpiryClock(tools, { context }), thresholds };
      for (const item of await readCheckedItems(tools, context))
        checked.push(addExpiryStatus(item, context.name, asOf));
    }
  }
  return summariseCheck(checked);
}

async function* gatherStdin(tools: Tools, options: ReadOptions): AsyncGenerator<CheckItem> {
  const { name, bytes } = await readNamedFile(tools, "-", MAX_RENEWAL_FILE_BYTES);
  yield* await gatherScannedItems({ where: name, name, bytes, named: true }, options);
}

const CHECK_OPTIONS = {
  ...THRESHOLD_OPTIONS,
  allContexts: ALL_CONTEXTS_OPTION,
  key: { ...DECRYPTION_OPTIONS.key, requires: "files" },
  ...REPORT_OPTIONS,
} as const satisfies Fields;

export default defineCommand({
  summary: text("check which items are due (for cron and monitoring)", "期限の近い項目を調べる(cron・監視用)"),
  details: [
    text(
      "Checks the items recorded in the tenant or, if you name files or folders, only those: certificates (PEM, DER), ADE server tokens, content tokens (VPP) and provisioning profiles. The exit code is that of the worst state; from worst to best: 2, 3, 1, 0. Each item that is due is shown on one line, the most urgent first. Other items are only counted. With --format, all items are listed. An item that cannot be read is unknown, never ok. Days are calendar days in --timezone or the context's time zone; ~ marks an estimated date.",
      "テナントに登録された項目を確認します。ファイルやフォルダーを指定すると、登録された項目の代わりに、そのファイルだけを確認します(証明書(PEM・DER)、ADE サーバートークン、VPP サービストークン、プロビジョニングプロファイル)。終了コードは、最も悪い状態のものです(悪い順に 2、3、1、0)。期限の近い項目を急ぐ順に 1 行ずつ表示し、ほかの項目は件数だけを表示します。--format を指定すると、すべての項目を表示します。読み込めないファイルは「期限不明」とし、「余裕あり」とはしません。日数は --timezone、なければコンテキストのタイムゾーンの暦日で数えます。~ は推定の期限です。",
    ),
    text(
      "In a folder, only the newest file counts for each push certificate (same topic and issuer), ADE server token (same consumer key, or same encryption key and server name) and content token (same organisation and location). An older file is superseded and is never due, even if it has not expired: whether the newer file was uploaded is not checked. If the files do not show whether one is the renewal of the other, each counts by its own date. Links that lead out of a folder are not followed: name such files directly, for example /etc/letsencrypt/live/*/cert.pem.",
      "フォルダー内では、プッシュ通知証明書(トピックと発行者が同じもの)、ADE サーバートークン(consumer key が同じもの、または暗号鍵とサーバーの名前が同じもの)、VPP サービストークン(組織と場所が同じもの)のうち、最も新しいファイルを判定します。古いファイルは、期限前でも「置き換え済み」とし、判定に含めません。新しいファイルをアップロードしたかどうかは確かめません。2 つのファイルの一方が他方を更新したものかどうかがわからないときは、それぞれの期限で判定します。フォルダーの外を指すリンクはたどりません。/etc/letsencrypt/live/*/cert.pem のようにファイルを直接指定してください。",
    ),
  ],
  args: {
    files: {
      kind: "file",
      value: "FILE|FOLDER",
      repeatable: true,
      about: text("files or folders to check instead of records", "登録項目の代わりに確認するファイルやフォルダー"),
    },
  },
  options: CHECK_OPTIONS,
  examples: [
    { line: "clomoctl renewals check" },
    { line: "clomoctl renewals check certificates --within 60d --critical 2w" },
    { line: "clomoctl renewals check --all-contexts --nagios" },
    { line: "clomoctl renewals check --prometheus renewals.prom --overwrite --quiet" },
  ],
  excludes: [["files", "allContexts"]],
  exits: ["input-rejected"],
  ownExits: buildStateExits("RENEWALS"),
  async run(tools, { files, within, critical, nagios, prometheus, ...request }) {
    const { terminal, globals } = tools;
    const forms = { nagios, prometheus };
    const isShown = shouldShowFindings(tools, forms);
    const thresholds = chooseThresholds(within, critical);
    const result = await runCheck(tools, { ...request, files, thresholds });
    const { state, checked: items } = result;
    const [summary, findings] = [describeCheckResult(result), items.map(toItemFinding)];
    const exit = await writeReport(tools, forms, { service: "RENEWALS", state, summary, findings, items, thresholds });
    if (!isShown) return exit;
    if (isRecordOutputRequested(tools))
      await showFindings(tools, [...findings, ...result.superseded.map(toItemFinding)]);
    else {
      await showFindings(
        tools,
        findings.filter(({ level }) => level !== "ok"),
      );
      if (!globals.quiet) await terminal.out.write(`${summary[terminal.language]}\n`);
      else if (items.length === 0) await terminal.warn(summary);
    }
    return exit;
  },
});
