import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import { encodeCsv, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";
import { completeRequest } from "../ledger/import-request.ts";
import type { JobArguments } from "./import-worker.ts";
import { ImportThreads } from "./engine.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const users = { kind: "users" } as const;
const FILE = "氏名,メールアドレス\n山田,yamada@x";

test("a file whose stream breaks off never becomes a plan, not even briefly", async () => {
  tenant.database.exec("create table seen (pk integer primary key, state text)");
  tenant.database.exec(
    "create trigger watch after update on import begin insert into seen (state) values (new.state); end",
  );
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
  expect(tenant.sql("select state from seen")).toEqual([{ state: "discarded" }]);
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
  for (let times = 0; times < 12; times += 1) await tenant.plan(users, FILE);
  await turn();
  expect(warnings).toEqual([]);
});

const planPeople = (count: number) =>
  tenant.plan(users, [
    ["氏名", "メールアドレス"],
    ...Array.from({ length: count }, (_, at) => [`${at + 1}`, `${at + 1}@x`]),
  ]);

const readNames = async (id: string): Promise<readonly unknown[]> =>
  (await Array.fromAsync(tenant.client.imports.rows(id))).map(({ after }) => after[0]?.value);

describe("the lines of a plan", () => {
  test("can be read while another import waits for its file", async () => {
    const { id } = await planPeople(2);
    const release = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        started.resolve();
        await release.promise;
        controller.enqueue(encodeCsv(FILE));
        controller.close();
      },
    });
    const planning = tenant.client.imports.plan(users, { stream, encoding: "utf-8" });
    await started.promise;
    expect(await readNames(id)).toEqual(["1", "2"]);
    release.resolve();
    expect(await planning).toMatchObject({ create: 1 });
  });

  test("can be read by several readers in turn", async () => {
    const [one, other] = [await planPeople(3000), await planPeople(2000)];
    const [ones, others] = [one, other].map(({ id }) => tenant.client.imports.rows(id)[Symbol.asyncIterator]());
    await ones?.next();
    expect(await readNames(other.id)).toHaveLength(2000);
    await others?.next();
    expect(await readNames(one.id)).toHaveLength(3000);
    await ones?.return?.();
    expect(await Array.fromAsync({ [Symbol.asyncIterator]: () => others as AsyncIterator<unknown> })).toHaveLength(
      1999,
    );
  });

  test("are read no faster than they are used", async () => {
    const { id } = await planPeople(20_000);
    const rows = tenant.client.imports.rows(id)[Symbol.asyncIterator]();
    await rows.next();
    await sleep(100);
    const staging = new DatabaseSync(join(tenant.folder, "imports", `${id}.db`));
    staging.exec("delete from row where row > 10000");
    staging.close();
    expect(await Array.fromAsync({ [Symbol.asyncIterator]: () => rows })).toHaveLength(9_998);
  });

  test("of a plan in use are refused", async () => {
    const { id } = await planPeople(1);
    using file = new DatabaseSync(join(tenant.folder, "imports", `${id}.db`));
    file.exec("begin exclusive");
    await expect(readNames(id)).rejects.toMatchObject({ code: "locked" });
  });

  test("of a plan without its file are a failure", async () => {
    const { id } = await planPeople(1);
    writeFileSync(join(tenant.folder, "imports", `${id}.db`), "not a database");
    await expect(readNames(id)).rejects.toMatchObject({ what: { en: expect.stringContaining("plan's file") } });
  });
});

test("a committed import is in the tenant's file, so that the next small change need not copy it there", async () => {
  await tenant.client.imports.commit(await planPeople(3000));
  const path = join(tenant.folder, "tenant.db");
  // an immutable file is read without its log
  const file = new DatabaseSync(`${pathToFileURL(path).href}?immutable=1`, { readOnly: true });
  expect(file.prepare("select count(*) as n from user").get()).toEqual({ n: 3000 });
  file.close();
});

describe("a job that fails", () => {
  const threads = new ImportThreads();
  afterAll(() => threads.close());

  const select = (file: string) => {
    const files = { tenant: join(tenant.folder, file), staging: join(tenant.folder, "staging.db") };
    const stream = new Blob(["氏名,メールアドレス\r\n"]).stream();
    return { files, id: "none", request: completeRequest({ kind: "users" }), stream, encoding: "utf-8" } as const;
  };

  test("leaves the rest of its file unread", async () => {
    const cancelled = Promise.withResolvers<void>();
    const stream = new ReadableStream<Uint8Array>({ cancel: () => cancelled.resolve() });
    await expect(threads.run("plan", { ...select("missing/tenant.db"), stream })).rejects.toThrow(Failure);
    await cancelled.promise;
  });

  test("reports what is wrong as a failure", async () => {
    const failure = await threads.run("plan", select("tenant.db")).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: "not-found", what: { en: expect.stringContaining("none") } });
  });

  test("crashes with the error of its thread", async () => {
    await expect(threads.run("plan", { ...select("tenant.db"), id: {} as string })).rejects.toThrow(/cannot be bound/);
  });

  test("along with its thread is followed by a job in a new thread", async () => {
    await expect(threads.run("plan", JSON.parse("{}") as JobArguments<"plan">)).rejects.toThrow(TypeError);
    await expect(threads.run("plan", select("missing/tenant.db"))).rejects.toThrow(Failure);
  });
});
