import { workerData } from "node:worker_threads";
import { runAndSendOutcome } from "../store/run-in-worker.ts";
import { readCopyState } from "./received.ts";

const { path } = workerData as { readonly path: string };

runAndSendOutcome(path, () => readCopyState(path));
