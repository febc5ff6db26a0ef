import { join } from "node:path";
import { defineConfig } from "vitest/config";

// threads and programs that tests start need not compile what others have compiled
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules", ".cache", "compiled");

/** Where CI wants the results, to count them. */
const results = process.env["CLOMOCTL_TEST_RESULTS"];

/** A tier of tests. Which tier a test belongs to follows from its place. */
const tier = (name: string, include: string[], timeouts: { readonly test: number; readonly setUp: number }) => ({
  extends: true as const,
  test: {
    name,
    include,
    testTimeout: timeouts.test,
    hookTimeout: timeouts.setUp,
    expect: { poll: { timeout: timeouts.test } },
  },
});

export default defineConfig({
  test: {
    projects: [
      tier("unit", ["{src,scripts,bench}/**/*.test.ts", "test/smoke/**/*.test.ts"], { test: 180_000, setUp: 180_000 }),
      tier("process", ["test/{process,torture}/**/*.test.ts"], { test: 180_000, setUp: 180_000 }),
    ],
    // two cores: the second worker keeps the machine busy, a third would only slow the first two down
    maxWorkers: 2,
    // a process for each file would load the same modules 500 times; what a test changes of its process it puts back
    isolate: false,
    setupFiles: ["test/support/client/messages.ts"],
    // the concurrent compiler of this tier crashes now and then where cores are few: github.com/nodejs/node/issues/64841
    execArgv: ["--no-maglev"],
    env: { TZ: "UTC", NO_COLOR: "", LANG: "C", LC_ALL: "C" },
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
  },
});
