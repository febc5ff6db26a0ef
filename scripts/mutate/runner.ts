/** Runs test files of the working directory, one at a time, in a vitest process that keeps running. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as VitestNode from "vitest/node";

/** The test file to run. */
export interface MutationJob {
  /** relative to the working directory */
  readonly file: string;
}

/** The response of the process. The first response, sent when the process is ready, lists the test files. */
export interface RunnerResponse {
  /** all test files, relative to the working directory; only in the first response */
  readonly files?: readonly string[];
  readonly passed: boolean;
  readonly seconds: number;
}

const workingDirectory = process.cwd();
// uses the vitest of the working directory, which may be at another commit
const { createVitest } = (await import(
  pathToFileURL(join(workingDirectory, "node_modules", "vitest", "dist", "node.js")).href
)) as typeof VitestNode;

let endedModules: VitestNode.TestModule[] = [];
const endCollector: VitestNode.Reporter = { onTestModuleEnd: (module) => void endedModules.push(module) };

/** Names of the test tiers in the vitest configuration; empty for all tiers. */
const selectedTiers = process.argv.slice(2);

const vitestInstance = await createVitest({
  root: workingDirectory,
  ...(selectedTiers.length > 0 && { project: selectedTiers }),
  run: true,
  watch: false,
  reporters: [endCollector],
  bail: 1,
  maxWorkers: 1,
  fileParallelism: false,
});
const allSpecifications = await vitestInstance.globTestSpecifications();

async function runJob({ file }: MutationJob): Promise<RunnerResponse> {
  const began = performance.now();
  const asked = allSpecifications.filter(({ moduleId }) => moduleId === join(workingDirectory, file));
  // vitest's return value also contains the modules of earlier runs, so they are collected here
  endedModules = [];
  const { unhandledErrors } = await vitestInstance.runTestSpecifications(asked);
  const isFine =
    endedModules.length > 0 && endedModules.every((module) => ["passed", "skipped"].includes(module.state()));
  return { passed: isFine && unhandledErrors.length === 0, seconds: (performance.now() - began) / 1000 };
}

const sendResponse = (answered: RunnerResponse): void => void process.send?.(answered);

process.on("message", (asked: MutationJob) => {
  runJob(asked).then(sendResponse, () => sendResponse({ passed: false, seconds: 0 }));
});
// when the parent process ends, kill the whole process group
process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
sendResponse({
  files: allSpecifications.map(({ moduleId }) => moduleId.slice(workingDirectory.length + 1)),
  passed: true,
  seconds: 0,
});
