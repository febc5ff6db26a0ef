import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "#support/process/program.ts";
import { whenDone } from "#support/process/when-done.ts";
import type { Trial } from "../trial.ts";

const VITEST = join(ROOT, "node_modules", "vitest", "vitest.mjs");

/** A test file that the torture run repeats with other seeds. */
interface TestFile {
  readonly path: string;
  readonly project?: "unit" | "process";
  /** number of random histories or cases per place; undefined for a file without random parts, which has one place */
  readonly batch?: number;
  /** limits the run to tests with this name */
  readonly name?: string;
}

/**
 * Returns the lines of vitest's output that report failures, with fast-check's seed, path and shrunk counterexample.
 */
function failuresIn(output: string): readonly string[] {
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
    // leaves enough time for any number of histories
    "--test-timeout",
    "3600000",
    path,
    ...(name === undefined ? [] : ["-t", name]),
  ];
  // a separate process group, so that its workers end with it
  const child = spawn(process.execPath, args, { cwd: ROOT, env, detached: true });
  const forget = whenDone(() => process.kill(-(child.pid ?? 0), "SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      forget();
      if (code === 0) return resolve([]);
      const found = failuresIn(output);
      const [, shrunk, way] = /seed: (-?\d+), path: "([^"]+)"/.exec(output) ?? [];
      const steps =
        process.env["CLOMOCTL_STEPS"] === undefined ? "" : `CLOMOCTL_STEPS=${process.env["CLOMOCTL_STEPS"]} `;
      const replay = `${steps}CLOMOCTL_SEED=${shrunk} CLOMOCTL_PATH=${way} npx vitest run --project ${project} ${path}`;
      resolve(way === undefined ? found : [...found, `the shrunk history: ${replay}`]);
    });
  });
}

/** Creates trials of test files. Each place is a seed, or the unchanged file if it has no random parts. */
const byTests = (files: readonly TestFile[]): readonly Trial[] =>
  files.map((file) => ({
    scene: file.path,
    places: async ({ histories }) => {
      const { batch } = file;
      if (batch === undefined) return ["once"];
      return Array.from({ length: Math.ceil(histories / batch) }, (_, at) => `${batch} from seed ${at + 1}`);
    },
    attempt: (place, { seed }) => runTests(file, seed * 1_000_000 + Number(place.split(" ").at(-1) ?? 0)),
  }));

const TENANT = "src/lib/tenant";
const ofRuns = (path: string, batch: number): TestFile => ({ path, batch });

export const HISTORIES = byTests([
  ofRuns(`${TENANT}/records/directory-history.test.ts`, 20),
  ofRuns(`${TENANT}/records/things-history.test.ts`, 20),
  ofRuns(`${TENANT}/policy/actors-history.test.ts`, 10),
  ofRuns(`${TENANT}/policy/twins-history.test.ts`, 4),
  ofRuns(`${TENANT}/console/console-history.test.ts`, 10),
  ofRuns(`${TENANT}/handover/restores-history.test.ts`, 5),
  ofRuns(`${TENANT}/ade/history.test.ts`, 50),
  ofRuns(`${TENANT}/plans/users-model.test.ts`, 100),
  ofRuns(`${TENANT}/plans/secured-model.test.ts`, 75),
  ofRuns(`${TENANT}/plans/history-model.test.ts`, 20),
  ofRuns(`${TENANT}/plans/orgs.test.ts`, 40),
  ofRuns(`${TENANT}/plans/devices.test.ts`, 12),
  ofRuns(`${TENANT}/versions/history.test.ts`, 60),
  ofRuns(`${TENANT}/handover/restores.test.ts`, 24),
  ofRuns("src/commands/imports/scenes/random-consoles.test.ts", 12),
  ofRuns("src/commands/imports/scenes/random-secured-consoles.test.ts", 4),
]);

/** Export, then import, in every encoding and mode. */
export const ROUND_TRIPS = byTests([
  { path: "src/commands/imports/scenes/roundtrip.test.ts", name: "for random trees", batch: 40 },
  { path: `${TENANT}/store/export.test.ts` },
]);

/** What a plan, a dry run or a diff announces must be what is then applied. */
export const PLANS = byTests([
  ofRuns(`${TENANT}/handover/restores-rules.test.ts`, 288),
  ofRuns(`${TENANT}/records/by-hand.test.ts`, 30),
  ofRuns(`${TENANT}/plans/users-model.test.ts`, 100),
]);

/** Who may do what, and what responses reveal about data that an account may not see. */
export const ROLES = byTests([
  ofRuns(`${TENANT}/policy/actors-history.test.ts`, 10),
  ofRuns(`${TENANT}/policy/twins-history.test.ts`, 4),
  ofRuns("src/commands/permission-sequences.test.ts", 80),
  { path: "src/commands/permission-everywhere.test.ts" },
]);

export const BUNDLES = byTests([
  { path: "src/commands/handover/spoilt.test.ts", batch: 40 },
  { path: "src/lib/handover/compare/verify.test.ts", batch: 200 },
]);

export const CANARIES = byTests([
  { path: "test/process/canary.test.ts", project: "process" },
  { path: "test/process/handover-canary.test.ts", project: "process" },
]);

export const APPLE = byTests([
  ofRuns(`${TENANT}/ade/history.test.ts`, 50),
  { path: "src/lib/apple/simulator/faults.test.ts" },
  { path: "test/process/simulator.test.ts", project: "process" },
]);

export const RETRIES = byTests([
  { path: "src/lib/apple/patience.test.ts" },
  { path: "src/lib/apple/service/service.test.ts" },
]);
