import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const script = fileURLToPath(new URL("../support/tenant/commit-process.ts", import.meta.url));
const header = ["氏名", "メールアドレス"];

/** Starts a process that will commit a plan; its output is read line by line. */
const start = (id: string) => {
  const child: ChildProcess = spawn(process.execPath, [script, tenant.folder, id], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new TypeError("no stdout");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, ended: once(child, "exit"), line: async (): Promise<string> => String((await lines.next()).value) };
};

test("if two processes commit plans of the same person at once, one succeeds and the other reports a conflict", async () => {
  const plans = [
    await tenant.plan({ kind: "users" }, [header, ["山田", "a@x"]]),
    await tenant.plan({ kind: "users" }, [header, ["髙橋", "a@x"]]),
  ];
  const processes = plans.map(({ id }) => start(id));
  for (const { line } of processes) expect(await line()).toBe("ready");
  for (const { child } of processes) child.stdin?.write("go\n");
  const outcomes = await Promise.all(processes.map(({ line }) => line()));
  expect(outcomes.toSorted()).toEqual(["committed", "conflict"]);
  await Promise.all(processes.map(({ ended }) => ended));
  expect(await tenant.users()).toHaveLength(1);
});

test("a killed process leaves the tenant and its complete plans unchanged", async () => {
  const plan = await tenant.plan({ kind: "users" }, [header, ["山田", "a@x"]]);
  const { child, ended, line } = start(plan.id);
  expect(await line()).toBe("ready");
  child.kill("SIGKILL");
  await ended;
  await tenant.reopen();
  expect(await tenant.users()).toEqual([]);
  expect(await tenant.client.imports.commit(plan)).toMatchObject({ state: "committed" });
});
