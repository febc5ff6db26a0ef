import { workerData } from "node:worker_threads";
import { readWholeFile, type InspectionInput } from "./inspect.ts";
import { runAndSendOutcome } from "./own-thread.ts";
import { readCopyState } from "./received.ts";

const { path, isCopy } = workerData as InspectionInput;

runAndSendOutcome(path, () => (isCopy ? readCopyState(path) : readWholeFile(path)));
