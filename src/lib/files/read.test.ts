import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readFileStart, readSmallFile, createReadFailure } from "./read.ts";

test("a missing file is not found, and an unreadable one is a usage error", async () => {
  const codeOf = (path: string) => readFile(path).catch((cause: unknown) => createReadFailure("x.csv", cause));
  expect(await codeOf("/nowhere/x.csv")).toMatchObject({ code: "not-found", where: "x.csv" });
  expect(await codeOf("/dev/null/x.csv")).toMatchObject({ code: "not-found" });
  expect(await codeOf("/")).toMatchObject({ code: "usage", where: "x.csv" });
});

test("suggests how to make a file readable", () => {
  const cause = Object.assign(new Error("denied"), { code: "EACCES" });
  const { hint } = createReadFailure("x.csv", cause);
  expect(hint?.en).toBe("make the file readable for the user who runs clomoctl");
  expect(hint?.ja).toContain("読み込めるように");
});

test.runIf(process.platform === "linux")("also reads a system file without a size", async () => {
  const start = await readFileStart("/proc/self/status", 1024);
  expect((await stat("/proc/self/status")).size).toBe(0);
  expect(Buffer.from(start?.bytes ?? []).toString()).toContain("Name:");
});

test("reads a whole file of at most the given length, and nothing of a longer one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "read-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "a.bin");
  await writeFile(path, Buffer.alloc(8));
  expect((await readSmallFile(path, 8))?.bytes).toHaveLength(8);
  expect(await readSmallFile(path, 7)).toBeUndefined();
});
