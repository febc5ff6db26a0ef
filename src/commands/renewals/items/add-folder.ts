import { resolve } from "node:path";
import { Failure } from "../../../lib/errors/index.ts";
import { resultOf } from "../../../lib/renewals/check.ts";
import { judge, type Checked, type Judged } from "../../../lib/renewals/judge.ts";
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
  const newest = checked.filter(({ state }) => state === "current");
  for (const { source, remark } of [...superseded, ...checked.filter(({ state }) => state !== "current")]) {
    if (remark === null) continue;
    await terminal.note(text(`${source}: left out: ${remark.en}`, `${source}: 登録しません(${remark.ja})`));
  }
  for (const one of newest) {
    tools.signal.throwIfAborted();
    if (one.fingerprint !== null && known.has(one.fingerprint)) {
      await terminal.note(text(`${one.source}: already recorded`, `${one.source}: 登録済みです`));
      continue;
    }
    try {
      const item = await client.renewals.add({ ...itemOf(one, workingFolder), ...words(options) });
      known.add(item.fingerprint);
      added.push(judge(item, context.name, asOf));
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

/** @throws Failure `input-rejected` when it could not be read */
function itemOf(one: Checked, workingFolder: string) {
  const { kind, name, expiresAt, certainty, fingerprint, source, remark } = one;
  if (kind === null || expiresAt === null || certainty === null || fingerprint === null) {
    throw new Failure("input-rejected", { what: remark ?? text("cannot be read", "読み込めません") });
  }
  const path = source === null ? null : resolve(workingFolder, source);
  return { kind, name, ...fromFile({ ...one, expiresAt, certainty, fingerprint }, path) };
}
