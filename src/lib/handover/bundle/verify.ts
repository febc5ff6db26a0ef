import { createHash } from "node:crypto";
import { Failure } from "../../errors/index.ts";
import { shortenText, text } from "../../text/index.ts";
import { INVALID_HASH_LIST } from "./unpack.ts";
import {
  MANIFEST_FILE,
  MAX_BUNDLE_FILES,
  parseHashes,
  renderHashes,
  HASHES_FILE,
  OTHER_COPY_HINT,
} from "./contents.ts";
import { parseManifest, type Manifest } from "./manifest.ts";
import { findHashListMismatches, type BundleFault, type BundleFiles } from "./read.ts";

export interface BundleVerification {
  readonly manifest: Manifest | undefined;
  readonly hashes: ReadonlyMap<string, string>;
  /** SHA-256 of `SHA256SUMS`; null if this file is missing or invalid */
  readonly fingerprint: string | null;
  readonly faults: readonly BundleFault[];
}

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** @throws `input-rejected` if a file disappears or becomes unreadable */
export async function verifyBundle(found: BundleFiles, options: VerifyOptions): Promise<BundleVerification> {
  const faults = [...found.faults];
  const content = await collectFault(HASHES_FILE, faults, () => found.text(HASHES_FILE));
  const sums = content === undefined ? undefined : parseHashes(content);
  const isList = sums !== undefined && sums.length <= MAX_BUNDLE_FILES;
  if (content !== undefined && !isList) faults.push({ file: HASHES_FILE, what: INVALID_HASH_LIST });
  faults.push(...(isList ? findHashListMismatches(found.files, sums) : []));
  const manifest = await collectFault(MANIFEST_FILE, faults, async () =>
    parseManifest(await found.text(MANIFEST_FILE), MANIFEST_FILE),
  );
  const hashes = new Map<string, string>();
  for (const { path } of found.files) if (path !== HASHES_FILE) hashes.set(path, await hashFile(found, path, options));
  const listed = isList ? sums : [];
  for (const { path, sha256 } of listed)
    if (hashes.has(path) && hashes.get(path) !== sha256) faults.push({ file: path, what: CHANGED_CONTENT });
  return {
    manifest,
    hashes,
    fingerprint: isList ? createHash("sha256").update(renderHashes(listed)).digest("hex") : null,
    faults,
  };
}

/** Later reads check the verified hashes. @throws `input-rejected` for the first fault */
export async function requireMatchingHashes(found: BundleFiles, options: VerifyOptions): Promise<void> {
  const { faults, hashes } = await verifyBundle(found, options);
  throwFirstFault(found.name, faults);
  found.setVerifiedHashes(hashes);
}

export function throwFirstFault(name: string, [fault, ...others]: readonly BundleFault[]): void {
  if (fault === undefined) return;
  const { file, what, hint = OTHER_COPY_HINT } = fault;
  const more = others.length;
  throw new Failure("input-rejected", {
    what: more === 0 ? what : text(`${what.en} (and ${more} more)`, `${what.ja}(ほか ${more} 件)`),
    where: `${name}: ${shortenText(file)}`,
    hint,
  });
}

/** Returns undefined and adds a fault if the work rejects a file. */
async function collectFault<T>(file: string, faults: BundleFault[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
    faults.push({ file, what: error.what, hint: error.hint });
    return undefined;
  }
}

async function hashFile(found: BundleFiles, path: string, { signal, onProgress }: VerifyOptions): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of found.read(path)) {
    signal?.throwIfAborted();
    hash.update(chunk);
    onProgress?.(chunk.length);
  }
  return hash.digest("hex");
}

const CHANGED_CONTENT = text(
  "the content differs from what was exported (SHA-256 mismatch)",
  "内容が書き出したときと異なります(SHA-256 が一致しません)",
);
