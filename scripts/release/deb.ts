import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { sortEntries, type ArchiveEntry } from "./entry.ts";
import { buildTarGz } from "./tar.ts";

/** The values of a Debian package. */
export interface DebianPackageInfo {
  readonly version: string;
  /** Debian's name of the architecture, such as `amd64` */
  readonly architecture: string;
  readonly summary: string;
  /** modification time of every file, in seconds since 1970 */
  readonly seconds: number;
}

const AR_HEADER_BYTES = 60;

/** Builds one member of an `ar` archive. */
function buildArMember(name: string, bytes: Uint8Array, seconds: number): Buffer {
  const header = [name.padEnd(16), String(seconds).padEnd(12), "0".padEnd(6), "0".padEnd(6), "100644".padEnd(8)];
  const head = Buffer.from(`${header.join("")}${String(bytes.length).padEnd(10)}\x60\n`);
  if (head.length !== AR_HEADER_BYTES) throw new Error(`${name} does not fit an archive's header`);
  return Buffer.concat([head, bytes, Buffer.from(bytes.length % 2 === 0 ? "" : "\n")]);
}

const hashMd5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/**
 * Compresses an entry if it is a manual page, as Debian requires. The gzip header contains neither a name nor a time.
 */
const compressManPage = (entry: ArchiveEntry): ArchiveEntry =>
  /^usr\/share\/man\/.*\.1$/.test(entry.name)
    ? { ...entry, name: `${entry.name}.gz`, bytes: clearGzipSystem(gzipSync(entry.bytes, { level: 9 })) }
    : entry;

function clearGzipSystem(packed: Buffer): Buffer {
  packed[9] = 0xff;
  return packed;
}

/**
 * Builds a package for Debian and its derivatives, which `dpkg -i` installs.
 *
 * @param entries the files, with paths relative to `/`
 * @see https://manpages.debian.org/bookworm/dpkg-dev/deb.5.en.html
 */
export function buildDebianPackage(
  entries: readonly ArchiveEntry[],
  { version, architecture, summary, seconds }: DebianPackageInfo,
): Buffer {
  const files = sortEntries(entries.map(compressManPage));
  const bytes = files.reduce((total, file) => total + file.bytes.length, 0);
  const control = `Package: clomoctl
Version: ${version}
Architecture: ${architecture}
Maintainer: the clomoctl maintainers
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: libc6 (>= 2.28), libstdc++6, libgcc-s1
Section: admin
Priority: optional
Description: ${summary}
`;
  const sums = files.map((file) => `${hashMd5(file.bytes)}  ${file.name}\n`).join("");
  const about = [
    { name: "control", bytes: Buffer.from(control) },
    { name: "md5sums", bytes: Buffer.from(sums) },
  ];
  return Buffer.concat([
    Buffer.from("!<arch>\n"),
    buildArMember("debian-binary", Buffer.from("2.0\n"), seconds),
    buildArMember("control.tar.gz", buildTarGz(about, seconds, "./"), seconds),
    buildArMember("data.tar.gz", buildTarGz(files, seconds, "./"), seconds),
  ]);
}
