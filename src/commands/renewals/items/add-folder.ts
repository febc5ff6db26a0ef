import { resolve } from "node:path";
import type { NewRenewalItem, RenewalItem } from "../../../lib/client/index.ts";
import { line } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { isRenewedBy, otherIssuer, relationOfChecked, resultOf } from "../../../lib/renewals/check.ts";
import { codeKey } from "../../../lib/model/normalise.ts";
import { downloadRemark, recordFile } from "../../../lib/renewals/download.ts";
import { byExpiry, judge, type CheckedItem, type JudgedItem } from "../../../lib/renewals/judge.ts";
import { gatherFiles } from "../../../lib/renewals/sources.ts";
import { isNewer } from "../../../lib/renewals/succession.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import { WRITTEN } from "../../records/written.ts";
import type { ChosenTenant, Tools } from "../../tools.ts";
import { ITEM_COLUMNS } from "./columns.ts";
import { tellUnnoticed } from "./missing.ts";
import type { ItemOptions } from "./options.ts";
import { fromFile, readOpeners, words } from "./read-options.ts";
import { asOfNow } from "./tenant-items.ts";

/**
 * Records each certificate, token and profile of a folder that is not recorded yet, under its own name; what cannot be
 * read or is refused is said, and keeps no other back.
 */
export async function addFolder(
  tools: Tools,
  tenant: ChosenTenant<"renewals">,
  { folder, options }: { readonly folder: string; readonly options: ItemOptions },
): Promise<Outcome> {
  const { terminal, workingFolder } = tools;
  const { client, context } = tenant;
  const asOf = asOfNow(tools, tenant);
  const found = await Array.fromAsync(gatherFiles(folder, workingFolder, await readOpeners(tools, options)), (one) =>
    judge(one, null, asOf),
  );
  const recorded = await client.renewals.list();
  const known = new Map(recorded.flatMap((item) => filesOf(item).map((file) => [file, item] as const)));
  const added: JudgedItem[] = [];
  tools.describeState(() =>
    text(
      `${counted(added.length, "item")} recorded; the last one may be, too`,
      `${added.length} 件を登録しました。最後の 1 件も登録されている可能性があります`,
    ),
  );
  let refused = 0;
  const { checked, superseded } = resultOf(found, asOf.thresholds);
  for (const { source, remark } of superseded) {
    if (remark === null) continue;
    await terminal.note(text(`${source}: left out: ${remark.en}`, `${source}: 登録しません(${remark.ja})`));
  }
  const taken: CheckedItem[] = found.filter(({ fingerprint }) => known.has(fingerprint ?? ""));
  // of two files of one name that nothing tells apart, the one that ends first is recorded
  for (const one of checked.filter((each) => !isRenewedBy(each, found)).toSorted(byExpiry)) {
    tools.signal.throwIfAborted();
    if (one.fingerprint !== null && known.has(one.fingerprint)) {
      await terminal.note(text(`${one.source}: already recorded`, `${one.source}: 登録済みです`));
      continue;
    }
    const refusal = refusalOf(one, { found, known, taken });
    if (refusal !== undefined) {
      refused += 1;
      await terminal.problem(text(`${one.source}: ${refusal.en}`, `${one.source}: ${refusal.ja}`));
      continue;
    }
    try {
      const item = await client.renewals.add({ ...itemOf(one, checked, workingFolder), ...words(options) });
      for (const file of filesOf(item)) known.set(file, item);
      taken.push(one);
      added.push(judge(item, context.name, asOf));
      const waiting = downloadRemark(item, asOf.timezone);
      if (waiting !== undefined)
        await terminal.note(text(`${item.name}: ${waiting.en}`, `${item.name}: ${waiting.ja}`));
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
      refused += 1;
      await terminal.problem(text(`${one.source}: ${error.what.en}`, `${one.source}: ${error.what.ja}`));
    }
  }
  tools.describeDone(WRITTEN);
  await terminal.list(ITEM_COLUMNS, added);
  await tellUnnoticed(tools, added);
  if (refused === 0) return undefined;
  return added.length === 0 ? "input-rejected" : "partial";
}

/** The fingerprints of an item's files: of the one in use, and of the renewed one that waits. */
const filesOf = ({ fingerprint, downloadedFingerprint }: RenewalItem): readonly string[] =>
  [fingerprint, downloadedFingerprint].filter((one) => one !== null);

/** Why a file does not become an item of its own: it renews a recorded one, or nothing tells it from one of its name. */
function refusalOf(
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
  const before = found
    .filter((other) => relationOfChecked(one, other) === "same")
    .flatMap(({ fingerprint }) => known.get(fingerprint ?? "") ?? [])
    .at(0);
  if (before !== undefined) {
    const edit = line("renewals edit", [before.name], { file: one.source ?? "FILE" });
    return text(
      `renews ${before.name}; record it: ${edit}`,
      `「${before.name}」の更新後のものです。登録するには: ${edit}`,
    );
  }
  const ofTopic = taken.find(
    (other) => relationOfChecked(one, other) === "unclear" && otherIssuer(other, one) !== undefined,
  );
  if (ofTopic !== undefined) return otherIssuer(ofTopic, one);
  const alike = taken.find((other) => {
    const relation = relationOfChecked(one, other);
    return relation === "likely" || (codeKey(other.name) === codeKey(one.name) && relation !== "different");
  });
  if (alike === undefined) return undefined;
  const file = one.source ?? "FILE";
  const [edit, add] = [
    line("renewals edit", [known.get(alike.fingerprint ?? "")?.name ?? alike.name], { file }),
    line("renewals add", ["NAME"], { file }),
  ];
  return isNewer(one, alike)
    ? text(
        `not told apart from ${alike.source}, which ends first and is recorded; if it renews that one: ${edit}; if it is another one: ${add}`,
        `${alike.source} と区別できないため、期限の早い ${alike.source} だけを登録しました。その更新後のものなら: ${edit}。別のものなら: ${add}`,
      )
    : text(
        `not told apart from ${alike.source}, which is recorded; if it is another one: ${add}`,
        `登録済みの ${alike.source} と区別できないため、登録しません。別のものなら: ${add}`,
      );
}

/**
 * A file as an item: beside an older one of the same thing that has not expired, it is the renewed file of that one.
 *
 * @throws Failure `input-rejected` when it could not be read
 */
function itemOf(one: CheckedItem, all: readonly CheckedItem[], workingFolder: string): NewRenewalItem {
  const file = recordedFile(one, workingFolder);
  const [inUse] = all
    .filter((other) => other.state === "downloaded" && relationOfChecked(one, other) === "same")
    .toSorted(byExpiry);
  if (inUse === undefined) return file;
  const current = recordedFile(inUse, workingFolder);
  return { ...current, name: file.name, ...recordFile(current, file) };
}

function recordedFile(one: CheckedItem, workingFolder: string) {
  const { kind, name, expiresAt, certainty, fingerprint, source, remark } = one;
  if (kind === null || expiresAt === null || certainty === null || fingerprint === null) {
    throw new Failure("input-rejected", { what: remark ?? text("cannot be read", "読み込めません") });
  }
  const path = source === null ? null : resolve(workingFolder, source);
  return { kind, name, ...fromFile({ ...one, expiresAt, certainty, fingerprint }, path) };
}
