import { isAbsolute, basename, resolve } from "node:path";
import { line } from "../advice/index.ts";
import { pemBlocks } from "../apple/encoding/pem.ts";
import type { ReadOptions, Renewable } from "../apple/index.ts";
import { Failure } from "../errors/index.ts";
import { MAX_BYTES, type ExpiringItem, type RenewalItem } from "../model/renewal.ts";
import { joined, text, type Text } from "../text/index.ts";
import { dayOf } from "../model/time.ts";
import type { CheckItem, DatedItem } from "./judge.ts";
import { downloadRemark, isUploaded } from "./download.ts";
import { NeighbourKeys } from "./read/keys.ts";
import { lineageOf } from "./succession.ts";
import { readShort, scan, type ScannedFile } from "../files/index.ts";

/** A place where nothing could be read. */
export const unreadItem = (where: string, remark: Text): CheckItem => ({
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

const NOTHING = text("nothing that expires was found in this folder", "このフォルダーに期限のあるものが見つかりません");

/** Names of what may hold a certificate, a token or a key; also of a token that a program renamed, or is still downloading. */
const EXPECTED =
  /\.(?:pem|cer|crt|cert|der|p7[bcm]|vpptoken|mobileprovision|provisionprofile|p12|pfx|jks|key|(?:p7m|vpptoken)\.(?:txt|crdownload|part|download))$/i;

/** What opens files, and which are left out. */
export interface GatherOptions extends ReadOptions {
  /** patterns of names or paths in a folder */
  readonly exclude?: readonly string[] | undefined;
}

/**
 * What expires in a named file or folder; a broken file yields an unreadable item and does not stop the search.
 *
 * @param workingFolder absolute; relative names start from it
 * @param options what opens files; in folders, keys beside a server token are tried too
 */
export async function* gatherFiles(
  where: string,
  workingFolder: string,
  { keys = [], passwords, exclude }: GatherOptions = {},
): AsyncGenerator<CheckItem> {
  const beside = new NeighbourKeys();
  let found = 0;
  for await (const scanned of scan(where, workingFolder, { expected: EXPECTED, mostBytes: MAX_BYTES, exclude })) {
    const neighbourKeys = isFoundToken(scanned) ? await beside.of(resolve(workingFolder, scanned.where)) : [];
    for (const gathered of await gatherScanned(scanned, { keys: [...keys, ...neighbourKeys], passwords })) {
      yield gathered;
      found += 1;
    }
  }
  if (found === 0) yield unreadItem(where, NOTHING);
}

const isFoundToken = (scanned: ScannedFile): boolean =>
  "bytes" in scanned && !scanned.named && /\.p7m$/i.test(scanned.name);

/** What expires in bytes that came by stdin, or were read by {@link scan}. */
export async function gatherScanned(scanned: ScannedFile, options?: ReadOptions): Promise<readonly CheckItem[]> {
  const { where } = scanned;
  if ("reason" in scanned) return [unreadItem(where, scanned.reason)];
  if (!scanned.named && isKeyAlone(scanned.name, scanned.bytes)) return [];
  const { renewables, broken } = await read(scanned.name, scanned.bytes, options);
  return [
    ...renewables.map((one) => ({ ...one.expiring, lineage: lineageOf(one), source: where, remark: null })),
    ...broken.map((reason) => unreadItem(where, reason)),
  ];
}

/** Keys and signing requests are found beside certificates and do not expire. */
function isKeyAlone(name: string, bytes: Uint8Array): boolean {
  const labels = [...pemBlocks(Buffer.from(bytes).toString("latin1"))].map(({ label }) => label);
  if (labels.length === 0) return /\.key$/i.test(name);
  return labels.every((label) => /(?:PRIVATE KEY|PUBLIC KEY|PARAMETERS|CERTIFICATE REQUEST)$/.test(label));
}

/** What a file holds, and what in it could not be read, or why nothing could. */
interface SourceContent {
  readonly renewables: readonly Renewable[];
  readonly broken: readonly Text[];
  /** it was read once, with a password that nobody kept */
  readonly locked?: boolean;
}

async function read(name: string, bytes: Uint8Array, options?: ReadOptions): Promise<SourceContent> {
  const { KEY_STORE_LOCKED, readRenewablesPartly } = await import("../apple/index.ts");
  try {
    return readRenewablesPartly({ name, bytes }, options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { renewables: [], broken: [error.what], locked: error.what === KEY_STORE_LOCKED };
  }
}

/** How the file is looked at that a recorded thing was read from. */
export interface SourceOptions {
  /** the record was made on this machine, so that its source is a file of this machine */
  readonly lookAtSource: boolean;
  /** an IANA name; remarks tell days in it */
  readonly timezone: string;
}

/**
 * A recorded thing, with the date of the file it was read from where that is on this machine: the earlier of the two
 * counts. The file may be gone; then the record alone counts.
 */
export async function gatherRecorded(item: RenewalItem, { lookAtSource, timezone }: SourceOptions): Promise<DatedItem> {
  const { expiresAt, source } = item;
  const undated = expiresAt === null ? text("no date is recorded", "期限が記録されていません") : null;
  const remark = undated ?? downloadRemark(item, timezone) ?? null;
  const recorded = { ...item, remark };
  if (!lookAtSource || source === null || !isAbsolute(source)) return recorded;
  const file = await readShort(source, MAX_BYTES).catch(() => undefined);
  if (file === undefined) return recorded;
  const { renewables, broken, locked = false } = await read(basename(source), file.bytes);
  const now = counterpart(
    item,
    renewables.map(({ expiring }) => expiring),
  );
  if (now !== undefined) return { ...earlier(recorded, now, timezone), validFrom: now.validFrom };
  const [reason] = broken;
  return reason === undefined || locked ? recorded : { ...recorded, remark: remark ?? sourceBroken(source, reason) };
}

/** Whether the file that a recorded thing was read from is on this machine, and can be read. @param source as recorded */
export const isSourceHere = async (source: string): Promise<boolean> =>
  isAbsolute(source) && (await readShort(source, MAX_BYTES).catch(() => undefined)) !== undefined;

/** The same certificate or token, else the one of its kind that is in its place now. */
function counterpart(item: RenewalItem, inFile: readonly ExpiringItem[]): ExpiringItem | undefined {
  const itself = inFile.find(({ fingerprint }) => fingerprint === item.fingerprint);
  const ofKind = inFile.filter(({ kind }) => kind === item.kind);
  return itself ?? (ofKind.length === 1 ? ofKind[0] : undefined);
}

function earlier(recorded: DatedItem, now: ExpiringItem, timezone: string): DatedItem {
  const { kind, name, expiresAt, certainty, fingerprint, source } = recorded;
  const isGuess = now.certainty === "estimated" && certainty === "exact" && now.fingerprint === fingerprint;
  // the record was made with the key that opens the token
  if (isGuess) return recorded;
  if (expiresAt === null) return { ...recorded, expiresAt: now.expiresAt, certainty: now.certainty, remark: null };
  if (Date.parse(expiresAt) === Date.parse(now.expiresAt)) return recorded;
  const days = [expiresAt, now.expiresAt].map((instant) => dayOf(instant, timezone));
  const [inRecord, inFile] = days[0] === days[1] ? [expiresAt, now.expiresAt] : days;
  const fileIsEarlier = Date.parse(now.expiresAt) < Date.parse(expiresAt);
  const confirm = line("renewals confirm", [name], { consoleShows: dayOf(expiresAt, timezone) });
  const [en, ja] =
    fileIsEarlier && certainty === "typed" && isUploaded(kind)
      ? [`. If the console shows ${inRecord}: ${confirm}`, `。管理画面の期限が ${inRecord} なら: ${confirm}`]
      : ["", ""];
  const remark = text(
    `recorded as ${inRecord}, but ${source} has ${inFile}; using the earlier date${en}`,
    `記録では ${inRecord}、${source} では ${inFile} です。早い方で判定します${ja}`,
  );
  return {
    ...recorded,
    ...(fileIsEarlier ? { expiresAt: now.expiresAt, certainty: now.certainty } : {}),
    remark: joined([recorded.remark ?? [], remark].flat(), text("; ", "。")),
  };
}

const sourceBroken = (source: string, { en, ja }: Text): Text =>
  text(`using the recorded date; ${source}: ${en}`, `記録で判定します。${source}: ${ja}`);

/**
 * Recorded things as everything judges them: with the earlier of the recorded date and that of the file it was read
 * from.
 *
 * @param options as of {@link gatherRecorded}
 */
export async function withSourceDates(
  items: readonly RenewalItem[],
  options: SourceOptions,
): Promise<readonly DatedItem[]> {
  const all: DatedItem[] = [];
  for (const item of items) {
    const dated = await gatherRecorded(item, options);
    const { expiresAt } = dated;
    // a file's date in the form of records, as items are ordered and notices kept by it
    const isRecorded = expiresAt === null || expiresAt === item.expiresAt;
    all.push(isRecorded ? dated : { ...dated, expiresAt: new Date(expiresAt).toISOString() });
  }
  return all;
}
