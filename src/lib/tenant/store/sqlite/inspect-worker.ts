import { workerData } from "node:worker_threads";
import { readDatabaseState, type InspectionInput } from "./inspect.ts";
import { runAndSendOutcome } from "./own-thread.ts";

const { path } = workerData as InspectionInput;

runAndSendOutcome(path, () => readDatabaseState(path));
