import { randomBytes } from "node:crypto";
import type { ChangeLog, LogHead, LogTurn } from "../store/change-log.ts";
import { Database } from "../store/database.ts";
import { buildEntry, followLog, readPosition } from "../store/follow-log.ts";
import { toStorageFailure } from "../store/storage-failure.ts";
import { backUpTenantFile, SCHEMA_VERSION, upgradeTo } from "./tenant-file.ts";

const FIRST_ENTRY = 1;

/** Makes a tenant's file a copy of a log that begins here. Returns the position of the file. */
export const beginLog = (path: string): LogHead => {
  using database = new Database(path, { plain: true });
  // two files of the same tenant are different logs
  const hash = randomBytes(32).toString("hex");
  const params = { seq: FIRST_ENTRY, schema: SCHEMA_VERSION, hash };
  database.run("insert into log_position (pk, seq, schema, hash) values (1, :seq, :schema, :hash)", params);
  database.foldLog();
  return readPosition(database);
};

/** Makes the copy of a log an ordinary tenant again. */
export const endLog = (path: string): void => {
  using database = new Database(path, { plain: true });
  database.run("delete from log_position");
  database.foldLog();
};

/** @throws an error of SQLite if the file is damaged */
export const readFilePosition = (path: string): LogHead => {
  using database = new Database(path, { readOnly: true });
  return readPosition(database);
};

/** Copies a file that others may use. Returns the position of the copy. */
export const copyLoggedFile = async (path: string, copy: string): Promise<LogHead> => {
  await backUpTenantFile(path, copy, () => undefined);
  return readFilePosition(copy);
};

/** Brings a file that nobody uses to the head of its log, whatever the schema there. */
export const followFile = async (path: string, log: ChangeLog, known?: LogHead): Promise<void> => {
  try {
    using database = new Database(path);
    const head = known ?? (await log.head());
    await followLog(database, { log, schema: head.schema, upgrade: upgradeTo }, head);
  } catch (error) {
    throw toStorageFailure(error, path);
  }
};

/** Tries an upgrade with a copy of the file at the turn's head, then appends it unless it is only tried. */
export const upgradeInTurn = async (turn: LogTurn, copy: string, dryRun: boolean): Promise<void> => {
  {
    using database = new Database(copy, { plain: true });
    database.change(() => upgradeTo(database, SCHEMA_VERSION));
  }
  if (dryRun) return;
  await turn.append(buildEntry(turn.head, { schema: SCHEMA_VERSION, continues: false, changes: new Uint8Array(0) }));
  await turn.commit();
};
