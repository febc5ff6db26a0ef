import { readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { readStart, unreadable } from "./read.ts";

test("a file that is not there is not found; one that cannot be read is a wrong use", async () => {
  const codeOf = (path: string) => readFile(path).catch((cause: unknown) => unreadable("x.csv", cause));
  expect(await codeOf("/nowhere/x.csv")).toMatchObject({ code: "not-found", where: "x.csv" });
  expect(await codeOf("/dev/null/x.csv")).toMatchObject({ code: "not-found" });
  expect(await codeOf("/")).toMatchObject({ code: "usage", where: "x.csv" });
});

test.runIf(process.platform === "linux")("a file of the system's own, which has no size, is read too", async () => {
  const start = await readStart("/proc/self/status", 1024);
  expect((await stat("/proc/self/status")).size).toBe(0);
  expect(Buffer.from(start?.bytes ?? []).toString()).toContain("Name:");
});
