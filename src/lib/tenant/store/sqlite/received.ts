import { createHash } from "node:crypto";
import { Failure } from "../../../errors/index.ts";
import type { TenantCopyState } from "../../../model/tenant-file.ts";
import { text, type Text } from "../../../text/index.ts";
import { verifyChain } from "../../audit/sqlite/chain.ts";
import { verifyVersions } from "../../audit/sqlite/versions.ts";
import { judgeAllRecords } from "../judge.ts";
import type { Row } from "../store.ts";
import { Database } from "./database.ts";
import { checkIdentity, createNewerVersionFailure, SCHEMA_VERSION } from "./migrations.ts";
import { runInWorker } from "./own-thread.ts";
import SCHEMAS from "./schemas.json" with { type: "json" };

/** Returns the SHA-256 of everything that a database defines: tables, indexes, views and triggers. */
export const hashSchema = (database: Database): string =>
  createHash("sha256")
    .update(JSON.stringify(database.all("select type, name, tbl_name, sql from sqlite_schema order by type, name")))
    .digest("hex");

/** Checks a copy of a tenant from a bundle. @throws Failure `interrupted` @see readCopyState */
export const inspectTenantCopy = (path: string, signal?: AbortSignal): Promise<TenantCopyState> =>
  runInWorker("./received-worker", import.meta.url, { path }, signal);

/**
 * Checks a copy of a tenant from a bundle, without changing it. Nothing that the file defines is used before all of it
 * equals what this program defines. This takes several seconds for a million users.
 */
export const readCopyState = (path: string): TenantCopyState => {
  try {
    if (checkIdentity(path) > SCHEMA_VERSION) throw createNewerVersionFailure(path);
    const database = new Database(path, { readOnly: true });
    try {
      return readOpenCopy(database);
    } finally {
      database.close();
    }
  } catch (error) {
    return { ...FAULTLESS, fault: error instanceof Failure ? error.what : DAMAGED };
  }
};

const readOpenCopy = (database: Database): TenantCopyState => {
  database.exec("pragma trusted_schema = off");
  database.exec("pragma cell_size_check = on");
  const version = database.count("pragma user_version");
  const expected = (SCHEMAS as Readonly<Record<string, string>>)[version];
  if (expected === undefined || hashSchema(database) !== expected) return { ...FAULTLESS, fault: OTHER_SCHEMA };
  const faults = database.all("pragma quick_check(1)").flatMap((row) => Object.values(row));
  if (faults.join() !== "ok" || database.all("pragma foreign_key_check").length > 0)
    return { ...FAULTLESS, fault: DAMAGED };
  const { broken, last } = verifyChain(database, undefined);
  if (broken !== null) return { ...FAULTLESS, fault: describeBrokenRecord(broken.seq), auditHead: last };
  // an earlier schema has other columns
  if (version !== SCHEMA_VERSION) return { ...FAULTLESS, auditHead: last };
  const isHistoryBroken = verifyVersions(database).broken.length > 0;
  return { fault: isHistoryBroken ? BROKEN_HISTORY : null, auditHead: last, problems: findProblems(database) };
};

const findProblems = (database: Database): readonly Text[] => {
  const judging = judgeAllRecords();
  let step = judging.next();
  while (step.done !== true) step = judging.next(database.all(step.value) as readonly Row[]);
  return step.value.map(({ what }) => what);
};

const FAULTLESS: TenantCopyState = { fault: null, auditHead: null, problems: [] };

const DAMAGED = text("the tenant's file is damaged", "テナントのファイルが壊れています");
const OTHER_SCHEMA = text(
  "the tenant's file defines something that clomoctl does not",
  "テナントのファイルに、clomoctl のものではない定義があります",
);
const BROKEN_HISTORY = text(
  "the history of the tenant does not match its audit log",
  "テナントの履歴が監査ログと一致しません",
);

const describeBrokenRecord = (seq: number): Text =>
  text(`the audit log is broken at record ${seq}`, `監査ログが ${seq} 番で途切れています`);
