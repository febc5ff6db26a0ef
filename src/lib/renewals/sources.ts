import { isAbsolute, basename } from "node:path";
import { findPemBlocks } from "../apple/encoding.ts";
import type { ReadOptions, RenewableReadResult } from "../apple/index.ts";
import { Failure } from "../errors/index.ts";
import { MAX_RENEWAL_FILE_BYTES, type ExpiringItem, type RenewalItem } from "../nouns/renewal.ts";
import { text, type Text } from "../text/index.ts";
import { dayOf } from "../model/time.ts";
import { isNewerFile, type CurrentItem } from "./compare.ts";
import type { CheckItem, DatedItem } from "./expiry-status.ts";
import { readSmallFile, scanFiles, type ScannedFile } from "../files/index.ts";

export const createUnreadableItem = (where: string, remark: Text): CheckItem => ({
  kind: null,
  name: where,
  organisation: null,
  expiresAt: null,
  certainty: null,
  fingerprint: null,
  topic: null,
  source: where,
  remark,
});

export const NOTHING_RECORDED = text("no date is recorded", "期限が 1 件も登録されていません");

const NO_ITEMS_FOUND = text("nothing in this folder expires", "このフォルダーに期限のあるファイルはありません");

/** Also matches tokens with a changed extension, and unfinished downloads. */
const EXPECTED_FILE_NAME_PATTERN =
  /\.(?:pem|cer|crt|cert|der|p7[bcm]|vpptoken|mobileprovision|provisionprofile|p12|pfx|jks|key|(?:p7m|vpptoken)\.(?:txt|crdownload|part|download))$/i;

export async function* gatherItems(
  where: string,
  workingFolder: string,
  openers: ReadOptions = {},
): AsyncGenerator<CheckItem> {
  let found = 0;
  for await (const scanned of scanFiles(where, workingFolder, {
    expected: EXPECTED_FILE_NAME_PATTERN,
    maxBytes: MAX_RENEWAL_FILE_BYTES,
  })) {
    for (const gathered of await gatherScannedItems(scanned, openers)) {
      yield gathered;
      found += 1;
    }
  }
  if (found === 0) yield createUnreadableItem(where, NO_ITEMS_FOUND);
}

export async function gatherScannedItems(scanned: ScannedFile, options?: ReadOptions): Promise<readonly CheckItem[]> {
  const { where } = scanned;
  if ("reason" in scanned) return [createUnreadableItem(where, scanned.reason)];
  if (!scanned.named && hasOnlyKeysOrRequests(scanned.name, scanned.bytes)) return [];
  const { renewables, broken } = await readSourceContent(scanned.name, scanned.bytes, options);
  return [
    ...renewables.map(({ expiring, evidence }) => ({ ...expiring, evidence, source: where, remark: null })),
    ...broken.map((reason) => createUnreadableItem(where, reason)),
  ];
}

/** Keys and requests do not expire, but are often stored with certificates. */
function hasOnlyKeysOrRequests(name: string, bytes: Uint8Array): boolean {
  const labels = [...findPemBlocks(Buffer.from(bytes).toString("latin1"))].map(({ label }) => label);
  if (labels.length === 0) return /\.key$/i.test(name);
  return labels.every((label) => /(?:PRIVATE KEY|PUBLIC KEY|PARAMETERS|CERTIFICATE REQUEST)$/.test(label));
}

async function readSourceContent(name: string, bytes: Uint8Array, options?: ReadOptions): Promise<RenewableReadResult> {
  const { readRenewablesAndErrors } = await import("../apple/index.ts");
  try {
    return await readRenewablesAndErrors({ name, bytes }, options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { renewables: [], broken: [error.what] };
  }
}

export interface SourceOptions {
  /** true if this machine recorded the item, so that the source path is valid */
  readonly lookAtSource: boolean;
  readonly timezone: string;
}

/** Uses the recorded date if the source file no longer exists. */
export async function applySourceDate(
  item: RenewalItem,
  { lookAtSource, timezone }: SourceOptions,
): Promise<DatedItem> {
  const { expiresAt, source } = item;
  const remark = expiresAt === null ? text("no expiry date is recorded", "期限が登録されていません") : null;
  const recorded = { ...item, remark };
  if (!lookAtSource || source === null || !isAbsolute(source)) return recorded;
  const file = await readSmallFile(source, MAX_RENEWAL_FILE_BYTES).catch(() => undefined);
  if (file === undefined) return recorded;
  const { renewables, broken } = await readSourceContent(basename(source), file.bytes);
  const now = findCounterpart(item, renewables);
  if (now !== undefined) return { ...applyFileDate(recorded, now, timezone), validFrom: now.validFrom };
  const [reason] = broken;
  return reason === undefined ? recorded : { ...recorded, remark: remark ?? describeBrokenSource(source, reason) };
}

function findCounterpart(item: RenewalItem, renewables: RenewableReadResult["renewables"]): ExpiringItem | undefined {
  const inFile = renewables.map(({ expiring }) => expiring);
  const itself = inFile.find(({ fingerprint }) => fingerprint === item.fingerprint);
  const ofKind = inFile.filter(({ kind }) => kind === item.kind);
  return itself ?? (ofKind.length === 1 ? ofKind[0] : undefined);
}

/** Uses the date of a certificate file, because certbot replaces the file. For other kinds, the earlier date counts. */
function applyFileDate(recorded: DatedItem, now: ExpiringItem, timezone: string): DatedItem {
  const { kind, expiresAt, certainty, fingerprint, source } = recorded;
  // the date has the format of recorded dates, because sent reminders are found by this text
  const dated = { ...recorded, expiresAt: new Date(now.expiresAt).toISOString(), certainty: now.certainty };
  const isGuess = now.certainty === "estimated" && certainty === "exact" && now.fingerprint === fingerprint;
  // the recorded date is exact, because the key that decrypts the token was available when it was recorded
  if (isGuess) return recorded;
  if (expiresAt === null || kind === "certificate") return { ...dated, remark: null };
  if (Date.parse(expiresAt) === Date.parse(now.expiresAt)) return recorded;
  const days = [expiresAt, now.expiresAt].map((instant) => dayOf(instant, timezone));
  const [inRecord, inFile] = days[0] === days[1] ? [expiresAt, now.expiresAt] : days;
  const remark = text(
    `the recorded date is ${inRecord}, but the date in ${source} is ${inFile}; the earlier date is used`,
    `登録された期限は ${inRecord}、${source} の期限は ${inFile} です。早い方の期限で判定します`,
  );
  return { ...(isNewerFile(recorded, now) ? dated : recorded), remark };
}

const describeBrokenSource = (source: string, { en, ja }: Text): Text =>
  text(
    `the recorded date is used, because ${source} could not be read: ${en}`,
    `登録された期限で判定します。${source} を読み込めませんでした: ${ja}`,
  );

export async function applySourceDates(
  items: readonly RenewalItem[],
  options: SourceOptions,
): Promise<readonly DatedItem[]> {
  const all: DatedItem[] = [];
  for (const item of items) all.push(await applySourceDate(item, options));
  return all;
}

/** Returns the record if its source file has changed or cannot be read. */
export async function findCurrentItem(item: RenewalItem, openers?: ReadOptions): Promise<CurrentItem> {
  const { source, fingerprint, kind } = item;
  const file = source === null ? undefined : await readSmallFile(source, MAX_RENEWAL_FILE_BYTES).catch(() => undefined);
  if (source === null || file === undefined) return { expiring: item };
  const { renewables, broken } = await readSourceContent(basename(source), file.bytes, openers);
  const same = renewables.find(({ expiring }) => expiring.fingerprint === fingerprint);
  return same === undefined || broken.length > 0
    ? { expiring: item }
    : { ...same, expiring: { ...same.expiring, kind } };
}
