import { Readable } from "node:stream";
import { commandName, line, step } from "../../lib/advice/index.ts";
import type { RenewalChange, RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readRenewables } from "../../lib/apple/index.ts";
import { MAX_BYTES, type RenewalKind } from "../../lib/model/renewal.ts";
import { CHECKS, type Check } from "../../lib/renewals/replacement/check.ts";
import { judgeReplacement, refusalsOf } from "../../lib/renewals/replacement/index.ts";
import { downloadRemark, droppedRemark, isUploaded, recordFile, stateOf } from "../../lib/renewals/download.ts";
import { joined, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { BEFORE_WRITING, WHILE_WRITING, WRITTEN } from "../records/written.ts";
import { zoneOf, type Tools } from "../tools.ts";
import { findItem, ITEM_ARGUMENT } from "./items/find-item.ts";
import { showItem } from "./items/tenant-items.ts";
import { ITEM_COLUMNS } from "./items/columns.ts";
import { ITEM_OPTIONS } from "./items/options.ts";
import { tellUnnoticed, warnOfSecrets } from "./items/missing.ts";
import { readOpeners, readOptions } from "./items/read-options.ts";
import { readNamedFile, type ReadFile } from "../../lib/files/index.ts";
import { inUseOf } from "../../lib/renewals/read/in-use.ts";
import { rehearses } from "./judgement.ts";

export default defineCommand({
  summary: text("change a recorded item", "登録した項目を変更する"),
  details: [
    text(
      "Options that are not given leave their values unchanged; an empty value (--owner '') removes one. --file reads the date from the renewed file; a file that `renewals verify` refuses, such as one with another topic, location or key, is refused here, too (exit 3). A file that is not newer than the recorded one is recorded as the one in use, with a warning. A certificate or token that is to be uploaded to the console is recorded as downloaded: the date before it counts until `renewals confirm ITEM --console-shows DATE`. A new date or file drops a renewed file that was recorded before, with a warning.",
      "指定しないものは変わりません。空の値(--owner '')で消せます。--file は更新後のファイルから期限を読み取ります。トピック・場所・鍵が違うなど、`renewals verify` が拒否するファイルはここでも拒否します(終了コード 3)。登録済みのものより新しくないファイルは、警告を表示して使用中のものとして登録します。管理画面にアップロードする証明書やトークンは「ダウンロード済み」として記録し、`renewals confirm ITEM --console-shows DATE` まで更新前の期限で判定します。期限やファイルを新しく登録すると、先に登録した更新ファイルの記録はなくなります(警告を表示します)。",
    ),
  ],
  args: { item: ITEM_ARGUMENT },
  options: {
    name: { kind: "string", value: "NAME", about: text("new name", "新しい名前") },
    ...ITEM_OPTIONS,
  },
  examples: [
    { line: "clomoctl renewals edit 本社 --file push-2027.pem", about: text("after a renewal", "更新のあと") },
    { line: "clomoctl renewals edit example.jp --expires 2028-03-31 --owner ''" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  shows: ITEM_COLUMNS,
  async run(tools, { item: typed, name, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    const tenant = await tools.tenant("renewals");
    const { client } = tenant;
    const before = await findItem(client, typed);
    const kind = options.kind ?? before.kind;
    const timezone = zoneOf(tools, tenant);
    const given =
      options.file === undefined
        ? undefined
        : { path: options.file, file: await readNamedFile(tools, options.file, MAX_BYTES) };
    // stdin is read once only
    const reading = given === undefined ? tools : { ...tools, stdin: Readable.from([given.file.bytes]) };
    const said = await readOptions(reading, { options, kind, timezone });
    const change: RenewalChange = { ...said, ...(name === undefined ? {} : { name }) };
    refuseNothing(change);
    refuseOtherTopic(before, change, options.file);
    const kept = options.organisation === undefined ? keepOrganisation(before, change) : change;
    const renewed = given === undefined ? kept : renewing(before, kept);
    if (given !== undefined) {
      const waits = stateOf(renewed) === "downloaded";
      await judgeFile(tools, { ...given, before, change, waits, options, timezone });
    }
    await warnOfSecrets(tools, before.name, change);
    tools.describeState(() => WHILE_WRITING);
    const after = await client.renewals.edit(before.id, renewed);
    tools.describeDone(WRITTEN);
    await showItem(tools, tenant, after);
    const dropped = droppedRemark(before, after, timezone);
    if (dropped !== undefined) await tools.terminal.warn(dropped);
    const waiting = given === undefined ? undefined : downloadRemark(after, timezone);
    if (waiting !== undefined) await tools.terminal.note(waiting);
    if (change.owner !== undefined) await tellUnnoticed(tools, [after]);
  },
});

/** What a file changes: of a renewed one that is to be uploaded the date of the one in use stays. */
const renewing = (before: RenewalItem, { kind = before.kind, ...change }: RenewalChange): RenewalChange => {
  const { expiresAt, certainty, fingerprint, topic, source, ...others } = change;
  if (kind !== before.kind || expiresAt === undefined || expiresAt === null || certainty === undefined)
    return { kind, ...change };
  const file = { expiresAt, certainty, fingerprint: fingerprint ?? null, topic: topic ?? null, source: source ?? null };
  return { kind, ...others, ...recordFile(before, file) };
};

/** A file that is to be recorded. */
interface GivenFile {
  readonly before: RenewalItem;
  readonly change: RenewalChange;
  /** as it was typed */
  readonly path: string;
  readonly file: ReadFile;
  /** it is to be uploaded */
  readonly waits: boolean;
  readonly options: Parameters<typeof readOpeners>[1];
  readonly timezone: string;
}

/**
 * Refuses what `renewals verify` refuses, and warns of what it leaves to check. A file that is not to be uploaded is warned of
 * if nothing but its age is wrong: it may be in use.
 *
 * @throws Failure `input-rejected`
 */
async function judgeFile(
  tools: Tools,
  { before, change, path, file, waits, options, timezone }: GivenFile,
): Promise<void> {
  const { kind = before.kind } = change;
  const openers = await readOpeners(tools, options);
  const next = readRenewables(file, openers).find(({ expiring }) => expiring.fingerprint === change.fingerprint);
  if (next === undefined || kind !== before.kind) return;
  const inUse = await inUseOf(tools, { kind, item: before }, undefined, openers);
  const asKind = { ...next, expiring: { ...next.expiring, kind } };
  const simulator = await rehearses(tools, next);
  const judgement = judgeReplacement(inUse, asKind, { now: tools.clock.now(), strict: false, simulator, timezone });
  const refused = refusalsOf(judgement, { waits });
  if (refused.length > 0) throw cannotReplace(before, refused, { file: path, found: next.expiring.kind });
  const { checks, leftToCheck } = judgement;
  for (const check of checks.filter(({ outcome }) => outcome === "bad")) {
    const { en, ja } = reasonOf(check);
    await tools.terminal.warn(text(`${file.name}: ${en}`, `${file.name}: ${ja}`));
  }
  if (leftToCheck.length === 0 || !isUploaded(kind)) return;
  const left = joined(
    leftToCheck.map((id) => CHECKS[id]),
    text(", ", "、"),
  );
  const verify = line("renewals verify", [], {
    current: "OLD",
    new: path === "-" ? "NEW" : path,
    csr: kind === "push-certificate" ? "CSR" : undefined,
  });
  await tools.terminal.warn(
    step(
      `${file.name}: not checked: ${left.en}. Before the upload`,
      `${file.name}: 未確認: ${left.ja}。アップロードの前に`,
      verify,
    ),
  );
}

const reasonOf = ({ id, what }: Check): Text => text(`${CHECKS[id].en}: ${what.en}`, `${CHECKS[id].ja}: ${what.ja}`);

/** @param found the kind that the file tells */
function cannotReplace(
  { name, kind }: RenewalItem,
  refused: readonly Check[],
  { file, found }: { readonly file: string; readonly found: RenewalKind },
): Failure {
  const { en, ja } = joined(refused.map(reasonOf), text("; ", "。"));
  const named = { kind: found === kind ? undefined : kind, file: file === "-" ? "FILE" : file };
  const [guide, remove, add] = [
    line("renewals guide", [name]),
    line("renewals remove", [name]),
    line("renewals add", [name], named),
  ];
  return new Failure("input-rejected", {
    what: text(`this file cannot replace ${name}: ${en}`, `このファイルでは「${name}」を更新できません: ${ja}`),
    where: file,
    hint: text(
      `do not upload it; how to get the right one: ${guide}. If it is in use already, remove the item and add it again: ${remove}, then ${add}`,
      `アップロードしないでください。正しいものを入手する手順: ${guide}。すでに使用中のものなら、項目を削除して登録し直してください: ${remove} のあと ${add}`,
    ),
  });
}

/** A file without an organisation does not remove the recorded one. */
const keepOrganisation = (before: RenewalItem, change: RenewalChange): RenewalChange =>
  change.organisation === null ? { ...change, organisation: before.organisation } : change;

function refuseNothing(change: RenewalChange): void {
  if (Object.keys(change).length > 0) return;
  throw new Failure("usage", {
    what: text("nothing to change", "変更する内容がありません"),
    where: commandName("renewals edit"),
    hint: text(`see ${commandName("renewals edit")} --help`, `${commandName("renewals edit")} --help を見てください`),
  });
}

/** @see facts 3.4: enrolled devices obey only the topic they were enrolled with */
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
