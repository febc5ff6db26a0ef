import { parentPort, workerData } from "node:worker_threads";
import { Failure } from "../../../../errors/index.ts";
import { Database } from "../database.ts";
import { storageFailure } from "../storage-failure.ts";
import { verifyOn, type AuditOutcome, type AuditTask } from "./verify.ts";

function outcomeOf({ path, readOnly, ...question }: AuditTask): AuditOutcome {
  try {
    const database = new Database(path, readOnly ? { readOnly } : { plain: true });
    try {
      return { type: "done", findings: verifyOn(database, question) };
    } finally {
      database.close();
    }
  } catch (error) {
    const failure = storageFailure(error, path);
    return failure instanceof Failure
      ? { type: "failed", problem: failure.toJSON() }
      : { type: "crashed", error: failure };
  }
}

parentPort?.postMessage(outcomeOf(workerData as AuditTask));
