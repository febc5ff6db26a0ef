import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import { MANIFEST_FILE, HASHES_FILE, renderHashes } from "../../../src/lib/handover/bundle/contents.ts";

const sha256 = (content: Uint8Array | string): Buffer => createHash("sha256").update(content).digest();

export interface ArchiveFile {
  readonly path: string;
  readonly content?: string | Buffer | undefined;
}

export const buildChecksums = (...files: readonly ArchiveFile[]): ArchiveFile => ({
  path: HASHES_FILE,
  content: renderHashes(files.map(({ path, content = "" }) => ({ path, sha256: sha256(content).toString("hex") }))),
});

export const MANIFEST: ArchiveFile = { path: MANIFEST_FILE, content: "{}" };
export const CSV_FILE: ArchiveFile = { path: "csv/users.csv", content: "名前\r\n" };

export async function packZip(files: readonly ArchiveFile[], options: object = {}): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, content = "" } of files) {
    const given = { mtime: new Date(2026, 10, 20, 12), mode: 0o100600, forceDosTimestamp: true, ...options };
    zip.addReadStream(Readable.from([Buffer.from(content)]), path, given);
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** Replaces a text in bytes by another text of the same length. */
export const replaceText = (
  bytes: Buffer,
  from: string,
  to: string,
  which: "all" | "first" | "last" = "all",
): Buffer => {
  const text = bytes.toString("latin1");
  const at = which === "last" ? text.lastIndexOf(from) : text.indexOf(from);
  const done = which === "all" ? text.replaceAll(from, to) : text.slice(0, at) + to + text.slice(at + from.length);
  return Buffer.from(done, "latin1");
};

/**
 * Paths that lead out of a bundle or that some systems treat specially. A file with such a path would have a name with
 * `evil`.
 */
const HOSTILE_PATHS = [
  "../evil",
  "/evil",
  "C:/evil",
  "a\\..\\evil",
  "a/../../evil",
  ".evil",
  "a/b/c/d/evil",
  "evil\u202Etxt",
  "aux",
] as const;

/** Yields archives that an export never writes, each with a description of the fault. */
export async function* hostileArchives(): AsyncGenerator<readonly [what: string, name: string, content: Buffer]> {
  const packed = async (what: string, files: readonly ArchiveFile[], options: object = {}) =>
    [what, "evil.zip", await packZip(files, options)] as const;
  for (const path of HOSTILE_PATHS) {
    const evil: ArchiveFile = { path, content: "x" };
    for (const listed of [[], [evil]]) {
      // the zip library rejects such paths, so another path of the same length is written first and then replaced
      const named = "x".repeat(Buffer.byteLength(path));
      const zip = await packZip([MANIFEST, buildChecksums(MANIFEST, ...listed), { ...evil, path: named }]);
      yield [`path ${path}`, "evil.zip", replaceText(zip, named, Buffer.from(path).toString("latin1"))];
    }
  }
  yield packed("a symbolic link", [MANIFEST, buildChecksums(MANIFEST, CSV_FILE), CSV_FILE], { mode: 0o120777 });
  for (const twin of [CSV_FILE.path, "CSV/users.csv", "csv/USERS.CSV", "csv/ｕsers.csv"]) {
    const file: ArchiveFile = { path: twin, content: "x" };
    yield packed(`${twin} and ${CSV_FILE.path}`, [MANIFEST, buildChecksums(MANIFEST, CSV_FILE), CSV_FILE, file]);
  }
  const ga = ["csv/か\u3099.csv", "csv/が.csv"].map((path): ArchiveFile => ({ path, content: "x" }));
  yield packed("a name in two Unicode forms", [MANIFEST, buildChecksums(MANIFEST, ...ga), ...ga]);
  const big: ArchiveFile = { path: CSV_FILE.path, content: "\0".repeat(80 * 1024 * 1024) };
  yield packed("a bomb by its ratio", [MANIFEST, buildChecksums(MANIFEST, big), big]);
}
