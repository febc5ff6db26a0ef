import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { buildDebianPackage } from "./deb.ts";
import { listFolders, type ArchiveEntry } from "./entry.ts";
import { getLockedPackage, readLockfile } from "./lockfile.ts";
import { extractFiles } from "./node.ts";
import { PLATFORMS } from "./platforms.ts";
import { buildTarGz } from "./tar.ts";
import { readDocuments, buildInstalledTree, UNIX_LAUNCHER } from "./tree.ts";
import { buildZip } from "./zip.ts";
import { freshFolder } from "#support/folder.ts";

const ROOT = join(import.meta.dirname, "..", "..");

const SECONDS = 1_795_000_000;

const DEEP = `${"a".repeat(60)}/${"b".repeat(60)}/社員.txt`;

const ENTRIES: readonly ArchiveEntry[] = [
  { name: "top/bin/run", bytes: Buffer.from("#!/bin/sh\necho ran\n"), runs: true },
  { name: `top/${DEEP}`, bytes: Buffer.from("髙橋\n".repeat(1000)) },
  { name: "top/empty", bytes: Buffer.alloc(0) },
];

const runIn = (cwd: string, program: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(program, [...args], { cwd, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
};

function expectEntries(folder: string): void {
  for (const { name, bytes, runs = false } of ENTRIES) {
    const file = join(folder, name);
    expect(readFileSync(file).equals(bytes), name).toBe(true);
    expect((statSync(file).mode & 0o111) !== 0, name).toBe(runs);
    expect(Math.abs(statSync(file).mtimeMs / 1000 - SECONDS)).toBeLessThanOrEqual(1);
  }
}

/** The same, whatever the order in which files were found. */
const reversed = ENTRIES.toReversed();

test("folders come before their contents", () => {
  expect(
    listFolders([
      { name: "b/c/d", bytes: Buffer.alloc(0) },
      { name: "a", bytes: Buffer.alloc(0) },
    ]),
  ).toEqual(["b", "b/c"]);
});

test("tar unpacks the archive, and the same files give the same bytes", () => {
  const folder = freshFolder();
  const packed = buildTarGz(ENTRIES, SECONDS);
  writeFileSync(join(folder, "a.tar.gz"), packed);
  runIn(folder, "tar", "xzf", "a.tar.gz");
  expectEntries(folder);
  expect(buildTarGz(reversed, SECONDS).equals(packed)).toBe(true);
  expect(packed.subarray(4, 10).toString("hex")).toBe("0000000002ff");
  expect(() => buildTarGz([{ name: "x".repeat(101), bytes: Buffer.alloc(0) }], SECONDS)).toThrow("too long");
});

test("finds files in a package, and reports a file that is missing", () => {
  const packed = buildTarGz(ENTRIES, SECONDS);
  expect(extractFiles(packed, ["top/empty", "top/bin/run"]).map(String)).toEqual(["", "#!/bin/sh\necho ran\n"]);
  expect(() => extractFiles(packed, ["top/none"])).toThrow("top/none is not in the package");
  expect(() => extractFiles(gzipSync(""), ["a"])).toThrow("a is not in the package");
});

const UNZIP = spawnSync("python3", ["--version"]).status === 0;

test.each(UNZIP ? [] : ["a zip archive"])("%s: not unpacked because Python is not installed", () => {
  expect(UNZIP).toBe(false);
});

test.each(UNZIP ? ["zip"] : [])("Python's %s module reads the archive, and the same files give the same bytes", () => {
  const folder = freshFolder();
  const packed = buildZip(ENTRIES, SECONDS);
  writeFileSync(join(folder, "a.zip"), packed);
  const told = runIn(
    folder,
    "python3",
    "-c",
    "import json,zipfile\nz=zipfile.ZipFile('a.zip')\nassert z.testzip() is None\nprint(json.dumps([[i.filename,len(z.read(i)),i.external_attr>>16,list(i.date_time)] for i in z.infolist()]))",
  );
  const time = [2026, 11, 18, 11, 6, 40];
  expect(JSON.parse(told)).toEqual([
    [`top/${DEEP}`, 7000, 0o100644, expect.any(Array)],
    ["top/bin/run", 19, 0o100755, expect.any(Array)],
    ["top/empty", 0, 0o100644, expect.any(Array)],
  ]);
  expect(told).toContain(JSON.stringify(time).replaceAll(",", ", "));
  expect(buildZip(reversed, SECONDS).equals(packed)).toBe(true);
});

const DPKG = spawnSync("dpkg-deb", ["--version"]).status === 0;

test.each(DPKG ? [] : ["a .deb"])("%s: not unpacked because dpkg is not installed", () => {
  expect(DPKG).toBe(false);
});

test.each(DPKG ? ["dpkg-deb"] : [])("%s accepts the package with its control file, checksums and manual pages", () => {
  const folder = freshFolder();
  const told = { version: "1.2.3", architecture: "amd64", summary: "a summary", seconds: SECONDS };
  const page = { name: "usr/share/man/man1/a.1", bytes: Buffer.from(".TH A 1\n") };
  const packed = buildDebianPackage([...ENTRIES, page], told);
  writeFileSync(join(folder, "a.deb"), packed);
  expect(runIn(folder, "dpkg-deb", "-f", "a.deb", "Package", "Version", "Architecture")).toBe(
    "Package: clomoctl\nVersion: 1.2.3\nArchitecture: amd64\n",
  );
  runIn(folder, "dpkg-deb", "-x", "a.deb", ".");
  expectEntries(folder);
  runIn(folder, "dpkg-deb", "-e", "a.deb", "about");
  runIn(folder, "md5sum", "--quiet", "-c", join("about", "md5sums"));
  expect(runIn(folder, "gzip", "-dc", "usr/share/man/man1/a.1.gz")).toBe(".TH A 1\n");
  expect(buildDebianPackage([page, ...reversed], told).equals(packed)).toBe(true);
});

test("installs a launcher, the program, its Node, manual pages and completions, but no build data", async () => {
  const node = { binary: Buffer.from("node"), licence: Buffer.from("licence") };
  const unix = (await buildInstalledTree(ROOT, {}, node)).map(({ name }) => name);
  expect(unix).toEqual(
    expect.arrayContaining([
      "bin/clomoctl",
      "lib/clomoctl/bin/clomoctl.js",
      "lib/clomoctl/node",
      "lib/clomoctl/LICENSE-node.txt",
      "share/man/man1/clomoctl-users.1",
      "share/man/ja/man1/clomoctl.1",
      "share/bash-completion/completions/clomoctl",
      "share/zsh/vendor-completions/_clomoctl",
    ]),
  );
  expect(unix).not.toContain("lib/clomoctl/dist/metafile.json");
  const windows = (await buildInstalledTree(ROOT, { isWindows: true }, node)).map(({ name }) => name);
  expect(windows).toEqual(expect.arrayContaining(["bin/clomoctl.cmd", "lib/clomoctl/node.exe"]));
  expect((await readDocuments(ROOT)).map(({ name }) => name)).toContain("README.ja.md");
});

test("package-lock.json has a Node for each platform, of the same version on Linux and Windows", async () => {
  const lockfile = await readLockfile(ROOT);
  const versions = PLATFORMS.map(({ node }) => getLockedPackage(lockfile, node).version);
  const others = PLATFORMS.filter((_, at) => versions[at] !== versions[0]).map(({ name }) => name);
  expect(others).toEqual(["macos-arm64"]);
  expect(() => getLockedPackage(lockfile, "node-none")).toThrow("no hash of node-none");
});

test("the launcher finds its Node through links and its own folder, and passes arguments unchanged", () => {
  const folder = freshFolder();
  const place = (name: string, content: string): string => {
    const file = join(folder, "a b", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o755 });
    return file;
  };
  const launcher = place("bin/clomoctl", UNIX_LAUNCHER);
  place("lib/clomoctl/node", `#!/bin/sh\nshift\nprintf '%s|' "$@"\n`);
  symlinkSync(launcher, join(folder, "absolute"));
  symlinkSync("absolute", join(folder, "relative"));
  for (const [cwd, program] of [
    [folder, launcher],
    [folder, join(folder, "absolute")],
    [folder, "./relative"],
    [join(folder, "a b", "bin"), "./clomoctl"],
  ] as const) {
    expect(runIn(cwd, program, "a b", "$c", "")).toBe("a b|$c||");
  }
});
