import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import {
  MANIFEST_FILE,
  MAX_BUNDLE_FILES,
  parseSums,
  findResourceByPath,
  SUMS_FILE,
  renderSums,
  type FileHash,
} from "../bundle/contents.ts";
import { splitIntoLineBlocks } from "../bundle/line-blocks.ts";
import { parseManifest, type Manifest } from "../bundle/manifest.ts";
import { findListMismatches, type BundleFiles, type BundleFault } from "../bundle/read.ts";
import { pathOfResource } from "../resources.ts";
import { RecordCheck } from "./records.ts";

export interface BundleVerification {
  /** undefined if the manifest cannot be read */
  readonly manifest: Manifest | undefined;
  readonly files: number;
  readonly bytes: number;
  /** number of records read; 0 if only the hashes are verified */
  readonly records: number;
  /** the SHA-256 of each file that was read, by path */
  readonly hashes: ReadonlyMap<string, string>;
  /** the SHA-256 of `SHA256SUMS`; null if that list is missing or invalid */
  readonly fingerprint: string | null;
  /** the first faults, at most {@link MAX_KEPT_FAULTS} */
  readonly faults: readonly BundleFault[];
  readonly faultCount: number;
}

export interface VerifyOptions {
  /** true to skip the checks of the records */
  readonly hashesOnly: boolean;
  readonly signal?: AbortSignal | undefined;
  /** called with the number of bytes just read */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Maximum number of faults that are kept. Further faults are only counted. */
const MAX_KEPT_FAULTS = 1000;

/** Collects faults: keeps the first {@link MAX_KEPT_FAULTS} and counts all. */
class FaultCollector {
  readonly kept: BundleFault[] = [];
  count = 0;

  readonly add = (fault: BundleFault): void => {
    this.count += 1;
    if (this.kept.length < MAX_KEPT_FAULTS) this.kept.push(fault);
  };
}

/**
 * Verifies a bundle: the list of files and the hashes byte for byte, the manifest, and each line of the records,
 * including the order of their ids. Verification continues after a fault.
 *
 * @throws Failure `input-rejected` if a file can no longer be read
 */
export async function verifyBundle(found: BundleFiles, options: VerifyOptions): Promise<BundleVerification> {
  const faults = new FaultCollector();
  for (const fault of found.faults) faults.add(fault);
  const sums = await readHashList(found, faults);
  const manifest = await readManifest(found, faults);
  const check = options.hashesOnly || manifest === undefined ? undefined : new RecordCheck(faults.add);
  const hashes = new Map<string, string>();
  for (const { path } of found.files)
    if (path !== SUMS_FILE) hashes.set(path, await hashFile(found, path, { ...options, check }));
  compareSums(hashes, sums, faults);
  if (manifest !== undefined) compareManifest(manifest, { hashes, check, add: faults.add });
  return {
    manifest,
    hashes,
    fingerprint: sums === undefined ? null : createHash("sha256").update(renderSums(sums)).digest("hex"),
    files: found.files.length,
    bytes: found.files.reduce((sum, { bytes }) => sum + bytes, 0),
    records: check?.records ?? 0,
    faults: faults.kept,
    faultCount: faults.count,
  };
}

/**
 * Verifies a bundle without checking its records. From then on, everything that is read from the bundle must match the
 * hashes that this function has computed.
 *
 * @throws Failure `input-rejected` for the first fault
 */
export async function requireMatchingHashes(
  found: BundleFiles,
  options: Omit<VerifyOptions, "hashesOnly">,
): Promise<void> {
  const { faults, hashes } = await verifyBundle(found, { ...options, hashesOnly: true });
  const [fault] = faults;
  if (fault !== undefined) throw createFaultFailure(found.name, fault);
  found.hold(hashes);
}

const USE_ANOTHER_COPY_HINT = text(
  "this bundle differs from what was exported: use another copy, or export it again",
  "書き出したままの引き継ぎデータではありません。別のコピーを使うか、もう一度書き出してください",
);

export const createFaultFailure = (name: string, { file, line, what, hint }: BundleFault, more = 0): Failure =>
  new Failure("input-rejected", {
    what: more === 0 ? what : text(`${what.en} (and ${more} more)`, `${what.ja}(ほか ${more} 件)`),
    where: `${name}: ${file}${line === undefined ? "" : `:${line}`}`,
    hint: hint ?? USE_ANOTHER_COPY_HINT,
  });

async function readHashList(found: BundleFiles, faults: FaultCollector): Promise<readonly FileHash[] | undefined> {
  const content = await readTextFile(found, SUMS_FILE, faults);
  const sums = content === undefined ? undefined : parseSums(content);
  if (content !== undefined && (sums === undefined || sums.length > MAX_BUNDLE_FILES)) {
    faults.add({ file: SUMS_FILE, what: INVALID_HASH_LIST });
    return undefined;
  }
  if (sums !== undefined) for (const fault of findListMismatches(found.files, sums)) faults.add(fault);
  return sums;
}

const INVALID_HASH_LIST = text(
  "not a list of hashes in the format of an exported bundle",
  "書き出した引き継ぎデータのハッシュ一覧の形式ではありません",
);

async function readManifest(found: BundleFiles, faults: FaultCollector): Promise<Manifest | undefined> {
  const content = await readTextFile(found, MANIFEST_FILE, faults);
  if (content === undefined) return undefined;
  try {
    return parseManifest(content, MANIFEST_FILE);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    faults.add({ file: MANIFEST_FILE, what: error.what, hint: error.hint });
    return undefined;
  }
}

async function readTextFile(found: BundleFiles, path: string, faults: FaultCollector): Promise<string | undefined> {
  try {
    return await found.text(path);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
    faults.add({ file: path, what: error.what });
    return undefined;
  }
}

interface HashOptions extends VerifyOptions {
  readonly check: RecordCheck | undefined;
}

async function hashFile(found: BundleFiles, path: string, { check, signal, onProgress }: HashOptions): Promise<string> {
  const hash = createHash("sha256");
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of found.read(path, { reuse: true })) {
      signal?.throwIfAborted();
      hash.update(chunk);
      onProgress?.(chunk.length);
      yield chunk;
    }
  }
  const resource = findResourceByPath(path);
  if (check === undefined || resource === undefined) {
    for await (const _ of hashed());
  } else {
    const file = check.file(resource);
    for await (const block of splitIntoLineBlocks(hashed(), `${found.name}: ${path}`)) file.take(block, isUtf8(block));
    file.end();
  }
  return hash.digest("hex");
}

function compareSums(
  hashes: ReadonlyMap<string, string>,
  sums: readonly FileHash[] | undefined,
  faults: FaultCollector,
): void {
  for (const { path, sha256 } of sums ?? []) {
    const own = hashes.get(path);
    if (own !== undefined && own !== sha256) faults.add({ file: path, what: CHANGED_CONTENT });
  }
  // if there is no fault so far, only the list itself can differ
  const whole = renderSums([...hashes].map(([path, sha256]) => ({ path, sha256 })));
  if (sums !== undefined && faults.count === 0 && renderSums(sums) !== whole)
    faults.add({ file: SUMS_FILE, what: INVALID_HASH_LIST });
}

const CHANGED_CONTENT = text(
  "the content differs from what was exported (SHA-256 mismatch)",
  "内容が書き出したときと異なります(SHA-256 が一致しません)",
);

function compareManifest(
  manifest: Manifest,
  {
    hashes,
    check,
    add,
  }: {
    readonly hashes: ReadonlyMap<string, string>;
    readonly check: RecordCheck | undefined;
    readonly add: FaultCollector["add"];
  },
): void {
  const wrong = (member: string): void => add({ file: MANIFEST_FILE, what: describeManifestMismatch(member) });
  const listed = new Set([MANIFEST_FILE, ...manifest.files.map(({ path }) => path)]);
  if (listed.size !== manifest.files.length + 1) wrong("files");
  for (const { path } of manifest.files)
    if (findResourceByPath(path) !== undefined || !hashes.has(path)) wrong(`files: ${path}`);
  for (const entry of manifest.resources) {
    const path = pathOfResource(entry.name);
    listed.add(path);
    if ((hashes.get(path) ?? null) !== entry.sha256) wrong(`${entry.name}: sha256`);
    const records = check?.recordsOf(entry.name);
    if (records !== undefined && entry.sha256 !== null && records !== entry.records) wrong(`${entry.name}: records`);
  }
  for (const path of hashes.keys()) if (!listed.has(path)) add({ file: path, what: NOT_IN_MANIFEST });
  const { lastUpdatedAt } = manifest;
  if (check !== undefined && check.lastUpdatedAt > (lastUpdatedAt ?? "")) wrong("lastUpdatedAt");
}

const NOT_IN_MANIFEST = text("this file is not listed in the manifest", "マニフェストに記載のないファイルです");

const describeManifestMismatch = (member: string): Text =>
  text(`the manifest does not match the files: ${member}`, `マニフェストの ${member} がファイルと一致しません`);
