import { parentPort, workerData } from "node:worker_threads";
import { checkPart, type PartTask } from "./second.ts";

if (parentPort === null) throw new Error("check-worker runs as a worker thread only");
const workerPort = parentPort;
void checkPart(workerData as PartTask).then(({ found, memory }) => workerPort.postMessage(found, memory));
