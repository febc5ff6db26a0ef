import { randomBytes } from "node:crypto";
import type { ChangeLog, LogHead, LogTurn } from "../store/change-log.ts";
import { Database } from "../store/database.ts";
import { buildEntry, followLog, readPosition } from "../store/follow-log.ts";
import { toStorageFailure } from "../store/storage-failure.ts";
import { SCHEMA_VERSION, upgradeTo } from "./tenant-file.ts";

/** Changes a file that nobody uses, in place. */
const changeFile = (path: string, change: (database: Database) => void): LogHead => {
  using database = new Database(path, { plain: true });
  change(database);
  database.foldLog();
  return readPosition(database);
};

/** Makes a tenant's file a copy of a log that begins here. Returns the position of the file. */
export const beginLog = (path: string): LogHead => {
  // two files of the same tenant are different logs
  const params = { schema: SCHEMA_VERSION, hash: randomBytes(32).toString("hex") };
  const sql = "insert into log_position (pk, seq, schema, hash) values (1, 1, :schema, :hash)";
  return changeFile(path, (database) => database.run(sql, params));
};

/** Makes the copy of a log an ordinary tenant again. */
export const endLog = (path: string): LogHead =>
  changeFile(path, (database) => database.run("delete from log_position"));

/** @throws an error of SQLite */
export const readFilePosition = (path: string): LogHead => {
  using database = new Database(path, { readOnly: true });
  return readPosition(database);
};

/** Brings a file that nobody uses to the head of its log, whatever the schema there. */
export const followFile = async (path: string, log: ChangeLog, head: LogHead): Promise<void> => {
  try {
    using database = new Database(path);
    await followLog(database, { log, schema: head.schema, upgrade: upgradeTo }, head);
    database.foldLog();
  } catch (error) {
    throw toStorageFailure(error, path);
  }
};

/** Tries an upgrade with a copy of the file at the turn's head, then appends it unless it is only tried. */
export const upgradeInTurn = async (turn: LogTurn, copy: string, dryRun: boolean): Promise<void> => {
  changeFile(copy, (database) => database.change(() => upgradeTo(database, SCHEMA_VERSION)));
  if (dryRun) return;
  await turn.append(buildEntry(turn.head, { schema: SCHEMA_VERSION, continues: false, changes: new Uint8Array(0) }));
  await turn.commit();
};
