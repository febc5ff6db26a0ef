import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Failure } from "../../../errors/index.ts";
import type { OpenThreadTask } from "../../testing/open-thread.ts";
import { Database } from "./database.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "database-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a file that is not there yet opens for all who make it at once", async () => {
  const task: OpenThreadTask = { folder, rounds: 20, threads: 12, arrived: new Int32Array(new SharedArrayBuffer(4)) };
  const threads = Array.from(
    { length: task.threads },
    () => new Worker(new URL("../../testing/open-thread.ts", import.meta.url), { workerData: task }),
  );
  const failures = await Promise.all(threads.map((thread) => once(thread, "message")));
  expect(failures.flat(2)).toEqual([]);
});

/** The code of the failure that `body` throws. */
const codeOf = (body: () => unknown): string | undefined => {
  try {
    body();
    return undefined;
  } catch (error) {
    return error instanceof Failure ? error.code : String(error);
  }
};

test("a new file that somebody else keeps in his hands is locked", () => {
  const path = join(folder, "tenant.db");
  const holder = new DatabaseSync(path);
  holder.exec("begin exclusive");
  expect(codeOf(() => new Database(path, { busyTimeoutMs: 20 }))).toBe("locked");
  holder.close();
});
