import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import {
  CSV_FILE,
  MANIFEST,
  replaceText,
  buildChecksums,
  packZip,
  type ArchiveFile,
} from "#support/handover/archives.ts";
import { freshFolder, storageIn, writeBundle } from "#support/handover/bundles.ts";
import { requireMatchingHashes, openBundleFiles, type BundleFiles } from "./read.ts";
import { unpackBundle } from "./unpack.ts";

async function openSound(root: string, name: string): Promise<BundleFiles> {
  const found = await openBundleFiles(name, { workingFolder: root, temporary: storageIn(root) });
  try {
    await requireMatchingHashes(found, {});
    return found;
  } catch (error) {
    await found[Symbol.asyncDispose]();
    throw error;
  }
}

/** The failure of opening what lies at `name` in a folder; nothing is left of it. */
async function refusalOf(root: string, name: string): Promise<Failure> {
  const failure = await openSound(root, name).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(Failure);
  expect(readdirSync(root)).not.toContain("evil");
  const temporary = join(root, "tmp");
  expect(existsSync(temporary) ? readdirSync(temporary) : []).toEqual([]);
  return failure as Failure;
}

async function refused(content: Uint8Array, name: string): Promise<string> {
  const root = freshFolder();
  writeFileSync(join(root, name), content);
  const { code, what, where, hint } = await refusalOf(root, name);
  expect(code).toBe("input-rejected");
  expect(hint).toBeDefined();
  expect(what.ja).not.toBe(what.en);
  return `${where}: ${what.en}`;
}

test("opens a bundle in any packaging, and reads it file by file", async () => {
  const root = freshFolder();
  for (const name of ["a", "a.zip"]) {
    await writeBundle(join(root, name), storageIn(root), { "a.txt": "x" });
    renameSync(join(root, name), join(root, `${name}.other`));
    await using bundle = await openSound(root, `${name}.other`);
    expect(Buffer.concat(await Array.fromAsync(bundle.read("a.txt"))).toString()).toBe("x");
    expect(bundle.files).toContainEqual({ path: "a.txt", bytes: 1 });
  }
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});

const TWICE: ArchiveFile = { path: "CSV/users.csv", content: "" };

test.each<[string, readonly ArchiveFile[], RegExp]>([
  [
    "a file twice",
    [MANIFEST, buildChecksums(MANIFEST, CSV_FILE), CSV_FILE, CSV_FILE],
    /csv\/users\.csv: this file is not listed, occurs twice/,
  ],
  [
    "a file that is not listed",
    [MANIFEST, buildChecksums(MANIFEST), CSV_FILE],
    /csv\/users\.csv: this file is not listed/,
  ],
  ["a file that is missing", [MANIFEST, buildChecksums(MANIFEST, CSV_FILE)], /csv\/users\.csv: the file is missing/],
  [
    "the same name to some systems",
    [MANIFEST, buildChecksums(MANIFEST, TWICE, CSV_FILE), TWICE, CSV_FILE],
    /SHA256SUMS: not in the format of a bundle's list/,
  ],
  ["another order", [buildChecksums(MANIFEST), MANIFEST], /SHA256SUMS: this file is not listed.*out of order/],
  ["no hashes", [MANIFEST], /a\.zip: not a bundle: SHA256SUMS is missing/],
  ["one file", [{ path: "a.txt" }], /a\.zip: not a bundle: SHA256SUMS is missing/],
  ["a long name", [MANIFEST, buildChecksums(MANIFEST), { path: "a".repeat(60_000) }], /^.{0,160}$/],
  ["nothing", [], /the archive is damaged or truncated|not a bundle/],
])("refuses an archive with %s", async (_, files, why) => {
  expect(await refused(await packZip(files), "a.zip")).toMatch(why);
});

test("refuses a .zip that is cut off, or has something before or after it", async () => {
  const zip = await packZip([MANIFEST, buildChecksums(MANIFEST)]);
  const [more, commented] = [Buffer.from("x"), Buffer.from(zip)];
  commented.writeUInt16LE(1, commented.length - 2);
  for (const content of [zip.subarray(0, -1), Buffer.concat([zip, more]), Buffer.concat([commented, more])])
    expect(await refused(content, "a.zip")).toMatch(/the archive is damaged or truncated/);
  for (const content of [Buffer.concat([more, zip]), Buffer.alloc(0), Buffer.from("age-encryption.org/v1\n")])
    expect(await refused(content, "a.zip")).toMatch(/not a bundle \(a folder/);
});

test.each([
  ["shorter", "12", 3, "damaged or truncated"],
  ["longer", "1234", 3, "far more data"],
  ["too long for a manifest", "", 16 * 2 ** 20 + 1, "far more data"],
] as const)("refuses a file that is %s, by what the archive says", async (_, text, bytes, why) => {
  const place = storageIn(freshFolder());
  const content = async function* () {
    yield await Promise.resolve(Buffer.from(text));
  };
  const entries = async function* () {
    yield await Promise.resolve({ path: MANIFEST.path, bytes, content });
  };
  const error: unknown = await unpackBundle(entries(), { where: "a.zip", place, most: 2 ** 30 }).catch(String);
  expect(error).toContain(why);
});

test("refuses an archive bomb by its manifest and by its number of files", async () => {
  const wide: ArchiveFile = { path: "manifest.json", content: " ".repeat(17 * 1024 * 1024) };
  expect(await refused(await packZip([wide, buildChecksums(wide)], { compress: true }), "a.zip")).toMatch(
    /manifest\.json: the archive unpacks to far/,
  );
  const many = Array.from({ length: 1003 }, (_, at): ArchiveFile => ({ path: `csv/${at}.csv` }));
  expect(await refused(await packZip([MANIFEST, buildChecksums(MANIFEST, ...many), ...many]), "a.zip")).toMatch(
    /unpacks to far more data than/,
  );
});

test("refuses a .zip that contradicts its directory or hides something", async () => {
  const files = [MANIFEST, buildChecksums(MANIFEST, CSV_FILE), CSV_FILE];
  const zip = await packZip(files);
  for (const which of ["first", "last"] as const) {
    expect(await refused(replaceText(zip, "csv/users.csv", "csv/other.csv", which), "a.zip")).toMatch(
      /repacked|not listed/,
    );
  }
  const other = [
    { mode: 0o120777 },
    { mode: 0o040700 },
    { compress: false },
    { fileComment: "x" },
    { forceDosTimestamp: false },
  ];
  for (const options of other) {
    expect(await refused(await packZip(files, options), "a.zip")).toMatch(/repacked/);
  }
  // bytes between the last file and the directory, whose place is moved along
  const at = zip.readUInt32LE(zip.length - 6);
  const hiding = Buffer.concat([zip.subarray(0, at), Buffer.from("hidden"), zip.subarray(at)]);
  hiding.writeUInt32LE(at + 6, hiding.length - 6);
  expect(await refused(hiding, "a.zip")).toMatch(/the archive is damaged or truncated/);
});

const moveCsv = (folder: string, put: (path: string) => unknown): unknown => {
  const csv = join(folder, "csv", "users.csv");
  renameSync(csv, join(folder, "..", "other"));
  return put(csv);
};
const noText = (folder: string): Buffer => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]);

test.each<[string, (folder: string) => unknown, RegExp]>([
  ["a link", (a) => moveCsv(a, (path) => symlinkSync("../../other", path)), /csv\/users\.csv: not a regular/],
  ["a pipe", (a) => moveCsv(a, (path) => execFileSync("mkfifo", [path])), /not a regular file/],
  ["a folder", (a) => moveCsv(a, (path) => mkdirSync(path)), /csv\/users\.csv: the file is missing/],
  [
    "a hard link",
    (a) => linkSync(join(a, "csv", "users.csv"), join(a, "more.csv")),
    /more\.csv: .*it is not listed in/,
  ],
  ["deep folders", (a) => mkdirSync(join(a, "a/b/c/d/e"), { recursive: true }), /a\/b\/c\/d: not a regular file/],
  ["a hidden file", (a) => writeFileSync(join(a, ".hidden"), ""), /\.hidden: a bundle cannot contain a file with this/],
  ["a name of other bytes", (a) => writeFileSync(noText(a), ""), /not a regular|cannot contain a file with this name/],
  ["no hashes", (a) => rmSync(join(a, "SHA256SUMS")), /not a bundle: SHA256SUMS is missing/],
  ["a blank manifest", (a) => writeFileSync(join(a, "manifest.json"), "{}"), /manifest\.json: the value of schema in/],
  [
    "too many files",
    (a) => Array.from({ length: 2100 }, (_, at) => writeFileSync(join(a, `${at}`), "")),
    /the bundle has more than 1000 files/,
  ],
])("refuses a folder with %s", async (_, spoil, told) => {
  const root = freshFolder();
  await writeBundle(join(root, "a"), storageIn(root), { "csv/users.csv": "x" });
  spoil(join(root, "a"));
  const { code, what, where, hint } = await refusalOf(root, "a");
  expect([code, hint === undefined]).toEqual(["input-rejected", false]);
  expect(`${where}: ${what.en}`).toMatch(told);
});

test("does not wait for a pipe or a device", async () => {
  const root = freshFolder();
  execFileSync("mkfifo", [join(root, "pipe")]);
  expect((await refusalOf(root, "pipe")).what.en).toMatch(/not a bundle \(a folder/);
  expect((await refusalOf(root, "/dev/null")).what.en).toMatch(/not a bundle \(a folder/);
  expect((await refusalOf(root, "none")).code).toBe("not-found");
  expect((await refusalOf(root, "-")).code).toBe("usage");
});

test("does not follow a file that becomes a link after it was listed", async () => {
  const root = freshFolder();
  await writeBundle(join(root, "a"), storageIn(root), { "a.txt": "x" });
  await using bundle = await openSound(root, "a");
  writeFileSync(join(root, "secret"), "s");
  rmSync(join(root, "a", "a.txt"));
  symlinkSync("../secret", join(root, "a", "a.txt"));
  await expect(Array.fromAsync(bundle.read("a.txt"))).rejects.toMatchObject({
    code: "input-rejected",
    where: "a: a.txt",
  });
  expect(readFileSync(join(root, "secret"), "utf8")).toBe("s");
});
