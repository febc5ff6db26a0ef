import { closeSync, openSync, readSync, statSync } from "node:fs";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { Database } from "./database.ts";

/** The `application_id` that SQLite stores in a tenant file: "CLOM" in ASCII. */
export const APPLICATION_ID = 0x43_4c_4f_4d;

/** The version of the first released schema. Pre-release versions used lower numbers, starting with 1. */
export const FIRST_SCHEMA_VERSION = 104;

/**
 * The first bytes of every SQLite file, and the offsets of the header fields that identify the program that wrote it.
 * @see https://sqlite.org/fileformat2.html#the_database_header
 */
const SQLITE_HEADER = { magic: "SQLite format 3\0", version: 60, applicationId: 68, bytes: 72 } as const;

/** Returns the failure for a tenant that a pre-release version created. */
export const createPreReleaseFailure = (path: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "this tenant was created by a pre-release version of clomoctl and cannot be opened",
      "このテナントは公開前の版の clomoctl で作成されたため、開けません",
    ),
    where: path,
    hint: text(
      "export the data with that version, move the tenant's folder to another place, then import the data again",
      "その版でデータを書き出し、フォルダーを別の場所に移してから、もう一度インポートしてください",
    ),
  });

const createForeignFileFailure = (path: string): Failure =>
  new Failure("input-rejected", {
    what: text("not a tenant file of clomoctl", "clomoctl のテナントのファイルではありません"),
    where: path,
    hint: text(
      "move this file to another place, then restore the tenant's file from a backup",
      "このファイルを別の場所に移してから、テナントのファイルをバックアップから戻してください",
    ),
  });

/**
 * Checks the first bytes of an existing SQLite file, then its log, to make sure that it is a tenant file of a released
 * version. The file is not opened for writing, because that would merge the log into the file. Files with other content
 * and files that cannot be read are not checked, because SQLite reports their errors itself.
 *
 * @returns the version of the schema; 0 if the file was not checked
 * @throws Failure `input-rejected` if a pre-release version or another program wrote the file
 */
export const checkIdentity = (path: string): number => {
  const header = readFileHeader(path);
  if (header?.toString("latin1", 0, SQLITE_HEADER.magic.length) !== SQLITE_HEADER.magic) return 0;
  const version = validateIdentity(path, {
    version: header.readUInt32BE(SQLITE_HEADER.version),
    application: header.readUInt32BE(SQLITE_HEADER.applicationId),
  });
  const logged = readLoggedIdentity(path);
  return logged === undefined ? version : validateIdentity(path, logged);
};

/** The program that wrote a file, and the schema version of the file. */
interface FileIdentity {
  readonly version: number;
  readonly application: number;
}

/** Returns a tenant file's schema version.  @throws Failure if the file is not a tenant file of a released version */
function validateIdentity(path: string, { version, application }: FileIdentity): number {
  if (application === APPLICATION_ID && version >= FIRST_SCHEMA_VERSION) return version;
  const isEarly =
    application === APPLICATION_ID || (application === 0 && version > 0 && version < FIRST_SCHEMA_VERSION);
  throw isEarly ? createPreReleaseFailure(path) : createForeignFileFailure(path);
}

/**
 * Returns the identity in a log that was not merged into the file, for example because the program was killed. Returns
 * undefined if there is no log or if the log cannot be read.
 */
function readLoggedIdentity(path: string): FileIdentity | undefined {
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

/** Returns the header of a file, padded with zeros; undefined if the file cannot be read. */
const readFileHeader = (path: string): Buffer | undefined => {
  const header = Buffer.alloc(SQLITE_HEADER.bytes);
  try {
    const file = openSync(path, "r");
    try {
      // a read may return fewer bytes than requested, and returns 0 bytes only at the end of the file
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
