import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// threads and programs that tests start need not compile what others have compiled
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules", ".cache", "compiled");

/** Where CI wants the results, to count them. */
const results = process.env["CLOMOCTL_TEST_RESULTS"];

/** The tests of the built program first: they take the longest, and one that came last would leave a worker without work. */
class ProgramFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ofProgram = join(import.meta.dirname, "test", "process");
    const isLong = ({ moduleId }: TestSpecification): number => Number(moduleId.startsWith(ofProgram));
    // oxlint-disable-next-line unicorn/no-array-sort -- it is the sequencer's own
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => isLong(other) - isLong(one));
  }
}

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "scripts/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts"],
    // two cores: the second worker keeps the machine busy, a third would only slow the first two down
    maxWorkers: 2,
    // a process for each file would load the same modules 500 times; what a test changes of its process it puts back
    isolate: false,
    setupFiles: ["test/support/client/messages.ts"],
    sequence: { sequencer: ProgramFirst },
    // the concurrent compiler of this tier crashes now and then where cores are few: github.com/nodejs/node/issues/64841
    execArgv: ["--no-maglev"],
    // tests of the built program wait for processes
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000 } },
    env: { TZ: "UTC", NO_COLOR: "", LANG: "C", LC_ALL: "C" },
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
  },
});
