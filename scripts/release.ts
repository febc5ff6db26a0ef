/**
 * Creates the release files for people who do not have Node, in `release/`: an archive for each platform with its own
 * Node, a `.deb` for Debian and its derivatives, a list of their contents (SBOM), and the checksums of all files.
 * Requires a build, and npm to fetch Node. The same commit always gives the same bytes. `--only NAME` creates the files
 * of one platform, such as linux-x64.
 */
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildDebianPackage } from "./release/deb.ts";
import type { ArchiveEntry } from "./release/entry.ts";
import { readLockfile } from "./release/lockfile.ts";
import { fetchNode } from "./release/node.ts";
import { PLATFORMS, type Platform } from "./release/platforms.ts";
import { readSbomContent, renderSbom } from "./release/sbom.ts";
import { renderSha256Sums, type ReleaseFile } from "./release/sums.ts";
import { buildTarGz } from "./release/tar.ts";
import { readDocuments, buildInstalledTree } from "./release/tree.ts";
import { buildZip } from "./release/zip.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RELEASE_FOLDER = join(ROOT, "release");

const { values } = parseArgs({ options: { only: { type: "string" } } });
const selectedPlatforms = PLATFORMS.filter(({ name }) => values.only === undefined || name === values.only);
if (selectedPlatforms.length === 0) throw new Error(`--only is one of ${PLATFORMS.map(({ name }) => name).join(", ")}`);

const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };

const packageLock = await readLockfile(ROOT);

/**
 * The modification time of every file: SOURCE_DATE_EPOCH if it is set, otherwise the time of the commit.
 *
 * @see https://reproducible-builds.org/specs/source-date-epoch/
 */
const sourceDateEpoch = process.env["SOURCE_DATE_EPOCH"];
const fileTimeSeconds = Number(
  sourceDateEpoch ?? execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" }),
);

const moveBelow = (folder: string, entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] =>
  entries.map((entry) => ({ ...entry, name: `${folder}/${entry.name}` }));

/** Builds the release files of one platform. */
async function buildReleaseFiles(platform: Platform): Promise<readonly ReleaseFile[]> {
  const { name, debian, isWindows } = platform;
  const tree = await buildInstalledTree(ROOT, platform, await fetchNode(packageLock, platform));
  const own = await readDocuments(ROOT);
  const label = `clomoctl-${version}-${name}`;
  const all = moveBelow(label, [...tree, ...own]);
  if (isWindows === true) return [[`${label}.zip`, buildZip(all, fileTimeSeconds)]];
  const archive = [`${label}.tar.gz`, buildTarGz(all, fileTimeSeconds)] as const;
  if (debian === undefined) return [archive];
  const [summary, licence] = ["command line for administrators of CLOMO tenants", "usr/share/doc/clomoctl/copyright"];
  const ours = own.filter((entry) => entry.name === "LICENSE").map((entry) => ({ ...entry, name: licence }));
  const installed = [...moveBelow("usr", tree), ...ours];
  const packed = buildDebianPackage(installed, { version, architecture: debian, summary, seconds: fileTimeSeconds });
  return [archive, [`clomoctl_${version}_${debian}.deb`, packed]];
}

await rm(RELEASE_FOLDER, { recursive: true, force: true });
await mkdir(RELEASE_FOLDER);
let checksumLines = "";
async function writeReleaseFiles(files: readonly ReleaseFile[]): Promise<void> {
  for (const [file, bytes] of files) {
    await writeFile(join(RELEASE_FOLDER, file), bytes);
    process.stdout.write(`release/${file} ${(bytes.length / 1e6).toFixed(1)} MB\n`);
  }
  checksumLines += renderSha256Sums(files);
}
for (const platform of selectedPlatforms) await writeReleaseFiles(await buildReleaseFiles(platform));
const bomContent = renderSbom({ ...(await readSbomContent(ROOT, selectedPlatforms)), seconds: fileTimeSeconds });
await writeReleaseFiles([[`clomoctl-${version}.cdx.json`, Buffer.from(bomContent)]]);
await writeFile(join(RELEASE_FOLDER, "SHA256SUMS"), checksumLines);
