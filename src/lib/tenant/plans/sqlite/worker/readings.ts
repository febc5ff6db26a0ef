import { setTimeout as sleep } from "node:timers/promises";
import { createInterruptedFailure } from "../../../../errors/index.ts";
import { Database, isBusyError } from "../../../store/sqlite/database.ts";
import type { PlanReading, PlanWork, UndoCounts } from "../../engine.ts";
import { registerSqlFunctions } from "../functions.ts";
import { readPlanWork } from "../matching/work.ts";
import { buildPlanDefinitions, listImportKinds } from "../plan-sql.ts";
import { readPlanLines, readProblemLines } from "../rows.ts";
import { attachStagingForReading } from "../staging.ts";
import { limitToScope } from "./limit-scope.ts";
import type { ReadSource, WorkerReading, WorkerTask } from "./messages.ts";

/**
 * Maximum time that a statement waits for a plan that is being committed. It is short, because other readings wait for
 * the statement.
 */
const BUSY_TIMEOUT_MS = 100;

const loadUndoPlan = () => import("../undo/plan.ts");

/**
 * Opens a connection that only reads. If the staging file is in use, waits until it is free, and meanwhile lets other
 * readings continue.
 *
 * @throws Failure `locked` if the staging file does not become free in time
 */
const openSource = async (
  { tenant, readOnly, staging, scope }: ReadSource,
  interrupted: () => boolean,
): Promise<Database> => {
  const database = new Database(tenant, readOnly ? { readOnly, interrupted } : { plain: true, interrupted });
  try {
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    registerSqlFunctions(database, interrupted);
    for (let waitedMs = 0; !tryAttach(database, staging); waitedMs += 2 * BUSY_TIMEOUT_MS) {
      if (interrupted()) throw createInterruptedFailure();
      database.checkWaited(waitedMs);
      await sleep(BUSY_TIMEOUT_MS);
    }
    limitToScope(database, scope);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const tryAttach = (database: Database, staging: string | undefined): boolean => {
  try {
    if (staging !== undefined) attachStagingForReading(database, staging);
    return true;
  } catch (error) {
    if (isBusyError(error)) return false;
    throw error;
  }
};

const readOnce = async <T>(
  source: ReadSource,
  interrupted: () => boolean,
  body: (database: Database) => T,
): Promise<T> => {
  const database = await openSource(source, interrupted);
  try {
    return body(database);
  } finally {
    database.close();
  }
};

/** Returns the changes that a plan makes; see the engine's `workOf`. */
export const countWork = (
  { source, record }: Extract<WorkerTask, { type: "count-work" }>,
  interrupted: () => boolean,
): Promise<PlanWork> => {
  const [plan] = buildPlanDefinitions(record);
  return readOnce(source, interrupted, (database) => readPlanWork(database, plan));
};

/** Counts the changes that an undo would make. @throws Failure as described for `prepareUndo` */
export const countUndo = async (
  { source, undone, kind }: Extract<WorkerTask, { type: "count-undo" }>,
  interrupted: () => boolean,
): Promise<UndoCounts> => {
  const { buildUndoCounts, prepareUndo } = await loadUndoPlan();
  return readOnce(source, interrupted, (database) => {
    prepareUndo(database, undone);
    return buildUndoCounts(database, undone, kind);
  });
};

const loadLineReader = async (reading: PlanReading): Promise<(database: Database) => Iterable<Uint8Array>> => {
  switch (reading.type) {
    case "rows": {
      const plans = buildPlanDefinitions(reading.record);
      return (database) => readPlanLines(database, plans, reading.query);
    }
    case "undo-rows": {
      const [{ prepareUndo }, { readUndoLines }] = await Promise.all([loadUndoPlan(), import("../undo/undo-rows.ts")]);
      return (database) => {
        prepareUndo(database, reading.undone);
        return readUndoLines(database, reading.first, reading.query);
      };
    }
    case "committed-rows": {
      const { readCommittedLines } = await import("../history/committed-lines.ts");
      const kinds = listImportKinds(reading.record);
      const revision = reading.record.revision ?? -1;
      const isUndo = reading.record.detail.request === null;
      return (database) => readCommittedLines(database, { kinds, isUndo, revision }, reading.query);
    }
    case "problems": {
      const [{ request }] = buildPlanDefinitions(reading.record);
      // a deletion has no file and therefore no rows with problems
      return (database) => (request.mode === "delete" ? [] : readProblemLines(database, reading.limit));
    }
  }
};

export async function* openLines(
  { source, reading }: WorkerReading,
  interrupted: () => boolean,
): AsyncGenerator<Uint8Array, void> {
  const readLines = await loadLineReader(reading);
  const database = await openSource(source, interrupted);
  try {
    yield* readLines(database);
  } finally {
    database.close();
  }
}
