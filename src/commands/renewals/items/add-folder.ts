import { resolve } from "node:path";
import type { NewRenewalItem } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { resultOf } from "../../../lib/renewals/check.ts";
import { downloadRemark, recordFile } from "../../../lib/renewals/download.ts";
import { byExpiry, judge, type Checked, type Judged } from "../../../lib/renewals/judge.ts";
import { gatherFiles } from "../../../lib/renewals/sources.ts";
import { counted, text } from "../../../lib/text/index.ts";
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
  const known = new Set((await client.renewals.list()).map(({ fingerprint }) => fingerprint));
  const added: Judged[] = [];
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
  // of two files of one name that nothing tells apart, the newer one is recorded
  for (const one of checked.filter(({ state }) => state === "current").toSorted((a, b) => byExpiry(b, a))) {
    tools.signal.throwIfAborted();
    if (one.fingerprint !== null && known.has(one.fingerprint)) {
      await terminal.note(text(`${one.source}: already recorded`, `${one.source}: 登録済みです`));
      continue;
    }
    try {
      const item = await client.renewals.add({ ...itemOf(one, checked, workingFolder), ...words(options) });
      known.add(item.fingerprint);
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

/**
 * A file as an item: beside an older one of its identity that has not expired, it is the renewed file of that one.
 *
 * @throws Failure `input-rejected` when it could not be read
 */
function itemOf(one: Checked, all: readonly Checked[], workingFolder: string): NewRenewalItem {
  const file = recordedFile(one, workingFolder);
  const [inUse] = all
    .filter(({ identity, state }) => identity === one.identity && state === "downloaded")
    .toSorted(byExpiry);
  if (inUse === undefined) return file;
  const current = recordedFile(inUse, workingFolder);
  return { ...current, name: file.name, ...recordFile(current, file) };
}

function recordedFile(one: Checked, workingFolder: string) {
  const { kind, name, expiresAt, certainty, fingerprint, source, remark } = one;
  if (kind === null || expiresAt === null || certainty === null || fingerprint === null) {
    throw new Failure("input-rejected", { what: remark ?? text("cannot be read", "読み込めません") });
  }
  const path = source === null ? null : resolve(workingFolder, source);
  return { kind, name, ...fromFile({ ...one, expiresAt, certainty, fingerprint }, path) };
}
