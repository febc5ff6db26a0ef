import { resolve } from "node:path";
import { line } from "../../lib/advice/index.ts";
import type { NewRenewalItem, RenewalChange } from "../../lib/client/index.ts";
import { type RenewalItem, RECORDED_FIELDS, type RenewalKind } from "../../lib/nouns/renewal.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text, same, type Text } from "../../lib/text/index.ts";
import { isFolder } from "../../lib/files/index.ts";
import { defineCommand, type Outcome } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { requireFreeTextConfirmation } from "../kit/password-question.ts";
import { DEFAULT_ITEM_COLUMNS, ITEM_COLUMNS, showItem } from "../kit/items/columns.ts";
import { listColumns } from "../kit/list/list.ts";
import { NEW_ITEM_OPTIONS, type NewItemOptions } from "../kit/items/options.ts";
import {
  readItemOptions,
  readRenewable,
  toItemFields,
  readCsr,
  readKeyFiles,
  warnOfSharedFiles,
} from "../kit/items/read-options.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../kit/tools.ts";
import { addOneYear, resolvePastInstant, type TypedDate } from "../../lib/model/time.ts";
import type { Renewable } from "../../lib/apple/index.ts";
import { nameKey } from "../../lib/model/normalise.ts";
import { summariseCheck } from "../../lib/renewals/check.ts";
import { compareFiles, describeChecks, identityOf, type Check, type CurrentItem } from "../../lib/renewals/compare.ts";
import {
  compareByExpiry,
  addExpiryStatus,
  type CheckedItem,
  type ItemWithStatus,
} from "../../lib/renewals/expiry-status.ts";
import { findCurrentItem, gatherItems } from "../../lib/renewals/sources.ts";
import { createExpiryClock } from "../kit/items/tenant-items.ts";

async function addFolder(
  tools: Tools,
  tenant: ChosenTenant<"renewals">,
  folder: string,
  { sharedFields, key, csr }: Pick<NewItemOptions, "key" | "csr"> & { readonly sharedFields: RenewalChange },
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
    const { evidence, ...expiring } = file;
    if (evidence === undefined) {
      refused += 1;
      await report(file);
      continue;
    }
    const next = { expiring: expiring as Renewable["expiring"], evidence };
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
  await terminal.list(listColumns(terminal, ITEM_COLUMNS, DEFAULT_ITEM_COLUMNS), added);
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

export default defineCommand({
  summary: text("record a renewal item", "年次更新・期限の項目を登録する"),
  details: text(
    "With --file, the expiry date is read from the certificate, token or profile, and --kind may be omitted. An item can also be recorded without a date; every check then reports it as unknown.",
    "--file を指定すると期限をファイルから読み取り、--kind は省略できます。期限なしでも登録できますが、確認のたびに「期限不明」と報告されます。",
  ),
  args: {
    name: defineOption(
      "string",
      "NAME|FOLDER",
      "name of the item, or a folder, to record all files in it",
      "項目の名前か、まとめて登録するフォルダー",
      { names: "files", required: true },
    ),
  },
  options: NEW_ITEM_OPTIONS,
  excludes: [["expires", "file", "lastLogin"]],
  examples: [
    { line: "clomoctl renewals add 本社 --file push.pem --owner it@example.jp --account push@example.jp" },
    {
      line: "clomoctl renewals add 第一所有者 --kind android-owner --last-login 2026-04-01 --phone-holder 情報システム部の金庫",
    },
    { line: "clomoctl renewals add example.jp --kind custom --expires 2027-03-31 --notes ドメイン" },
    {
      line: "clomoctl renewals add certificates/ --owner it@example.jp",
      about: text("record all files in a folder", "フォルダー内のファイルをまとめて登録"),
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked", "partial"],
  shows: ITEM_COLUMNS,
  async run(tools, { name, file, key, csr, lastLogin, ...options }) {
    const tenant = await tools.tenant("renewals");
    const timezone = resolveTimezone(tools, tenant);
    await requireFreeTextConfirmation(tools, RECORDED_FIELDS, {
      ...options,
      name: options.kind === undefined && file === undefined ? undefined : name,
    });
    const sharedFields = readItemOptions(options, timezone);
    const { kind } = options;
    if (kind === undefined && file === undefined) {
      if (!name.endsWith("/") && !(await isFolder(resolve(tools.workingFolder, name))))
        throw new Failure("usage", {
          what: text("no such folder, and the kind is missing", "フォルダーがなく、種類の指定もありません"),
          where: name,
          hint: text("use --kind KIND or --file FILE", "--kind か --file を指定してください"),
        });
      return addFolder(tools, tenant, name, { key, csr, sharedFields });
    }
    const read = file === undefined ? undefined : await readRenewable(tools, { file, kind, key });
    const item: NewRenewalItem = {
      ...(read === undefined ? {} : toItemFields(read.expiring, read.path)),
      ...(lastLogin === undefined ? {} : readLogin(lastLogin, kind, { now: tools.clock.now(), timezone })),
      ...sharedFields,
      kind: kind ?? read?.expiring.kind ?? "custom",
      name,
    };
    const added = await tenant.client.renewals.add(item);
    if (added.expiresAt === null) {
      await tools.terminal.warn(
        text("no expiry date: to set one, use `renewals edit`", "期限が登録されていません。登録するには renewals edit"),
      );
    }
    await showItem(tools, tenant, added);
    await warnOfSharedFiles(tools, tenant.context, [added]);
  },
});

function readLogin(
  date: TypedDate,
  kind: RenewalKind | undefined,
  asOf: { readonly now: Date; readonly timezone: string },
): Pick<NewRenewalItem, "expiresAt" | "certainty"> {
  if (kind === "android-owner")
    return {
      expiresAt: addOneYear(resolvePastInstant(date, { ...asOf, where: "--last-login" })),
      certainty: "estimated",
    };
  throw new Failure("usage", {
    what: text("--last-login requires the kind android-owner", "--last-login には種類 android-owner が必要です"),
  });
}
