import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack, type Header } from "tar-stream";
import { ZipFile } from "yazl";
import {
  GZIP_HEADER,
  buildGzipSeal,
  ZIP_SEAL_BYTES,
  buildZipSeal,
} from "../../../src/lib/handover/bundle/archive/seal.ts";
import { MANIFEST_FILE, SUMS_FILE, renderSums } from "../../../src/lib/handover/bundle/contents.ts";

export const sha256 = (content: Uint8Array | string): Buffer => createHash("sha256").update(content).digest();

/** A file of an archive that a test builds. */
export interface ArchiveFile {
  readonly path: string;
  readonly content?: string | Buffer | undefined;
  readonly header?: Partial<Header> | undefined;
}

/** Returns the file that contains the hashes of these files. It is the second file of an archive. */
export const createSumsFile = (...files: readonly ArchiveFile[]): ArchiveFile => ({
  path: SUMS_FILE,
  content: renderSums(files.map(({ path, content = "" }) => ({ path, sha256: sha256(content).toString("hex") }))),
});

export const MANIFEST: ArchiveFile = { path: MANIFEST_FILE, content: "{}" };
export const CSV_FILE: ArchiveFile = { path: "csv/users.csv", content: "名前\r\n" };

export async function packTar(files: readonly ArchiveFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { path, content = "", header } of files) tar.entry({ name: path, ...header }, content);
  tar.finalize();
  return buffer(tar);
}

/** Seals a tar file as `.tar.gz`, as a skilled forger could. */
export function sealTarGz(tar: Uint8Array): Buffer {
  const packed = gzipSync(tar);
  packed.set(GZIP_HEADER);
  return Buffer.concat([packed, buildGzipSeal(sha256(packed))]);
}

/** Packs files as a `.zip` without a seal. */
export async function packZip(files: readonly ArchiveFile[], options: object = {}): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, content = "" } of files) {
    const given = { mtime: new Date(2026, 10, 20, 12), mode: 0o100600, forceDosTimestamp: true, ...options };
    zip.addReadStream(Readable.from([Buffer.from(content)]), path, given);
  }
  zip.end();
  return buffer(zip.outputStream);
}

export const sealZip = (zip: Buffer): Buffer => {
  const whole = Buffer.from(zip);
  const hash = sha256(whole);
  whole.writeUInt16LE(ZIP_SEAL_BYTES, whole.length - 2);
  return Buffer.concat([whole, buildZipSeal(hash)]);
};

/** Replaces a text in bytes with another text of the same length. */
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
 * Paths that lead out of a bundle or that some systems treat specially. If such a file were written, its name would
 * contain `evil`.
 */
export const HOSTILE_PATHS = [
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

/** Entries of a tar that are not regular files. */
export const SPECIAL_ENTRIES: readonly (readonly [string, Partial<Header>])[] = [
  ["a symbolic link", { type: "symlink", linkname: "/etc/passwd" }],
  ["a hard link", { type: "link", linkname: MANIFEST_FILE }],
  ["a folder", { type: "directory" }],
  ["a pipe", { type: "fifo" }],
  ["a device", { type: "character-device", devmajor: 1, devminor: 3 }],
];

/** Yields sealed archives that an export never writes, each with a description of what is wrong with it. */
export async function* hostileArchives(): AsyncGenerator<readonly [what: string, name: string, content: Buffer]> {
  const both = async function* (what: string, files: readonly ArchiveFile[]) {
    yield [what, "evil.tar.gz", sealTarGz(await packTar(files))] as const;
    yield [what, "evil.zip", sealZip(await packZip(files))] as const;
  };
  for (const path of HOSTILE_PATHS) {
    const evil: ArchiveFile = { path, content: "x" };
    for (const listed of [[], [evil]]) {
      yield [
        `path ${path}`,
        "evil.tar.gz",
        sealTarGz(await packTar([MANIFEST, createSumsFile(MANIFEST, ...listed), evil])),
      ];
      // the zip library rejects such a path, so the zip is written with another path of the same length, which is
      // replaced afterwards
      const named = "x".repeat(Buffer.byteLength(path));
      const zip = await packZip([MANIFEST, createSumsFile(MANIFEST, ...listed), { ...evil, path: named }]);
      yield [`path ${path}`, "evil.zip", sealZip(replaceText(zip, named, Buffer.from(path).toString("latin1")))];
    }
  }
  for (const [what, header] of SPECIAL_ENTRIES) {
    const tar = await packTar([MANIFEST, createSumsFile(MANIFEST, CSV_FILE), { path: CSV_FILE.path, header }]);
    yield [what, "evil.tar.gz", sealTarGz(tar)];
  }
  const link = await packZip([MANIFEST, createSumsFile(MANIFEST, CSV_FILE), CSV_FILE], { mode: 0o120777 });
  yield ["a symbolic link", "evil.zip", sealZip(link)];
  for (const twin of [CSV_FILE.path, "CSV/users.csv", "csv/USERS.CSV", "csv/ｕsers.csv"]) {
    const file: ArchiveFile = { path: twin, content: "x" };
    yield* both(`${twin} and ${CSV_FILE.path}`, [MANIFEST, createSumsFile(MANIFEST, CSV_FILE), CSV_FILE, file]);
    if (twin !== CSV_FILE.path)
      yield* both(`${twin} and ${CSV_FILE.path}, listed`, [
        MANIFEST,
        createSumsFile(MANIFEST, file, CSV_FILE),
        file,
        CSV_FILE,
      ]);
  }
  const ga = ["csv/か\u3099.csv", "csv/が.csv"].map((path): ArchiveFile => ({ path, content: "x" }));
  yield* both("a name in two Unicode forms", [MANIFEST, createSumsFile(MANIFEST, ...ga), ...ga]);
  const big: ArchiveFile = { path: CSV_FILE.path, content: "\0".repeat(80 * 1024 * 1024) };
  yield* both("a bomb by its ratio", [MANIFEST, createSumsFile(MANIFEST, big), big]);
  const many = Array.from({ length: 1003 }, (_, at): ArchiveFile => ({ path: `csv/${at}.csv` }));
  yield* both("a bomb by its count", [MANIFEST, createSumsFile(MANIFEST, ...many), ...many]);
  const wide: ArchiveFile = { path: MANIFEST_FILE, content: " ".repeat(17 * 1024 * 1024) };
  yield* both("a bomb by its manifest", [wide, createSumsFile(wide)]);
}
