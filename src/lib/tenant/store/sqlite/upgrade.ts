import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Failure } from "../../../errors/index.ts";
import { freeBytesIn, hasCode } from "../../../files/index.ts";
import { text } from "../../../text/index.ts";
import type { Database } from "./database.ts";
import { OWN_FILE } from "./own-file.ts";
import { isUnwritable, tooFull } from "./storage-failure.ts";

/** What a tenant that an older program left needs before it is migrated. */
export interface Upgrade {
  /** the tenant's name */
  readonly name: string;
  /** called before a tenant with data is changed, which may take a while */
  readonly upgrading?: (() => void) | undefined;
  /** bytes that may still be written into a folder; undefined if that cannot be found out */
  readonly freeBytes?: typeof freeBytesIn | undefined;
}

/**
 * Free space needed for each byte of the file: its copy, the log, and what the file grows by. Measured: 1.1 where few keys
 * differ from their values and a tenth of the records was changed by an import, 2.2 where all do and all were.
 */
const NEEDED = 2.5;

/** Room for the tables of a small tenant. */
const LEAST_NEEDED_BYTES = 1024 * 1024;

/**
 * The failure of a file of an older program that cannot be written.
 *
 * @param command that updates it
 */
export const notUpgradable = (path: string, command: string, cause?: unknown): Failure =>
  new Failure("not-permitted", {
    what: text(
      "a file of an older clomoctl has to be updated once, and cannot be written here",
      "以前の版の clomoctl のファイルを一度更新する必要がありますが、書き込めません",
    ),
    where: path,
    hint: text(
      `make it and its folder writable, then run once: ${command}`,
      `ファイルとフォルダーに書き込めるようにしてから、一度実行してください: ${command}`,
    ),
    cause,
  });

/** What updates a tenant's file. */
export const upgradingCommand = (tenant: string): string => `clomoctl imports list --context ${tenant}`;

/**
 * Copies the file of a tenant to `PATH.before-VERSION`, inside the caller's transaction and before anything is changed.
 * What a killed update left is replaced or removed.
 *
 * @returns the copy
 * @throws Failure `unexpected` if the disk has too little space, `not-permitted` if the folder cannot be written
 */
export const prepareUpgrade = (database: Database, version: number, upgrade: Upgrade): string => {
  const { path } = database;
  const copy = `${path}.before-${version}`;
  try {
    removeUnfinished(path);
    checkSpace(database, copy, upgrade.freeBytes ?? freeBytesIn);
    // a file, or a folder, that cannot be written is told before anything is said
    database.exec(`pragma user_version = ${version}`);
    writeFileSync(`${copy}${UNFINISHED}`, "", { mode: OWN_FILE });
    if (hasData(database)) upgrade.upgrading?.();
    rmSync(copy, { force: true });
    copyTo(database, copy);
    return copy;
  } catch (error) {
    if (isRefused(error, path)) throw notUpgradable(path, upgradingCommand(upgrade.name), error);
    removeUnfinished(path);
    throw error;
  }
};

/** The file or its folder cannot be written. */
const isRefused = (error: unknown, path: string): boolean =>
  isUnwritable(error, path) || hasCode(error, "EACCES", "EPERM", "EROFS");

const UNFINISHED = ".unfinished";

const copyTo = (database: Database, path: string): void => {
  // a transaction cannot copy its own file
  const reader = database.reader();
  try {
    reader.copyTo(`${path}${UNFINISHED}`);
    renameSync(`${path}${UNFINISHED}`, path);
  } finally {
    reader.close();
  }
};

/** Only who holds the write lock has unfinished copies. */
const removeUnfinished = (path: string): void => {
  const [folder, prefix] = [dirname(path), `${basename(path)}.before-`];
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix) && name.includes(UNFINISHED)) rmSync(join(folder, name), { force: true });
  }
};

/** @param copy a file that gives way */
const checkSpace = (database: Database, copy: string, freeBytes: typeof freeBytesIn): void => {
  const bytes = database.count("pragma page_count") * database.count("pragma page_size");
  const needed = Math.max(bytes * NEEDED, LEAST_NEEDED_BYTES);
  const given = statSync(copy, { throwIfNoEntry: false })?.size ?? 0;
  const free = (freeBytes(dirname(database.path)) ?? needed) + given;
  if (free < needed) throw tooFull(database.path, needed, free);
};

/** Whether anything was ever imported or changed. */
const hasData = (database: Database): boolean =>
  database.count("select exists (select 1 from import) or exists (select 1 from audit)") === 1;
