import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sweepTemporaryFiles } from "../../files/index.ts";
import { createBundle, EMPTY_MANIFEST, freshFolder, storageIn, writeBundle } from "#support/handover/bundles.ts";

const WHAT = { "resources/users.ndjson": "{}\n", "csv/users.csv": "名前\r\n" };

test("a folder has the files, the manifest and the hashes, and is accessible only to its owner", async () => {
  const root = freshFolder();
  const target = join(root, "out");
  await writeBundle(target, storageIn(root), WHAT);
  expect(readFileSync(join(target, "manifest.json"), "utf8")).toMatch(/^{\n {2}"schema": 103,\n {2}"program": /);
  const sums = readFileSync(join(target, "SHA256SUMS"), "utf8").trimEnd().split("\n");
  const paths = sums.map((line) => line.slice(66));
  expect(paths).toEqual(paths.toSorted());
  expect(paths).toContain("manifest.json");
  for (const line of sums) {
    const content = readFileSync(join(target, line.slice(66)));
    expect(line.slice(0, 66)).toBe(`${createHash("sha256").update(content).digest("hex")}  `);
  }
  expect(statSync(target).mode & 0o777).toBe(0o700);
  expect(statSync(join(target, "csv/users.csv")).mode & 0o777).toBe(0o600);
  expect(readdirSync(root).toSorted()).toEqual(["out", "tmp"]);
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});

test("an archive has the same bytes each time, and other programs can unpack it", async () => {
  const name = "a.zip";
  const root = freshFolder();
  const other = freshFolder();
  await writeBundle(join(root, name), storageIn(root), WHAT);
  await writeBundle(join(other, "b" + name), storageIn(other), WHAT);
  expect(readFileSync(join(root, name)).equals(readFileSync(join(other, "b" + name)))).toBe(true);
  expect(statSync(join(root, name)).mode & 0o777).toBe(0o600);
  expect(readdirSync(root).toSorted()).toEqual([name, "tmp"]);
  const unpacked = join(root, "unpacked");
  mkdirSync(unpacked);
  const unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
  execFileSync("python3", ["-c", unpack, join(root, name), unpacked]);
  expect(readFileSync(join(unpacked, "csv/users.csv"), "utf8")).toBe("名前\r\n");
  expect(execFileSync("sha256sum", ["-c", "--quiet", "SHA256SUMS"], { cwd: unpacked }).toString()).toBe("");
});

test("does not replace what exists or is created in the meantime", async () => {
  const root = freshFolder();
  const place = storageIn(root);
  writeFileSync(join(root, "file.zip"), "mine");
  mkdirSync(join(root, "folder"));
  for (const name of ["file.zip", "folder", "no/such", "a.tar.gz", "a.zip.age"]) {
    await expect(createBundle(join(root, name), place)).rejects.toMatchObject({ code: "usage" });
  }
  const kept = { kept: [join(root, "tmp")] };
  await expect(createBundle(join(root, "tmp", "x"), place, kept)).rejects.toMatchObject({ code: "usage" });
  for (const name of ["late.zip", "late"]) {
    await using writer = await createBundle(join(root, name), place);
    writeFileSync(join(root, name), "theirs");
    await writer.seal(EMPTY_MANIFEST);
    await expect(writer.finish(EMPTY_MANIFEST)).rejects.toMatchObject({ code: "usage" });
    await writer[Symbol.asyncDispose]();
    expect(readFileSync(join(root, name), "utf8")).toBe("theirs");
  }
  expect(readdirSync(root).toSorted()).toEqual(["file.zip", "folder", "late", "late.zip", "tmp"]);
});

test("an abandoned bundle leaves nothing, and the next command removes that of a dead process", async () => {
  const root = freshFolder();
  const place = storageIn(root);
  const abandoned = await createBundle(join(root, "a.zip"), place);
  await (await abandoned.file("csv/users.csv")).write("half");
  await abandoned[Symbol.asyncDispose]();
  expect(readdirSync(root)).toEqual(["tmp"]);

  const dead = await createBundle(join(root, "a.zip"), place);
  await (await dead.file("csv/users.csv")).write("half");
  expect(readdirSync(root).toSorted()).toEqual([".a.zip.4711.tmp", "tmp"]);
  await sweepTemporaryFiles({ ...place, processes: { ...place.processes, isAlive: () => false } });
  expect(existsSync(join(root, ".a.zip.4711.tmp"))).toBe(false);
  await dead[Symbol.asyncDispose]();
});
