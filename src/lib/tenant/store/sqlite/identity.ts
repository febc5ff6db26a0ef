import { closeSync, openSync, readSync, statSync } from "node:fs";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { Database } from "./database.ts";

/** SQLite's `application_id` of a tenant file: "CLOM" in ASCII. */
export const APPLICATION_ID = 0x43_4c_4f_4d;

/** The version of the first released schema; pre-release versions of clomoctl counted from 1. */
export const FIRST_VERSION = 104;

/** The first bytes of every SQLite file, and what its header says of the program that wrote it. @see https://sqlite.org/fileformat2.html#the_database_header */
const HEADER = { magic: "SQLite format 3\0", version: 60, applicationId: 68, bytes: 72 } as const;

/** The failure of a tenant of a pre-release version. */
export const preRelease = (path: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "this tenant was made by a pre-release version of clomoctl and cannot be opened",
      "このテナントは公開前の版の clomoctl で作られたもので、開けません",
    ),
    where: path,
    hint: text(
      "export its data with that version, move its folder away, then import the data again",
      "その版でデータを書き出し、フォルダーを別の場所に移してから、もう一度インポートしてください",
    ),
  });

const foreign = (path: string): Failure =>
  new Failure("input-rejected", {
    what: text("this is not a tenant file of clomoctl", "clomoctl のテナントのファイルではありません"),
    where: path,
    hint: text(
      "move it away, then restore the tenant's file from a backup",
      "別の場所に移してから、テナントのファイルをバックアップから戻してください",
    ),
  });

/**
 * Checks by its first bytes, then by its log, that an existing SQLite file is a tenant file of a released version. It is
 * not opened for writing: that would fold the log in. A file with other content, or that cannot be read, is left to SQLite.
 *
 * @returns the version of its schema; 0 where that is left to SQLite
 * @throws Failure `input-rejected` for the file of a pre-release version or of another program
 */
export const checkIdentity = (path: string): number => {
  const header = headerOf(path);
  if (header?.toString("latin1", 0, HEADER.magic.length) !== HEADER.magic) return 0;
  const version = judged(path, {
    version: header.readUInt32BE(HEADER.version),
    application: header.readUInt32BE(HEADER.applicationId),
  });
  const logged = loggedIdentity(path);
  return logged === undefined ? version : judged(path, logged);
};

/** Which program wrote a file, and in which version. */
interface Identity {
  readonly version: number;
  readonly application: number;
}

/** Returns the version of a tenant file. @throws Failure for any other one */
function judged(path: string, { version, application }: Identity): number {
  if (application === APPLICATION_ID && version >= FIRST_VERSION) return version;
  const isEarly = application === APPLICATION_ID || (application === 0 && version > 0 && version < FIRST_VERSION);
  throw isEarly ? preRelease(path) : foreign(path);
}

/** Returns what a log says that was not folded in, as that of a killed program; undefined without one, or if it cannot be read. */
function loggedIdentity(path: string): Identity | undefined {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return undefined;
  try {
    const database = new Database(path, { readOnly: true });
    try {
      return { version: database.count("pragma user_version"), application: database.count("pragma application_id") };
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

/** Returns the header of a file, filled up with zeros; undefined if the file cannot be read. */
const headerOf = (path: string): Buffer | undefined => {
  const header = Buffer.alloc(HEADER.bytes);
  try {
    const file = openSync(path, "r");
    try {
      // a read may give less than was asked for, and is short of nothing only at the end of the file
      for (let at = 0, read = 1; read > 0 && at < header.length; at += read)
        read = readSync(file, header, at, header.length - at, null);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
  return header;
};
