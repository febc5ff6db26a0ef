import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "#support/process/program.ts";
import { registerCleanUp } from "#support/process/when-done.ts";
import type { Trial } from "../trial.ts";

const VITEST = join(ROOT, "node_modules", "vitest", "vitest.mjs");

/** A test file that the torture run repeats with other seeds. */
interface TestFile {
  readonly path: string;
  readonly project?: "unit" | "process";
  /** random histories or cases per place; undefined for a file without random values, which has one place */
  readonly batch?: number;
  /** limits the run to tests with this name */
  readonly name?: string;
}

/** Returns the failures in vitest's output, with fast-check's seed, path and shrunk counterexample. */
function findFailures(output: string): readonly string[] {
  const lines = stripVTControlCharacters(output).split("\n");
  const begin = lines.findIndex((line) => /^\s*FAIL |Unhandled|Error:/.test(line));
  return lines.slice(Math.max(0, begin)).slice(0, 60);
}

function runTests({ path, project = "unit", name, batch }: TestFile, seed: number): Promise<readonly string[]> {
  const env = {
    ...process.env,
    ...(batch !== undefined && { CLOMOCTL_HISTORIES: String(batch), CLOMOCTL_SEED: String(seed) }),
  };
  const args = [
    "--no-maglev",
    VITEST,
    "run",
    "--project",
    project,
    "--max-workers",
    "1",
    // long enough for any number of histories
    "--test-timeout",
    "3600000",
    path,
    ...(name === undefined ? [] : ["-t", name]),
  ];
  // runs in a separate process group, so that vitest's workers can be ended together with it
  const child = spawn(process.execPath, args, { cwd: ROOT, env, detached: true });
  const forget = registerCleanUp(() => process.kill(-(child.pid ?? 0), "SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      forget();
      if (code === 0) return resolve([]);
      const found = findFailures(output);
      const [, shrunk, way] = /seed: (-?\d+), path: "([^"]+)"/.exec(output) ?? [];
      const steps =
        process.env["CLOMOCTL_STEPS"] === undefined ? "" : `CLOMOCTL_STEPS=${process.env["CLOMOCTL_STEPS"]} `;
      const replay = `${steps}CLOMOCTL_SEED=${shrunk} CLOMOCTL_PATH=${way} npx vitest run --project ${project} ${path}`;
      resolve(way === undefined ? found : [...found, `the shrunk history: ${replay}`]);
    });
  });
}

/** Creates trials of test files. Each place is a seed. A file that does not use random values has one place. */
const createTestTrials = (files: readonly TestFile[]): readonly Trial[] =>
  files.map((file) => ({
    scene: file.path,
    places: async ({ histories }) => {
      const { batch } = file;
      if (batch === undefined) return ["once"];
      return Array.from({ length: Math.ceil(histories / batch) }, (_, at) => `${batch} from seed ${at + 1}`);
    },
    attempt: (place, { seed }) => runTests(file, seed * 1_000_000 + Number(place.split(" ").at(-1) ?? 0)),
  }));

const TENANT_FOLDER = "src/lib/tenant";
const createTestFile = (path: string, batch: number): TestFile => ({ path, batch });

export const HISTORY_TRIALS = createTestTrials([
  createTestFile(`${TENANT_FOLDER}/subjects/directory-history.test.ts`, 20),
  createTestFile(`${TENANT_FOLDER}/api/actors-history.test.ts`, 10),
  createTestFile(`${TENANT_FOLDER}/ledger/wish-history.test.ts`, 2),
  createTestFile(`${TENANT_FOLDER}/plans/users-model.test.ts`, 100),
  createTestFile(`${TENANT_FOLDER}/plans/history-model.test.ts`, 20),
  createTestFile(`${TENANT_FOLDER}/plans/orgs.test.ts`, 40),
  createTestFile(`${TENANT_FOLDER}/plans/devices.test.ts`, 12),
]);

export const ROUND_TRIP_TRIALS = createTestTrials([
  { path: "src/commands/imports/roundtrip.test.ts", name: "for random trees", batch: 40 },
  { path: `${TENANT_FOLDER}/ledger/export.test.ts` },
]);

/** Trials that check that what a plan, a dry run or a diff announces is exactly what is then applied. */
export const PLAN_TRIALS = createTestTrials([
  createTestFile(`${TENANT_FOLDER}/subjects/by-hand.test.ts`, 30),
  createTestFile(`${TENANT_FOLDER}/plans/users-model.test.ts`, 100),
]);

/** Trials of who may do what, and of what responses reveal about data that an account may not see. */
export const ROLE_TRIALS = createTestTrials([
  createTestFile(`${TENANT_FOLDER}/api/actors-history.test.ts`, 10),
  { path: "src/commands/permission-everywhere.test.ts" },
]);

export const BUNDLE_TRIALS = createTestTrials([
  { path: "src/commands/handover/hostile.test.ts", batch: 40 },
  { path: "src/lib/handover/bundle/verify.test.ts", batch: 200 },
]);

export const CANARY_TRIALS = createTestTrials([
  { path: "test/process/canary.test.ts", project: "process" },
  { path: "test/process/handover-canary.test.ts", project: "process" },
]);

export const APPLE_TRIALS = createTestTrials([{ path: `${TENANT_FOLDER}/subjects/ade.test.ts` }]);

export const RETRY_TRIALS = createTestTrials([
  { path: "src/lib/apple/retry.test.ts" },
  { path: "src/lib/apple/ade-service.test.ts" },
]);
