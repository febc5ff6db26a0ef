import { resolve } from "node:path";
import type { RenewalChange, RenewalItem } from "../../../lib/client/index.ts";
import { line } from "../../../lib/advice/index.ts";
import type { Renewable } from "../../../lib/apple/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { summariseCheck } from "../../../lib/renewals/check.ts";
import {
  compareFiles,
  describeChecks,
  identityOf,
  type Check,
  type CurrentItem,
} from "../../../lib/renewals/compare.ts";
import {
  compareByExpiry,
  addExpiryStatus,
  type CheckedItem,
  type ItemWithStatus,
} from "../../../lib/renewals/expiry-status.ts";
import { findCurrentItem, gatherItems } from "../../../lib/renewals/sources.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import type { ChosenTenant, Tools } from "../tools.ts";
import { ITEM_COLUMNS } from "./columns.ts";
import type { NewItemOptions } from "./options.ts";
import { readCsr, readKeyFiles, toItemFields } from "./read-options.ts";
import { warnOfSharedFiles } from "./shared-file.ts";
import { createExpiryClock } from "./tenant-items.ts";

interface FolderRequest extends Pick<NewItemOptions, "key" | "csr"> {
  readonly folder: string;
  readonly sharedFields: RenewalChange;
}

export async function addFolder(
  tools: Tools,
  tenant: ChosenTenant<"renewals">,
  { folder, sharedFields, key, csr }: FolderRequest,
): Promise<Outcome> {
  const { terminal, workingFolder, signal } = tools;
  const { client, context } = tenant;
  const asOf = createExpiryClock(tools, tenant);
  const openers = await readKeyFiles(tools, { key });
  const circumstances = { csr: await readCsr(tools, csr), now: asOf.now, timezone: asOf.timezone };
  const found = await Array.fromAsync(gatherItems(folder, workingFolder, openers), (one) =>
    addExpiryStatus(one, null, asOf),
  );
  const { checked, superseded } = summariseCheck(found);
  const before: RecordedItem[] = [];
  for (const item of await client.renewals.list()) before.push({ item, current: await findCurrentItem(item, openers) });
  const added: ItemWithStatus[] = [];
  let [refused, skipped] = [0, superseded.length];
  const report = (file: CheckedItem, { en, ja } = file.remark ?? same("")): Promise<void> =>
    terminal.problem(text(`${file.source}: not recorded: ${en}`, `${file.source}: 登録しません: ${ja}`));
  for (const file of superseded) await report(file);
  for (const file of checked.toSorted(compareByExpiry)) {
    signal.throwIfAborted();
    const next = toRenewable(file);
    if (next === undefined) {
      refused += 1;
      await report(file);
      continue;
    }
    const known = findRenewedItem(next, before);
    if (known !== undefined) {
      const { bad } = compareFiles({ ...circumstances, current: known.current, next });
      if (bad.some(({ id }) => id === "file")) skipped += 1;
      else refused += 1;
      await report(file, describeRenewal(known.item, file, bad));
      continue;
    }
    const path = file.source === null ? null : resolve(workingFolder, file.source);
    const { kind, name } = next.expiring;
    try {
      const item = await client.renewals.add({ ...toItemFields(next.expiring, path), ...sharedFields, kind, name });
      before.push({ item, current: next });
      added.push(addExpiryStatus(item, context.name, asOf));
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
      refused += 1;
      await report(file, error.what);
    }
  }
  await terminal.list(ITEM_COLUMNS, added);
  await warnOfSharedFiles(tools, context, added);
  if (added.length === 0 && refused + skipped > 0) return "input-rejected";
  return refused === 0 ? undefined : "partial";
}

interface RecordedItem {
  readonly item: RenewalItem;
  readonly current: CurrentItem;
}

/** Ignores the name of a push certificate, because a tenant has only one push certificate. */
function findRenewedItem(next: Renewable, items: readonly RecordedItem[]): RecordedItem | undefined {
  const { kind, name, fingerprint } = next.expiring;
  const identity = identityOf({ ...next.expiring, evidence: next.evidence });
  const ofKind = items.filter(({ item }) => item.kind === kind);
  return (
    items.find(({ item, current }) => [item.fingerprint, current.expiring.fingerprint].includes(fingerprint)) ??
    ofKind.find(
      ({ current: { expiring, evidence } }) => identity && identityOf({ ...expiring, evidence }) === identity,
    ) ??
    ofKind.find(
      ({ item, current }) =>
        kind === "push-certificate" || [item.name, current.expiring.name].map(nameKey).includes(nameKey(name)),
    )
  );
}

function describeRenewal({ name }: RenewalItem, { source }: CheckedItem, bad: readonly Check[]): Text {
  if (bad.length > 0) return describeChecks(bad);
  const renew = line("renewals renew", [name, source ?? "FILE"]);
  return text(
    `this file renews "${name}"; to record it: ${renew}`,
    `このファイルは「${name}」の更新後のファイルです。更新を登録するには: ${renew}`,
  );
}

const toRenewable = ({ evidence, ...file }: CheckedItem): Renewable | undefined =>
  evidence === undefined ? undefined : { expiring: file as Renewable["expiring"], evidence };
