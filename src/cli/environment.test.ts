import { closeSync, openSync, readFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freshFolder } from "#support/commands/program.ts";
import { createProgramEnvironment } from "./environment.ts";

test("a process knows its machine, its user and its time", () => {
  const outside = createProgramEnvironment(process);
  expect([outside.host, outside.userFolder, outside.hostName]).toEqual([process, homedir(), hostname()]);
  expect(outside.userId).toBe(process.geteuid?.());
  expect(outside.clock.now()).toBeInstanceOf(Date);
  const before = outside.clock.elapsedMs();
  expect(outside.clock.elapsedMs()).toBeGreaterThanOrEqual(before);
});

test("writes text completely at once, and throws if it cannot be written", () => {
  const file = join(freshFolder(), "out");
  // any descriptor will do, as those of this process lead to the test's own output
  const descriptor = openSync(file, "w") as 1;
  const { writeNow } = createProgramEnvironment(process);
  writeNow(descriptor, "あ\n".repeat(2));
  writeNow(descriptor, "");
  closeSync(descriptor);
  expect(readFileSync(file, "utf8")).toBe("あ\nあ\n");
  const readOnly = openSync(file, "r") as 1;
  onTestFinished(() => closeSync(readOnly));
  expect(() => writeNow(readOnly, "x")).toThrow("EBADF");
});
