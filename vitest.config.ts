import { existsSync, globSync, readFileSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// threads and programs that tests start need not compile what others have compiled
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules", ".cache", "compiled");

/** Where CI wants the results, to count them. */
const results = process.env["CLOMOCTL_TEST_RESULTS"];

/** Room that tests need for their files. */
const NEEDED_BYTES = 1_000_000_000;

/** A folder of Linux that is in memory. */
const MEMORY = "/dev/shm";

/** Where tests have their files: in memory if there is room, as most of their time would go into waiting for a disk. */
function temporaryFolder(): string {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= NEEDED_BYTES ? MEMORY : tmpdir();
}

/**
 * The tests of commands that use a whole tenant. They also run on a tenant behind the listener of `serve`, at which a
 * system administrator is signed in. All other tests of commands are about this computer, or their tenant only has
 * prepared responses.
 */
const findTenantTests = (): string[] =>
  globSync("src/{commands,cli}/**/*.test.ts", { cwd: import.meta.dirname }).filter((file) =>
    /#support\/(?:tenant\/|commands\/populated)/.test(readFileSync(join(import.meta.dirname, file), "utf8")),
  );

/** Only ends what hangs: a test must also pass on a slow computer that has other work. */
const LIMIT_MS = 180_000;
/** The long stories: a million users, a year of nights. */
const FULL_STORIES_MS = 5_400_000;
const STORY_MS = process.env["CLOMOCTL_STORIES"] === "full" ? FULL_STORIES_MS : 600_000;

/** A tier of tests. Which tier a test belongs to follows from its place. */
const tier = (name: string, include: string[], env: Record<string, string> = {}, testTimeout = LIMIT_MS) => ({
  extends: true as const,
  test: { name, include, env, testTimeout },
});

export default defineConfig({
  test: {
    projects: [
      tier("unit", ["{src,scripts,bench}/**/*.test.ts", "test/{smoke,lists}/**/*.test.ts"]),
      tier("served", findTenantTests(), { CLOMOCTL_TEST_SERVED: "1" }),
      tier("stories", ["test/stories/**/*.test.ts"], {}, STORY_MS),
      tier("process", ["test/{process,torture}/**/*.test.ts"]),
    ],
    testTimeout: LIMIT_MS,
    hookTimeout: LIMIT_MS,
    expect: { poll: { timeout: LIMIT_MS } },
    // two cores: the second worker keeps the machine busy, a third would only slow the first two down
    maxWorkers: 2,
    // a process for each file would load the same modules 500 times; what a test changes of its process it puts back
    isolate: false,
    setupFiles: ["test/support/client/messages.ts", "test/support/random.ts", "test/support/tenant/passwords.ts"],
    // the concurrent compiler of this tier crashes now and then where cores are few: github.com/nodejs/node/issues/64841
    execArgv: ["--no-maglev"],
    env: { TZ: "UTC", NO_COLOR: "", LANG: "C", LC_ALL: "C", TMPDIR: temporaryFolder() },
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
  },
});
