import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run } from "#support/process/program.ts";

test("a crash exits with 3, whatever breaks", async () => {
  const home = await freshHome();
  const preload = join(home, "crash.cjs");
  await writeFile(preload, "setTimeout(() => { throw new Error('crash') }, 0)");
  const env = { NODE_OPTIONS: `--require ${preload}` };
  expect((await run(["renewals", "check"], { home, env })).code).toBe(3);
  expect((await run(["context", "list"], { home, env })).code).toBe(1);
});
