import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProcess, type ProcessRun } from "./process.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "clomoctl-bench-"));
});
afterAll(() => rm(folder, { recursive: true }));

const shell = (script: string, output?: string, signal = new AbortController().signal): Promise<ProcessRun> =>
  runProcess({ file: "/bin/sh", args: ["-c", script], env: { PATH: "/bin:/usr/bin", A: "1" }, folder, output }, signal);

test("a run has what the process printed, and exactly its environment", async () => {
  expect((await shell('echo "$A"; echo "[$HOME]"')).stdout).toBe("1\n[]\n");
});

test("the processor time has that of the processes that a process started", async () => {
  const count = "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done";
  const ran = await shell(`sh -c '${count}'; sh -c '${count}'`);
  expect(ran.cpuSeconds).toBeGreaterThan(0);
  expect(ran.seconds).toBeGreaterThan(0);
  expect(ran.peakBytes).toBeGreaterThan(100_000);
});

test("stdout can go to a file", async () => {
  const path = join(folder, "printed");
  expect((await shell("echo x", path)).stdout).toBe("");
  expect(await readFile(path, "utf8")).toBe("x\n");
});

test("another status than 0 is an error with what was said", async () => {
  await expect(shell("echo no >&2; exit 3")).rejects.toThrow("ended with 3: no");
});

test("an interruption stops the process", async () => {
  const interruption = new AbortController();
  const pid = join(folder, "pid");
  const run = shell("echo $$; exec sleep 1000", pid, interruption.signal);
  await expect.poll(() => readFile(pid, "utf8").catch(() => ""), { timeout: 60_000 }).toMatch(/\d+\n/);
  interruption.abort(new Error("interrupted"));
  await expect(run).rejects.toThrow("interrupted");
  const child = Number(await readFile(pid, "utf8"));
  await expect.poll(() => readFile(`/proc/${child}/stat`, "utf8").catch(() => "Z"), { timeout: 60_000 }).toMatch(/Z/);
});
