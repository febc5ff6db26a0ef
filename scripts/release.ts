/**
 * Makes what is given to people who have no Node: an archive for each platform, with its own Node, a `.deb` for Debian and its
 * kin, the list of what is in them (SBOM), and the checksums of all, in `release/`. Needs a build, and npm for the Nodes. The same commit gives the same bytes.
 * `--only NAME` makes those of one platform, such as linux-x64.
 */
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deb } from "./release/deb.ts";
import type { Entry } from "./release/entry.ts";
import { readLockfile } from "./release/lockfile.ts";
import { fetchNode } from "./release/node.ts";
import { PLATFORMS, type Platform } from "./release/platforms.ts";
import { readSbomContent, sbom } from "./release/sbom.ts";
import { sha256Sums, type ReleaseFile } from "./release/sums.ts";
import { tarGz } from "./release/tar.ts";
import { documents, installedTree } from "./release/tree.ts";
import { zip } from "./release/zip.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = join(ROOT, "release");

const { values } = parseArgs({ options: { only: { type: "string" } } });
const wanted = PLATFORMS.filter(({ name }) => values.only === undefined || name === values.only);
if (wanted.length === 0) throw new Error(`--only is one of ${PLATFORMS.map(({ name }) => name).join(", ")}`);

const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };

const lockfile = await readLockfile(ROOT);

/** The time of every file: that of the commit, or the one that who builds gives. @see https://reproducible-builds.org/specs/source-date-epoch/ */
const given = process.env["SOURCE_DATE_EPOCH"];
const seconds = Number(given ?? execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" }));

const below = (folder: string, entries: readonly Entry[]): readonly Entry[] =>
  entries.map((entry) => ({ ...entry, name: `${folder}/${entry.name}` }));

/** The files of one platform, by name. */
async function releaseFor(platform: Platform): Promise<readonly ReleaseFile[]> {
  const { name, debian, isWindows } = platform;
  const tree = await installedTree(ROOT, platform, await fetchNode(lockfile, platform));
  const own = await documents(ROOT);
  const label = `clomoctl-${version}-${name}`;
  const all = below(label, [...tree, ...own]);
  if (isWindows === true) return [[`${label}.zip`, zip(all, seconds)]];
  const archive = [`${label}.tar.gz`, tarGz(all, seconds)] as const;
  if (debian === undefined) return [archive];
  const [summary, licence] = ["command line for administrators of CLOMO tenants", "usr/share/doc/clomoctl/copyright"];
  const ours = own.filter((entry) => entry.name === "LICENSE").map((entry) => ({ ...entry, name: licence }));
  const installed = [...below("usr", tree), ...ours];
  const packed = deb(installed, { version, architecture: debian, summary, seconds });
  return [archive, [`clomoctl_${version}_${debian}.deb`, packed]];
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT);
let sums = "";
async function write(files: readonly ReleaseFile[]): Promise<void> {
  for (const [file, bytes] of files) {
    await writeFile(join(OUT, file), bytes);
    process.stdout.write(`release/${file} ${(bytes.length / 1e6).toFixed(1)} MB\n`);
  }
  sums += sha256Sums(files);
}
for (const platform of wanted) await write(await releaseFor(platform));
const bom = sbom({ ...(await readSbomContent(ROOT, wanted)), seconds });
await write([[`clomoctl-${version}.cdx.json`, Buffer.from(bom)]]);
await writeFile(join(OUT, "SHA256SUMS"), sums);
