import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { Failure } from "../../errors/index.ts";
import { counted, text, type Text } from "../../text/index.ts";
import { MANIFEST, MAX_FILES, parseSums, resourceAt, SUMS, sumsText, type FileHash } from "../bundle/contents.ts";
import { blocksOf } from "../bundle/lines.ts";
import { attachedTo, parseManifest, type Manifest, type ManifestResource } from "../bundle/manifest.ts";
import { notListed, type BundleFiles, type BundleFault } from "../bundle/read.ts";
import { pathOfAttached } from "../not-known.ts";
import { CONSOLE_FILES, pathOfResource, RESOURCE_NAMES, resourceOf } from "../resources.ts";
import { RecordCheck } from "./records.ts";
import { RowCount } from "./rows.ts";

/** What a verification found. */
export interface BundleVerification {
  /** undefined where it cannot be read */
  readonly manifest: Manifest | undefined;
  readonly files: number;
  readonly bytes: number;
  /** records that were read; 0 of hashes alone */
  readonly records: number;
  /** the SHA-256 of each file that was read, by path */
  readonly hashes: ReadonlyMap<string, string>;
  /** the SHA-256 of `SHA256SUMS`; null where there is none that can be read */
  readonly fingerprint: string | null;
  /** the first ones */
  readonly faults: readonly BundleFault[];
  /** how many there are in all */
  readonly faultCount: number;
}

/** How a bundle is verified. */
export interface VerifyOptions {
  /** leaves out what the records say */
  readonly hashesOnly: boolean;
  readonly signal?: AbortSignal | undefined;
  /** told of bytes that were read */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Faults that are kept; more are counted. */
const MAX_FAULTS = 1000;

/** Gathers faults, as many as people read. */
class Faults {
  readonly kept: BundleFault[] = [];
  count = 0;

  readonly add = (fault: BundleFault): void => {
    this.count += 1;
    if (this.kept.length < MAX_FAULTS) this.kept.push(fault);
  };
}

/**
 * Verifies a bundle: its list of files and hashes to the byte, the manifest, and of records each line, the order of
 * their ids and that what they name is there. It goes on after a fault.
 *
 * @throws Failure `input-rejected` where a file can no longer be read
 */
export async function verifyBundle(found: BundleFiles, options: VerifyOptions): Promise<BundleVerification> {
  const faults = new Faults();
  for (const fault of found.faults) faults.add(fault);
  const sums = await sumsIn(found, faults);
  const manifest = await manifestIn(found, faults);
  const check = options.hashesOnly || manifest === undefined ? undefined : new RecordCheck(manifest, faults.add);
  const hashes = new Map<string, string>();
  const rows = new Map<string, RowCount>();
  if (check !== undefined) for (const { path } of CONSOLE_FILES) rows.set(path, new RowCount(manifest?.newline));
  const inOrder = found.files.filter(({ path }) => path !== SUMS).toSorted(byResource);
  for (const { path } of inOrder)
    hashes.set(path, await hashOf(found, path, { ...options, check, rows: rows.get(path) }));
  compareSums(hashes, sums, faults);
  if (manifest !== undefined) compareManifest(manifest, found.files, { hashes, check, add: faults.add });
  if (manifest !== undefined && check !== undefined) compareRows(manifest, { hashes, rows, check }, faults);
  return {
    manifest,
    hashes,
    fingerprint: sums === undefined ? null : createHash("sha256").update(sumsText(sums)).digest("hex"),
    files: found.files.length,
    bytes: found.files.reduce((sum, { bytes }) => sum + bytes, 0),
    records: check?.records ?? 0,
    faults: faults.kept,
    faultCount: faults.count,
  };
}

/**
 * Compares the hashes of a bundle's files, and no more; what is read of it from then on is held to them.
 *
 * @throws Failure `input-rejected` for the first one that differs
 */
export async function requireSound(found: BundleFiles, options: Omit<VerifyOptions, "hashesOnly">): Promise<void> {
  const { faults, hashes } = await verifyBundle(found, { ...options, hashesOnly: true });
  const [fault] = faults;
  if (fault !== undefined) throw unsound(found.name, fault);
  found.hold(hashes);
}

const OTHER_COPY = text(
  "this bundle is not as it was exported: take another copy, or export it again",
  "書き出したままの引き継ぎデータではありません。別のコピーを使うか、もう一度書き出してください",
);

/** The failure of a bundle that is not as it was exported, by its first fault. @param more how many others there are */
export const unsound = (name: string, { file, line, what, hint }: BundleFault, more = 0): Failure =>
  new Failure("input-rejected", {
    what: more === 0 ? what : text(`${what.en}; ${more} more`, `${what.ja}。ほか ${more} 件`),
    where: `${name}: ${file}${line === undefined ? "" : `:${line}`}`,
    hint: hint ?? OTHER_COPY,
  });

type BundleEntry = BundleFiles["files"][number];

/** Resources in their order, as what they name comes first; all other files before them. */
const byResource = (one: BundleEntry, other: BundleEntry): number => placeOf(one.path) - placeOf(other.path);

const placeOf = (path: string): number => {
  const resource = resourceAt(path);
  return resource === undefined ? -1 : RESOURCE_NAMES.indexOf(resource);
};

async function sumsIn(found: BundleFiles, faults: Faults): Promise<readonly FileHash[] | undefined> {
  const content = await textIn(found, SUMS, faults);
  const sums = content === undefined ? undefined : parseSums(content);
  if (content !== undefined && (sums === undefined || sums.length > MAX_FILES)) {
    faults.add({ file: SUMS, what: NO_SUMS });
    return undefined;
  }
  if (sums !== undefined) for (const fault of notListed(found.files, sums)) faults.add(fault);
  return sums;
}

const NO_SUMS = text(
  "not, byte for byte, the hashes as an export writes them",
  "書き出したままのハッシュ一覧ではありません",
);

async function manifestIn(found: BundleFiles, faults: Faults): Promise<Manifest | undefined> {
  const content = await textIn(found, MANIFEST, faults);
  if (content === undefined) return undefined;
  try {
    return parseManifest(content, MANIFEST);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    faults.add({ file: MANIFEST, what: error.what, hint: error.hint });
    return undefined;
  }
}

async function textIn(found: BundleFiles, path: string, faults: Faults): Promise<string | undefined> {
  try {
    return await found.text(path);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
    faults.add({ file: path, what: error.what });
    return undefined;
  }
}

/** What is done with the bytes of a file besides. */
interface HashOptions extends VerifyOptions {
  readonly check: RecordCheck | undefined;
  /** of a file of the console's */
  readonly rows: RowCount | undefined;
}

/** The hash of a file; its records are checked on the way, or its rows counted. */
async function hashOf(
  found: BundleFiles,
  path: string,
  { check, rows, signal, onProgress }: HashOptions,
): Promise<string> {
  const hash = createHash("sha256");
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of found.read(path, { reuse: true })) {
      signal?.throwIfAborted();
      hash.update(chunk);
      rows?.take(chunk);
      onProgress?.(chunk.length);
      yield chunk;
    }
  }
  const resource = resourceAt(path);
  if (check === undefined || resource === undefined) {
    for await (const _ of hashed());
  } else {
    const file = check.file(resource);
    for await (const block of blocksOf(hashed(), `${found.name}: ${path}`)) file.take(block, isUtf8(block));
    file.end();
  }
  return hash.digest("hex");
}

function compareSums(hashes: ReadonlyMap<string, string>, sums: readonly FileHash[] | undefined, faults: Faults): void {
  for (const { path, sha256 } of sums ?? []) {
    const own = hashes.get(path);
    if (own !== undefined && own !== sha256) faults.add({ file: path, what: OTHER_CONTENT });
  }
  // what is left to differ is the list itself
  const whole = sumsText([...hashes].map(([path, sha256]) => ({ path, sha256 })));
  if (sums !== undefined && faults.count === 0 && sumsText(sums) !== whole) faults.add({ file: SUMS, what: NO_SUMS });
}

const OTHER_CONTENT = text(
  "the content is not what was exported (SHA-256 differs)",
  "内容が書き出したときと異なります(SHA-256 が一致しません)",
);

function compareManifest(
  manifest: Manifest,
  files: BundleFiles["files"],
  {
    hashes,
    check,
    add,
  }: {
    readonly hashes: ReadonlyMap<string, string>;
    readonly check: RecordCheck | undefined;
    readonly add: Faults["add"];
  },
): void {
  const wrong = (member: string): void => add({ file: MANIFEST, what: notSo(member) });
  const attached = attachedTo(manifest);
  const listed = new Set([MANIFEST, ...[...manifest.files, ...attached].map(({ path }) => path)]);
  if (listed.size !== manifest.files.length + attached.length + 1) wrong("files");
  for (const { path } of manifest.files)
    if (resourceAt(path) !== undefined || !hashes.has(path)) wrong(`files: ${path}`);
  for (const { name, files: own } of manifest.notKnownHere) {
    for (const { path, bytes, sha256 } of own) {
      const size = files.find((file) => file.path === path)?.bytes;
      const isIts = path.startsWith(pathOfAttached(name, ""));
      if (!isIts || size !== bytes || hashes.get(path) !== sha256) wrong(`notKnownHere: ${path}`);
    }
  }
  for (const entry of manifest.resources) {
    const path = pathOfResource(entry.name);
    listed.add(path);
    if ((hashes.get(path) ?? null) !== entry.sha256) wrong(`${entry.name}: sha256`);
    if (!isLikely(entry)) wrong(`${entry.name}: state`);
    const records = check?.recordsOf(entry.name);
    if (records !== undefined && entry.sha256 !== null && records !== entry.records) wrong(`${entry.name}: records`);
  }
  for (const path of hashes.keys()) if (!listed.has(path)) add({ file: path, what: UNTOLD });
  const { lastUpdatedAt } = manifest;
  if (check !== undefined && check.lastUpdatedAt > (lastUpdatedAt ?? "")) wrong("lastUpdatedAt");
}

/** The console's files have a row for each record that belongs in them. */
function compareRows(
  { files }: Manifest,
  {
    hashes,
    rows,
    check,
  }: {
    readonly hashes: ReadonlyMap<string, string>;
    readonly rows: ReadonlyMap<string, RowCount>;
    readonly check: RecordCheck;
  },
  { add }: Faults,
): void {
  for (const { path, records: told } of files) {
    const found = rows.get(path)?.records;
    // one that is missing was told
    if (found === undefined || !hashes.has(path)) continue;
    if (found !== told) add({ file: MANIFEST, what: notSo(`files: ${path}: records`) });
    const records = check.rowsOf(path);
    if (records !== undefined && found !== records) add({ file: path, what: otherRows(found, records) });
  }
}

const otherRows = (rows: number, records: number): Text =>
  text(
    `the records have ${counted(records, "row")} in this file, which has ${rows}`,
    `このファイルは ${rows} 行ですが、対応する記録は ${records} 件です`,
  );

const UNTOLD = text("the manifest does not tell of this file", "マニフェストに記載のないファイルです");

const notSo = (member: string): Text =>
  text(`the manifest says otherwise than the files: ${member}`, `マニフェストの ${member} がファイルと一致しません`);

/** Whether count, hash and reasons go with the state. */
function isLikely({ name, state, records, sha256, stays }: ManifestResource): boolean {
  if (stays !== (resourceOf(name).stays ?? null)) return false;
  if (state === "exported") return records > 0 && sha256 !== null;
  return records === 0 && (state === "empty" || sha256 === null);
}
