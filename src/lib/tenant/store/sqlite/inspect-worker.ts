import { workerData } from "node:worker_threads";
import { readDatabaseState, type InspectionInput } from "./inspect.ts";
import { sendOutcome } from "./own-thread.ts";

const { path } = workerData as InspectionInput;

sendOutcome(path, () => readDatabaseState(path));
