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
import { deflateRawSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import {
  CLIMBING,
  CSV,
  HEAD,
  NO_FILES,
  replaced,
  sealedTarGz,
  sealedZip,
  sha256,
  sums,
  tarOf,
  zipOf,
  type Made,
} from "#support/handover/archives.ts";
import { freshFolder, placeIn, writeBundle } from "#support/handover/bundles.ts";
import { GZIP_HEAD, gzipSeal } from "./archive/seal.ts";
import { openBundle } from "./read.ts";

/** The failure of opening what lies at `name` in a folder; nothing is left of it. */
async function refusalOf(root: string, name: string): Promise<Failure> {
  const opening = openBundle(name, { workingFolder: root, temporary: placeIn(root) });
  const failure = await opening.then(
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

test("a bundle is opened whatever it is packed as, and read file by file and record by record", async () => {
  const root = freshFolder();
  const field = { id: "019a9f3c-5a00-7abc-8def-000000000003", name: "入社年度", createdAt: "2026-11-20T01:23:45.000Z" };
  for (const name of ["a", "a.tar.gz", "a.zip"]) {
    await writeBundle(join(root, name), placeIn(root), {
      records: { "custom-fields": [field] },
      files: { "a.txt": "x" },
    });
    renameSync(join(root, name), join(root, `${name}.other`));
    await using bundle = await openBundle(`${name}.other`, { workingFolder: root, temporary: placeIn(root) });
    expect(bundle.manifest.tenant).toEqual({ name: "株式会社みなと", mirroredAt: null });
    expect((await Array.fromAsync(bundle.records("custom-fields"))).flat()).toEqual([field]);
    expect((await Array.fromAsync(bundle.records("audit"))).flat()).toEqual([]);
    expect(Buffer.concat(await Array.fromAsync(bundle.read("a.txt"))).toString()).toBe("x");
    expect(bundle.sums.map(({ path }) => path)).toContain("a.txt");
    expect(bundle.files).toContainEqual({ path: "a.txt", bytes: 1 });
  }
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});

test.each(CLIMBING)("a .tar.gz with %j is refused before anything of it is written", async (path) => {
  const evil: Made = { path, content: "x" };
  expect(await refused(sealedTarGz(await tarOf([evil])), "a.tar.gz")).toMatch(/no bundle has a file of such a name/);
  const listed = await tarOf([HEAD, sums(HEAD, evil), evil]);
  expect(await refused(sealedTarGz(listed), "a.tar.gz")).toMatch(/SHA256SUMS: this is no list of hashes/);
  const unlisted = await tarOf([HEAD, sums(HEAD), evil]);
  expect(await refused(sealedTarGz(unlisted), "a.tar.gz")).toMatch(/no bundle has a file of such a name/);
});

test.each(NO_FILES)("%s in a .tar.gz is refused", async (_, header) => {
  const tar = await tarOf([HEAD, sums(HEAD, CSV), { path: CSV.path, header }]);
  expect(await refused(sealedTarGz(tar), "a.tar.gz")).toMatch(/this is no plain file|damaged/);
});

const TWICE: Made = { path: "CSV/users.csv", content: "" };

test.each<[string, readonly Made[], RegExp]>([
  ["a file twice", [HEAD, sums(HEAD, CSV), CSV, CSV], /csv\/users\.csv: this file is not listed, is there twice/],
  ["a file that is not listed", [HEAD, sums(HEAD), CSV], /csv\/users\.csv: this file is not listed/],
  ["a file that is missing", [HEAD, sums(HEAD, CSV)], /csv\/users\.csv: the file is missing/],
  ["the same name to some systems", [HEAD, sums(HEAD, TWICE, CSV), TWICE, CSV], /SHA256SUMS: this is no list/],
  ["another order", [sums(HEAD), HEAD], /SHA256SUMS: this file is not listed.*wrong place/],
  ["no hashes", [HEAD], /SHA256SUMS: the file is missing/],
  ["nothing", [], /damaged or cut off|this is no bundle/],
])("%s in an archive is refused", async (_, files, why) => {
  expect(await refused(sealedTarGz(await tarOf(files)), "a.tar.gz")).toMatch(why);
  expect(await refused(sealedZip(await zipOf(files)), "a.zip")).toMatch(why);
});

test("an archive that is not sealed, or not to the byte, is refused with what to do", async () => {
  const tar = await tarOf([HEAD, sums(HEAD)]);
  const zip = await zipOf([HEAD, sums(HEAD)]);
  const sealed = sealedTarGz(tar);
  for (const content of [gzipSync(tar), sealed.subarray(0, -1), Buffer.concat([sealed, Buffer.from("x")])]) {
    expect(await refused(content, "a.tar.gz")).toMatch(/a\.tar\.gz: the archive is not as it was exported/);
  }
  for (const content of [zip, sealedZip(zip).subarray(0, -1), Buffer.concat([sealedZip(zip), Buffer.from("x")])]) {
    expect(await refused(content, "a.zip")).toMatch(/a\.zip: the archive is not as it was exported/);
  }
  expect(await refused(Buffer.concat([Buffer.from("x"), sealedZip(zip)]), "a.zip")).toMatch(/this is no bundle/);
  expect(await refused(Buffer.alloc(0), "a.zip")).toMatch(/this is no bundle/);
  expect(await refused(Buffer.from([0x1f, 0x8b]), "a.zip")).toMatch(/damaged or cut off/);
});

test("what is sealed and yet no whole archive is refused", async () => {
  const tar = await tarOf([HEAD, sums(HEAD)]);
  const sealedAnew = (packed: Buffer): Buffer => Buffer.concat([packed, gzipSeal(sha256(packed))]);
  const head = Buffer.from(GZIP_HEAD);
  const tail = Buffer.from(gzipSync(tar).subarray(-8));
  const deflated = deflateRawSync(tar);
  const wrong = [
    Buffer.concat([head, deflated.subarray(0, -5), tail]),
    Buffer.concat([head, deflated, Buffer.from("hidden"), tail]),
    Buffer.concat([head, deflated, Buffer.alloc(8)]),
    Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8]), head.subarray(4), deflated, tail]),
    Buffer.concat([head, deflateRawSync(tar.subarray(0, 700)), gzipSync(tar.subarray(0, 700)).subarray(-8)]),
    Buffer.concat([head, deflateRawSync(Buffer.concat([tar, Buffer.from("x".repeat(512))])), tail]),
  ];
  for (const packed of wrong) expect(await refused(sealedAnew(packed), "a.tar.gz")).toMatch(/damaged or cut off/);
});

test("a bomb is stopped: by ratio, by what it says, by its manifest", async () => {
  const big: Made = { path: "csv/users.csv", content: "\0".repeat(80 * 1024 * 1024) };
  const files = [HEAD, sums(HEAD, big), big];
  expect(await refused(sealedTarGz(await tarOf(files)), "a.tar.gz")).toMatch(/far more than a bundle can be/);
  // the directory of a .zip says how much it holds: it is refused as a whole, before anything is unpacked
  expect(await refused(sealedZip(await zipOf(files)), "a.zip")).toMatch(/^a\.zip: it unpacks to far more/);
  const wide: Made = { path: "manifest.json", content: " ".repeat(17 * 1024 * 1024) };
  expect(await refused(sealedTarGz(await tarOf([wide, sums(wide)])), "a.tar.gz")).toMatch(
    /manifest\.json: it unpacks to far/,
  );
  const many = Array.from({ length: 1003 }, (_, at): Made => ({ path: `csv/${at}.csv` }));
  expect(await refused(sealedZip(await zipOf([HEAD, sums(HEAD, ...many), ...many])), "a.zip")).toMatch(/far more than/);
  expect(await refused(sealedTarGz(await tarOf([HEAD, sums(HEAD, ...many), ...many])), "a.tar.gz")).toMatch(
    /no list of hashes/,
  );
});

test.each(["../evil.csv", "/evil/e.csv", "C:\\evil.csv", "csv/\u202Eu.csv"])(
  "a .zip with %j is refused",
  async (path) => {
    const named = { path: "x".repeat(Buffer.byteLength(path)), content: "x" };
    const zip = replaced(await zipOf([HEAD, sums(HEAD), named]), named.path, Buffer.from(path).toString("latin1"));
    expect(await refused(sealedZip(zip), "a.zip")).toMatch(/damaged or cut off|no bundle has a file of such a name/);
  },
);

test("a .zip whose directory says otherwise than its files, or that hides something, is refused", async () => {
  const files = [HEAD, sums(HEAD, CSV), CSV];
  const zip = await zipOf(files);
  for (const which of ["first", "last"] as const) {
    expect(await refused(sealedZip(replaced(zip, "csv/users.csv", "csv/other.csv", which)), "a.zip")).toMatch(
      /this is no plain file|not listed/,
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
    expect(await refused(sealedZip(await zipOf(files, options)), "a.zip")).toMatch(/this is no plain file/);
  }
  // bytes between the last file and the directory, whose place is moved along
  const at = zip.readUInt32LE(zip.length - 6);
  const hiding = Buffer.concat([zip.subarray(0, at), Buffer.from("hidden"), zip.subarray(at)]);
  hiding.writeUInt32LE(at + 6, hiding.length - 6);
  expect(await refused(sealedZip(hiding), "a.zip")).toMatch(/damaged or cut off/);
});

test("a folder has plain files only", async () => {
  const fault = async (spoil: (folder: string) => unknown): Promise<string> => {
    const root = freshFolder();
    await writeBundle(join(root, "a"), placeIn(root), { files: { "csv/users.csv": "x" } });
    await spoil(join(root, "a"));
    const { code, what, where, hint } = await refusalOf(root, "a");
    expect([code, hint === undefined]).toEqual(["input-rejected", false]);
    return `${where}: ${what.en}`;
  };
  const csv = (folder: string): string => join(folder, "csv", "users.csv");
  const inPlace = (folder: string, put: (path: string) => unknown): unknown => {
    renameSync(csv(folder), join(folder, "..", "other"));
    return put(csv(folder));
  };
  expect(await fault((a) => inPlace(a, (path) => symlinkSync("../../other", path)))).toMatch(
    /csv\/users\.csv: this is no plain/,
  );
  expect(await fault((a) => inPlace(a, (path) => execFileSync("mkfifo", [path])))).toMatch(/this is no plain file/);
  expect(await fault((a) => inPlace(a, (path) => mkdirSync(path)))).toMatch(/csv\/users\.csv: the file is missing/);
  expect(await fault((a) => linkSync(csv(a), join(a, "more.csv")))).toMatch(/more\.csv: .*SHA256SUMS lacks it/);
  expect(await fault((a) => mkdirSync(join(a, "a/b/c/d/e"), { recursive: true }))).toMatch(
    /a\/b\/c\/d: this is no plain/,
  );
  expect(await fault((a) => writeFileSync(join(a, ".hidden"), ""))).toMatch(/\.hidden: no bundle has a file/);
  const noText = (a: string): Buffer => Buffer.concat([Buffer.from(`${a}/`), Buffer.from([0xff, 0xfe])]);
  expect(await fault((a) => writeFileSync(noText(a), ""))).toMatch(/this is no plain file|no bundle has a file/);
  expect(await fault((a) => rmSync(join(a, "SHA256SUMS")))).toMatch(/SHA256SUMS: the file is missing/);
  expect(await fault((a) => writeFileSync(join(a, "manifest.json"), "{}"))).toMatch(
    /manifest\.json: the manifest is wrong/,
  );
  expect(
    await fault((a) => {
      for (let count = 0; count < 2100; count += 1) writeFileSync(join(a, `${count}`), "");
    }),
  ).toMatch(/more than 1000 files/);
});

test("neither a pipe nor a device is waited for", async () => {
  const root = freshFolder();
  execFileSync("mkfifo", [join(root, "pipe")]);
  expect((await refusalOf(root, "pipe")).what.en).toMatch(/this is no bundle/);
  expect((await refusalOf(root, "/dev/null")).what.en).toMatch(/this is no bundle/);
  expect((await refusalOf(root, "none")).code).toBe("not-found");
  expect((await refusalOf(root, "-")).code).toBe("usage");
});

test("a file that becomes a link after it was listed is not followed", async () => {
  const root = freshFolder();
  await writeBundle(join(root, "a"), placeIn(root), { files: { "a.txt": "x" } });
  await using bundle = await openBundle("a", { workingFolder: root, temporary: placeIn(root) });
  writeFileSync(join(root, "secret"), "s");
  rmSync(join(root, "a", "a.txt"));
  symlinkSync("../secret", join(root, "a", "a.txt"));
  await expect(Array.fromAsync(bundle.read("a.txt"))).rejects.toMatchObject({
    code: "input-rejected",
    where: "a: a.txt",
  });
  expect(readFileSync(join(root, "secret"), "utf8")).toBe("s");
});
