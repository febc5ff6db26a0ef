import { workerData } from "node:worker_threads";
import { contentOf, type InspectTask } from "./inspect.ts";
import { answerWith } from "./own-thread.ts";

const { path } = workerData as InspectTask;

answerWith(path, () => contentOf(path));
