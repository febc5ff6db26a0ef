import { resolve } from "node:path";
import type { NewRenewalItem, RenewalItem } from "../../../lib/client/index.ts";
import { line } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { findSuccessors, getFileIdentity, summariseCheck } from "../../../lib/renewals/check.ts";
import { codeKey } from "../../../lib/model/normalise.ts";
import { describePendingUpload, recordFile } from "../../../lib/renewals/download.ts";
import { compareByExpiry, judgeExpiry, type CheckedItem, type JudgedItem } from "../../../lib/renewals/judge.ts";
import { gatherItems } from "../../../lib/renewals/sources.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import type { ChosenTenant, Tools } from "../../tools.ts";
import { ITEM_COLUMNS } from "./columns.ts";
import { noteUnreachableOwner } from "./missing.ts";
import type { ItemOptions } from "./options.ts";
import { toItemFields, readKeyFiles, pickTextFields } from "./read-options.ts";
import { createExpiryClock } from "./tenant-items.ts";

/**
 * Records each certificate, token and profile of a folder that is not recorded yet, each under its own name. Files that
 * cannot be read or are refused are reported; the other files are still recorded.
 */
export async function addFolder(
  tools: Tools,
  tenant: ChosenTenant<"renewals">,
  { folder, options }: { readonly folder: string; readonly options: ItemOptions },
): Promise<Outcome> {
  const { terminal, workingFolder } = tools;
  const { client, context } = tenant;
  const asOf = createExpiryClock(tools, tenant);
  const found = await Array.fromAsync(gatherItems(folder, workingFolder, await readKeyFiles(tools, options)), (one) =>
    judgeExpiry(one, null, asOf),
  );
  const recorded = await client.renewals.list();
  const known = new Map(recorded.flatMap((item) => listFingerprints(item).map((file) => [file, item] as const)));
  const added: JudgedItem[] = [];
  let refused = 0;
  const { checked, superseded } = summariseCheck(found, asOf.thresholds);
  for (const { source, remark } of superseded) {
    if (remark === null) continue;
    await terminal.note(text(`${source}: not recorded: ${remark.en}`, `${source}: 登録しません(${remark.ja})`));
  }
  const taken: CheckedItem[] = found.filter(({ fingerprint }) => known.has(fingerprint ?? ""));
  // of two files that have the same name and cannot be distinguished, the file that expires first is recorded
  const successorOf = findSuccessors(found);
  for (const one of checked.filter((each) => successorOf(each) === undefined).toSorted(compareByExpiry)) {
    tools.signal.throwIfAborted();
    if (one.fingerprint !== null && known.has(one.fingerprint)) {
      await terminal.note(text(`${one.source}: already recorded`, `${one.source}: 登録済みです`));
      continue;
    }
    const refusal = findRefusal(one, { found, known, taken });
    if (refusal !== undefined) {
      refused += 1;
      await terminal.problem(text(`${one.source}: ${refusal.en}`, `${one.source}: ${refusal.ja}`));
      continue;
    }
    try {
      const item = await client.renewals.add({ ...buildItem(one, checked, workingFolder), ...pickTextFields(options) });
      for (const file of listFingerprints(item)) known.set(file, item);
      taken.push(one);
      added.push(judgeExpiry(item, context.name, asOf));
      const waiting = describePendingUpload(item, asOf.timezone);
      if (waiting !== undefined)
        await terminal.note(text(`${item.name}: ${waiting.en}`, `${item.name}: ${waiting.ja}`));
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
      refused += 1;
      await terminal.problem(text(`${one.source}: ${error.what.en}`, `${one.source}: ${error.what.ja}`));
    }
  }
  await terminal.list(ITEM_COLUMNS, added);
  await noteUnreachableOwner(tools, added);
  if (refused === 0) return undefined;
  return added.length === 0 ? "input-rejected" : "partial";
}

const listFingerprints = ({ fingerprint, downloadedFingerprint }: RenewalItem): readonly string[] =>
  [fingerprint, downloadedFingerprint].filter((one) => one !== null);

/**
 * Returns why a file does not become a new item: it renews a recorded item, or it cannot be distinguished from a
 * recorded file of the same name. Returns undefined if it becomes a new item.
 */
function findRefusal(
  one: CheckedItem,
  {
    found,
    known,
    taken,
  }: {
    readonly found: readonly CheckedItem[];
    readonly known: ReadonlyMap<string, RenewalItem>;
    readonly taken: readonly CheckedItem[];
  },
): Text | undefined {
  const identity = getFileIdentity(one);
  const before = found
    .filter((other) => identity !== undefined && getFileIdentity(other) === identity)
    .flatMap(({ fingerprint }) => known.get(fingerprint ?? "") ?? [])
    .at(0);
  if (before !== undefined) {
    const edit = line("renewals edit", [before.name], { file: one.source ?? "FILE" });
    return text(
      `this file renews "${before.name}"; to record it: ${edit}`,
      `「${before.name}」の更新後のものです。登録するには: ${edit}`,
    );
  }
  // the same topic from another issuer, or the same name without enough data, may or may not be the same item
  const alike = taken.find(
    (other) =>
      other.kind === one.kind &&
      (one.topic === null
        ? codeKey(other.name) === codeKey(one.name) && (identity ?? getFileIdentity(other)) === undefined
        : other.topic === one.topic),
  );
  if (alike === undefined) return undefined;
  const recorded = known.get(alike.fingerprint ?? "")?.name ?? alike.name;
  const edit = line("renewals edit", [recorded], { file: one.source ?? "FILE" });
  return text(
    `this file cannot be distinguished from ${alike.source}, which is recorded; if this file renews it: ${edit}`,
    `登録済みの ${alike.source} と区別できないため、登録しません。その更新後のものなら: ${edit}`,
  );
}

/**
 * Builds an item from a file. If an older file of the same certificate or token has not expired yet, the new file is
 * recorded as the renewed file of the older file's item.
 *
 * @throws Failure `input-rejected` if the file could not be read
 */
function buildItem(one: CheckedItem, all: readonly CheckedItem[], workingFolder: string): NewRenewalItem {
  const file = toRecordedFile(one, workingFolder);
  const [inUse] = all
    .filter((other) => other.state === "downloaded" && getFileIdentity(other) === getFileIdentity(one))
    .toSorted(compareByExpiry);
  if (inUse === undefined) return file;
  const current = toRecordedFile(inUse, workingFolder);
  return { ...current, name: file.name, ...recordFile(current, file) };
}

function toRecordedFile(one: CheckedItem, workingFolder: string) {
  const { kind, name, expiresAt, certainty, fingerprint, source, remark } = one;
  if (kind === null || expiresAt === null || certainty === null || fingerprint === null) {
    throw new Failure("input-rejected", {
      what: remark ?? text("the file cannot be read", "ファイルを読み込めません"),
    });
  }
  const path = source === null ? null : resolve(workingFolder, source);
  return { kind, name, ...toItemFields({ ...one, expiresAt, certainty, fingerprint }, path) };
}
