import { workerData } from "node:worker_threads";
import { Database } from "../store/database.ts";
import { runAndSendOutcome } from "../store/run-in-worker.ts";
import { verifyOnConnection, type AuditTask } from "./audit-verify.ts";

const { path, readOnly, ...question } = workerData as AuditTask;

runAndSendOutcome(path, () => {
  using database = new Database(path, readOnly ? { readOnly } : { plain: true });
  return verifyOnConnection(database, question);
});
