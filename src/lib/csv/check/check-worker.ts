import { parentPort, workerData } from "node:worker_threads";
import { checkPart, type PartTask } from "./second.ts";

if (parentPort === null) throw new Error("check-worker runs as a worker thread only");
const port = parentPort;
void checkPart(workerData as PartTask).then(({ found, memory }) => port.postMessage(found, memory));
