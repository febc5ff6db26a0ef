import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Failure } from "../../../../errors/index.ts";
import { encodeCsv, TestTenant } from "#support/tenant/tenant.ts";
import type { WorkerTask } from "./messages.ts";
import { ImportThread } from "./thread.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const users = { kind: "users" } as const;
const FILE = [
  ["氏名", "メールアドレス"],
  ["山田", "yamada@x"],
];

test("a file whose stream breaks off never becomes a plan, not even briefly", async () => {
  tenant.database.exec("create table seen (state text)");
  tenant.database.exec("create trigger watch after update on import begin insert into seen values (new.state); end");
  let sent = false;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent) controller.error(new Error("the disk is gone"));
      else controller.enqueue(encodeCsv(FILE));
      sent = true;
    },
  });
  await expect(tenant.client.imports.plan(users, { stream, encoding: "utf-8" })).rejects.toThrow(
    /could not be received completely/,
  );
  expect(tenant.sql("select state from seen")).toEqual([{ state: "failed" }]);
});

/** Node handles a thousand messages of a thread in one turn at most: more pieces than that need several. */
test("a file is read no faster than it is processed", async () => {
  const pieces = 5000;
  const seen = { pulled: 0, atOnce: 0, over: false };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      seen.pulled += 1;
      if (seen.pulled === 1) controller.enqueue(encodeCsv(FILE));
      else if (seen.pulled <= pieces) controller.enqueue(Uint8Array.of(0x0a));
      else controller.close();
    },
  });
  const planning = tenant.client.imports.plan(users, { stream, encoding: "utf-8" }).finally(() => {
    seen.over = true;
  });
  while (!seen.over) {
    const before = seen.pulled;
    await turn();
    seen.atOnce = Math.max(seen.atOnce, seen.pulled - before);
  }
  expect(await planning).toMatchObject({ create: 1 });
  expect(seen.pulled).toBeGreaterThan(pieces);
  expect(seen.atOnce).toBeLessThan(pieces);
});

test("many comparisons in one process do not cause a Node warning", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const { id } = await tenant.plan(users, FILE);
  for (let times = 0; times < 12; times += 1) await tenant.client.imports.replan(id);
  await turn();
  expect(warnings).toEqual([]);
});

describe("a task that fails", () => {
  const thread = new ImportThread();
  afterAll(() => thread.close());

  const replan = (file: string): WorkerTask => {
    const files = { tenant: join(tenant.folder, file), staging: join(tenant.folder, "staging.db") };
    return { type: "replan", files, id: "none" };
  };

  test("leaves the rest of its file unread", async () => {
    const cancelled = Promise.withResolvers<void>();
    const stream = new ReadableStream<Uint8Array>({ cancel: () => cancelled.resolve() });
    await expect(thread.run(replan("missing/tenant.db"), stream)).rejects.toThrow(Failure);
    await cancelled.promise;
  });

  test("reports what is wrong as a failure", async () => {
    const failure = await thread.run(replan("tenant.db")).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: "not-found", what: { en: expect.stringContaining("none") } });
  });

  test("crashes with the error of its thread", async () => {
    await expect(thread.run({ ...replan("tenant.db"), id: {} } as unknown as WorkerTask)).rejects.toThrow(
      /cannot be bound/,
    );
  });

  test("along with its thread is followed by a task in a new thread", async () => {
    await expect(thread.run(JSON.parse("null") as WorkerTask)).rejects.toThrow(TypeError);
    await expect(thread.run(replan("missing/tenant.db"))).rejects.toThrow(Failure);
  });
});
