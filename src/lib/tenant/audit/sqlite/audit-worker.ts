import { workerData } from "node:worker_threads";
import { Database } from "../../store/sqlite/database.ts";
import { answerWith } from "../../store/sqlite/own-thread.ts";
import { verifyOn, type AuditTask } from "./verify.ts";

const { path, readOnly, ...question } = workerData as AuditTask;

answerWith(path, () => {
  const database = new Database(path, readOnly ? { readOnly } : { plain: true });
  try {
    return verifyOn(database, question);
  } finally {
    database.close();
  }
});
