import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { inOrder, type Entry } from "./entry.ts";
import { tarGz } from "./tar.ts";

/** What Debian is told of the program. */
export interface DebianPackage {
  readonly version: string;
  /** as Debian names it: `amd64` */
  readonly architecture: string;
  readonly summary: string;
  /** seconds since 1970: the time of every file */
  readonly seconds: number;
}

const AR_HEADER_BYTES = 60;

/** One file of an `ar` archive. */
function member(name: string, bytes: Uint8Array, seconds: number): Buffer {
  const header = [name.padEnd(16), String(seconds).padEnd(12), "0".padEnd(6), "0".padEnd(6), "100644".padEnd(8)];
  const head = Buffer.from(`${header.join("")}${String(bytes.length).padEnd(10)}\x60\n`);
  if (head.length !== AR_HEADER_BYTES) throw new Error(`${name} does not fit an archive's header`);
  return Buffer.concat([head, bytes, Buffer.from(bytes.length % 2 === 0 ? "" : "\n")]);
}

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** A manual page is compressed in a Debian package, without name and time. */
const asInDebian = (entry: Entry): Entry =>
  /^usr\/share\/man\/.*\.1$/.test(entry.name)
    ? { ...entry, name: `${entry.name}.gz`, bytes: withoutSystem(gzipSync(entry.bytes, { level: 9 })) }
    : entry;

function withoutSystem(packed: Buffer): Buffer {
  packed[9] = 0xff;
  return packed;
}

/**
 * A package for Debian and what descends from it, that `dpkg -i` installs.
 *
 * @param entries as they will lie below `/`
 * @see https://manpages.debian.org/bookworm/dpkg-dev/deb.5.en.html
 */
export function deb(entries: readonly Entry[], { version, architecture, summary, seconds }: DebianPackage): Buffer {
  const files = inOrder(entries.map(asInDebian));
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
  const sums = files.map((file) => `${md5(file.bytes)}  ${file.name}\n`).join("");
  const about = [
    { name: "control", bytes: Buffer.from(control) },
    { name: "md5sums", bytes: Buffer.from(sums) },
  ];
  return Buffer.concat([
    Buffer.from("!<arch>\n"),
    member("debian-binary", Buffer.from("2.0\n"), seconds),
    member("control.tar.gz", tarGz(about, seconds, "./"), seconds),
    member("data.tar.gz", tarGz(files, seconds, "./"), seconds),
  ]);
}
