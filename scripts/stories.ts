// Runs the stories in test/stories with a fresh build: `npm run stories [-- --full] [FILE…]`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const args = process.argv.slice(2);
const env = args.includes("--full") ? { ...process.env, CLOMOCTL_STORIES: "full" } : process.env;

const run = (file: string, ...rest: readonly string[]): number =>
  spawnSync(process.execPath, [join(root, file), ...rest], { cwd: root, env, stdio: "inherit" }).status ?? 1;

process.exitCode =
  run("scripts/build.ts") ||
  run("node_modules/vitest/vitest.mjs", "run", "--project", "stories", ...args.filter((arg) => arg !== "--full"));
