import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { unreadable } from "./read.ts";

test("a file that is not there is not found; one that cannot be read is a wrong use", async () => {
  const codeOf = (path: string) => readFile(path).catch((cause: unknown) => unreadable("x.csv", cause));
  expect(await codeOf("/nowhere/x.csv")).toMatchObject({ code: "not-found", where: "x.csv" });
  expect(await codeOf("/dev/null/x.csv")).toMatchObject({ code: "not-found" });
  expect(await codeOf("/")).toMatchObject({ code: "usage", where: "x.csv" });
});
