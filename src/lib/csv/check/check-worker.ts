import { parentPort, workerData } from "node:worker_threads";
import { checkPart, type PartTask } from "./second.ts";

if (parentPort === null) throw new Error("check-worker runs as a worker thread only");
const { found, memory } = await checkPart(workerData as PartTask);
parentPort.postMessage(found, memory);
