import { Readable } from "node:stream";
import { line, step } from "../../lib/advice/index.ts";
import type { RenewalChange, RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readRenewables } from "../../lib/apple/index.ts";
import { MAX_RENEWAL_FILE_BYTES, type RenewalKind } from "../../lib/model/renewal.ts";
import { CHECK_LABELS, type Check } from "../../lib/renewals/replacement/check.ts";
import { judgeReplacement, listBlockingChecks } from "../../lib/renewals/replacement/index.ts";
import {
  describePendingUpload,
  describeDiscardedDownload,
  isUploadedKind,
  recordFile,
  stateOf,
} from "../../lib/renewals/download.ts";
import { joinTexts, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { findItem, ITEM_ARGUMENT } from "./items/find-item.ts";
import { showItem } from "./items/tenant-items.ts";
import { ITEM_COLUMNS } from "./items/columns.ts";
import { ITEM_OPTIONS, ITEM_RELATIONS } from "./items/options.ts";
import { noteUnreachableOwner, warnOfSecrets } from "./items/missing.ts";
import { readKeyFiles, readOptions } from "./items/read-options.ts";
import { readNamedFile, type NamedFileContent } from "../../lib/files/index.ts";
import { findCurrentItem } from "../../lib/renewals/read/in-use.ts";

export default defineCommand({
  summary: text("change a recorded item", "登録した項目を変更する"),
  details: [
    text(
      "Values that you omit do not change; an empty value (--owner '') removes a value. --file reads the date from the renewed file. A file that `renewals verify` rejects, such as a file with another topic, location or key, is also rejected by this command (exit 3). A file that is not newer than the recorded file is recorded as the file in use, with a warning. A certificate or token that must be uploaded to the console (CLOMO PANEL) is recorded as downloaded, and the previous date counts until `renewals confirm ITEM --console-shows DATE`. A new date or file discards a renewed file that was recorded earlier, with a warning.",
      "指定しないものは変わりません。空の値(--owner '')で消せます。--file は更新後のファイルから期限を読み取ります。トピック・場所・鍵が違うなど、`renewals verify` が拒否するファイルはこのコマンドでも拒否します(終了コード 3)。登録済みのものより新しくないファイルは、警告を表示して使用中のものとして登録します。管理画面(CLOMO PANEL)にアップロードする証明書やトークンは「ダウンロード済み」として登録し、`renewals confirm ITEM --console-shows DATE` まで更新前の期限で判定します。期限やファイルを新しく登録すると、先に登録した更新ファイルの内容はなくなります(警告を表示します)。",
    ),
  ],
  args: { item: ITEM_ARGUMENT },
  options: {
    name: { kind: "string", value: "NAME", about: text("new name of the item", "新しい名前") },
    ...ITEM_OPTIONS,
  },
  ...ITEM_RELATIONS,
  anyOf: [["name", ...Object.keys(ITEM_OPTIONS)]],
  examples: [
    { line: "clomoctl renewals edit 本社 --file push-2027.pem", about: text("after a renewal", "更新のあと") },
    { line: "clomoctl renewals edit example.jp --expires 2028-03-31 --owner ''" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  shows: ITEM_COLUMNS,
  async run(tools, { item: typed, name, ...options }) {
    const tenant = await tools.tenant("renewals");
    const { client } = tenant;
    const before = await findItem(client, typed);
    const kind = options.kind ?? before.kind;
    const timezone = resolveTimezone(tools, tenant);
    const given =
      options.file === undefined
        ? undefined
        : { path: options.file, file: await readNamedFile(tools, options.file, MAX_RENEWAL_FILE_BYTES) };
    // stdin can be read only once
    const reading = given === undefined ? tools : { ...tools, stdin: Readable.from([given.file.bytes]) };
    const said = await readOptions(reading, { options, kind, timezone });
    const change: RenewalChange = { ...said, ...(name === undefined ? {} : { name }) };
    refuseOtherTopic(before, change, options.file);
    const kept = options.organisation === undefined ? keepOrganisation(before, change) : change;
    const renewed = given === undefined ? kept : buildFileChange(before, kept);
    if (given !== undefined) {
      const waits = stateOf(renewed) === "downloaded";
      await judgeFile(tools, { ...given, before, change, waits, options, timezone });
    }
    await warnOfSecrets(tools, before.name, change);
    const after = await client.renewals.edit(before.id, renewed);
    await showItem(tools, tenant, after);
    const dropped = describeDiscardedDownload(before, after, timezone);
    if (dropped !== undefined) await tools.terminal.warn(dropped);
    const waiting = given === undefined ? undefined : describePendingUpload(after, timezone);
    if (waiting !== undefined) await tools.terminal.note(waiting);
    if (change.owner !== undefined) await noteUnreachableOwner(tools, [after]);
  },
});

/**
 * Converts the values of a file into a change. If the renewed file still has to be uploaded, the date of the file in
 * use
 * is kept.
 */
const buildFileChange = (before: RenewalItem, { kind = before.kind, ...change }: RenewalChange): RenewalChange => {
  const { expiresAt, certainty, fingerprint, topic, source, ...others } = change;
  if (kind !== before.kind || expiresAt === undefined || expiresAt === null || certainty === undefined)
    return { kind, ...change };
  const file = { expiresAt, certainty, fingerprint: fingerprint ?? null, topic: topic ?? null, source: source ?? null };
  return { kind, ...others, ...recordFile(before, file) };
};

interface FileUpdate {
  readonly before: RenewalItem;
  readonly change: RenewalChange;
  readonly path: string;
  readonly file: NamedFileContent;
  readonly waits: boolean;
  readonly options: Parameters<typeof readKeyFiles>[1];
  readonly timezone: string;
}

/**
 * Rejects a file that `renewals verify` rejects, and warns of what remains to be checked. If the file does not wait for
 * an upload and only its age is wrong, this is only a warning, because the file may be in use.
 *
 * @throws Failure `input-rejected`
 */
async function judgeFile(
  tools: Tools,
  { before, change, path, file, waits, options, timezone }: FileUpdate,
): Promise<void> {
  const { kind = before.kind } = change;
  const openers = await readKeyFiles(tools, options);
  const read = await readRenewables(file, openers);
  const next = read.find(({ expiring }) => expiring.fingerprint === change.fingerprint);
  if (next === undefined || kind !== before.kind) return;
  const inUse = await findCurrentItem(tools, { kind, item: before }, undefined, openers);
  const asKind = { ...next, expiring: { ...next.expiring, kind } };
  const judgement = judgeReplacement(inUse, asKind, { now: tools.clock.now(), strict: false, timezone });
  const refused = listBlockingChecks(judgement, { waits });
  if (refused.length > 0) throw createReplacementFailure(before, refused, { file: path, found: next.expiring.kind });
  const { checks, leftToCheck } = judgement;
  for (const check of checks.filter(({ outcome }) => outcome === "bad")) {
    const { en, ja } = describeCheck(check);
    await tools.terminal.warn(text(`${file.name}: ${en}`, `${file.name}: ${ja}`));
  }
  if (leftToCheck.length === 0 || !isUploadedKind(kind)) return;
  const left = joinTexts(
    leftToCheck.map((id) => CHECK_LABELS[id]),
    text(", ", "、"),
  );
  const verify = line("renewals verify", [], {
    current: "OLD",
    new: path === "-" ? "NEW" : path,
    csr: kind === "push-certificate" ? "CSR" : undefined,
  });
  await tools.terminal.warn(
    step(
      `${file.name}: not checked: ${left.en}; to check the file before the upload`,
      `${file.name}: 未確認: ${left.ja}。アップロードの前に確認するには`,
      verify,
    ),
  );
}

const describeCheck = ({ id, what }: Check): Text =>
  text(`${CHECK_LABELS[id].en}: ${what.en}`, `${CHECK_LABELS[id].ja}: ${what.ja}`);

function createReplacementFailure(
  { name, kind }: RenewalItem,
  refused: readonly Check[],
  { file, found }: { readonly file: string; readonly found: RenewalKind },
): Failure {
  const { en, ja } = joinTexts(refused.map(describeCheck), text("; ", "。"));
  const named = { kind: found === kind ? undefined : kind, file: file === "-" ? "FILE" : file };
  const [guide, remove, add] = [
    line("renewals guide", [name]),
    line("renewals remove", [name]),
    line("renewals add", [name], named),
  ];
  return new Failure("input-rejected", {
    what: text(`this file cannot renew "${name}": ${en}`, `このファイルでは「${name}」を更新できません: ${ja}`),
    where: file,
    hint: text(
      `do not upload this file; to get the right file: ${guide}. If this file is already in use, remove the item and add it again: ${remove}, then ${add}`,
      `アップロードしないでください。正しいものを入手する手順: ${guide}。すでに使用中のものなら、項目を削除して登録し直してください: ${remove} のあと ${add}`,
    ),
  });
}

const keepOrganisation = (before: RenewalItem, change: RenewalChange): RenewalChange =>
  change.organisation === null ? { ...change, organisation: before.organisation } : change;

/** Refuses a file with another topic.  @see facts 3.4: enrolled devices obey only the topic of their enrolment */
function refuseOtherTopic(before: RenewalItem, { topic }: RenewalChange, file: string | undefined): void {
  if (file === undefined || before.topic === null || topic === before.topic) return;
  throw new Failure("input-rejected", {
    what: text(
      `the topic differs (${topic ?? "none"}, recorded: ${before.topic}): with this certificate every enrolled device would stop responding`,
      `トピックが違います(${topic ?? "なし"}、登録済みは ${before.topic})。この証明書では登録済みの全デバイスが応答しなくなります`,
    ),
    where: file,
    hint: text(
      "renew the existing certificate with the same Apple Account; if the change is intended, remove the item and add it again",
      "同じ Apple Account で既存の証明書を「Renew」してください。意図したものなら、項目を削除して登録し直してください",
    ),
  });
}
