/** Runs test files of the working directory, one at a time, in one vitest that stays: a process of its own. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as VitestNode from "vitest/node";

/** A file whose tests the process runs. */
export interface MutationJob {
  /** relative to the working directory */
  readonly file: string;
}

/** What it answers; the first time with no file, when it is ready. */
export interface Answered {
  /** test files there are, relative to the working directory */
  readonly files?: readonly string[];
  readonly passed: boolean;
  readonly seconds: number;
}

const root = process.cwd();
// the vitest of the root, which may be another commit's
const { createVitest } = (await import(
  pathToFileURL(join(root, "node_modules", "vitest", "dist", "node.js")).href
)) as typeof VitestNode;

let ended: VitestNode.TestModule[] = [];
const reporter: VitestNode.Reporter = { onTestModuleEnd: (module) => void ended.push(module) };

/** Tiers of tests, by their names in the configuration; all if there are none. */
const tiers = process.argv.slice(2);

const vitest = await createVitest({
  root,
  ...(tiers.length > 0 && { project: tiers }),
  run: true,
  watch: false,
  reporters: [reporter],
  bail: 1,
  maxWorkers: 1,
  fileParallelism: false,
});
const specifications = await vitest.globTestSpecifications();

async function answer({ file }: MutationJob): Promise<Answered> {
  const began = performance.now();
  const asked = specifications.filter(({ moduleId }) => moduleId === join(root, file));
  // what vitest returns holds those of the runs before, too
  ended = [];
  const { unhandledErrors } = await vitest.runTestSpecifications(asked);
  const isFine = ended.length > 0 && ended.every((module) => ["passed", "skipped"].includes(module.state()));
  return { passed: isFine && unhandledErrors.length === 0, seconds: (performance.now() - began) / 1000 };
}

const tell = (answered: Answered): void => void process.send?.(answered);

process.on("message", (asked: MutationJob) => {
  answer(asked).then(tell, () => tell({ passed: false, seconds: 0 }));
});
// with who asks, all go
process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
tell({ files: specifications.map(({ moduleId }) => moduleId.slice(root.length + 1)), passed: true, seconds: 0 });
