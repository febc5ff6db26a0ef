import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { Database } from "../store/sqlite/database.ts";
import { migrate } from "../store/sqlite/migrations.ts";
import { failureOf, TestSurroundings } from "../testing/tenant.ts";
import { IdempotencyKeys, type Work } from "./idempotency.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

let folder = "";
let database: Database;
let surroundings: TestSurroundings;
let idempotency: IdempotencyKeys;
/** created objects, by id */
let made: Map<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "idempotency-"));
  database = new Database(join(folder, "tenant.db"), { busyTimeoutMs: 20 });
  migrate(database, { name: "t", now: "2026-04-01T00:00:00.000Z" }, () => undefined);
  surroundings = new TestSurroundings();
  idempotency = new IdempotencyKeys(database, surroundings);
  made = new Map();
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Creates a new object each time it runs. */
const making: Work<string> = {
  perform: () => {
    const answer = `made ${made.size + 1}`;
    made.set(`id ${made.size + 1}`, answer);
    return answer;
  },
  subject: (answer) => answer.replace("made", "id"),
  replay: (subject) => made.get(subject),
};

const request = { key: "a", route: "/v1/x", content: "{}" };

test("what comes again is answered as before, also by a process that comes later", async () => {
  expect(await idempotency.once(request, making)).toBe("made 1");
  expect(await idempotency.once(request, making)).toBe("made 1");
  expect(await new IdempotencyKeys(database, surroundings).once(request, making)).toBe("made 1");
  expect(made.size).toBe(1);
});

test.each([
  ["no key", { ...request, key: undefined }],
  ["another key", { ...request, key: "b" }],
  ["another route", { ...request, route: "/v1/y" }],
])("%s is another request", async (_, other) => {
  await idempotency.once(request, making);
  expect(await idempotency.once(other, making)).toBe("made 2");
});

test("a key that came with another content is refused, and does nothing", async () => {
  await idempotency.once(request, making);
  const refused = await failureOf(idempotency.once({ ...request, content: '{"a":1}' }, making));
  expect([refused?.code, refused?.where, made.size]).toEqual(["usage", "idempotency-key", 1]);
});

test("what was done and is no more is done again, and then replayed", async () => {
  await idempotency.once(request, making);
  made.set("id 1", "");
  const work = { ...making, replay: (subject: string) => made.get(subject) || undefined };
  expect(await idempotency.once(request, work)).toBe("made 2");
  expect(await idempotency.once(request, work)).toBe("made 2");
  expect(made.size).toBe(2);
});

test("requests at the same time are done once, and each by itself where they differ", async () => {
  const slow: Work<string> = { ...making, perform: () => Promise.resolve().then(making.perform) };
  const other = { ...request, key: "b" };
  expect(await Promise.all([request, request, other, request].map((one) => idempotency.once(one, slow)))).toEqual([
    "made 1",
    "made 1",
    "made 2",
    "made 1",
  ]);
});

test("a failure goes to all who wait for it, and the next tries anew", async () => {
  let attempts = 0;
  const failing: Work<string> = {
    ...making,
    perform: async () => {
      attempts += 1;
      throw new Failure("locked", { what: text("locked", "使用中") });
    },
  };
  const outcomes = await Promise.all([request, request].map((one) => failureOf(idempotency.once(one, failing))));
  expect([outcomes.map((failure) => failure?.code), attempts]).toEqual([["locked", "locked"], 1]);
  expect(await idempotency.once(request, making)).toBe("made 1");
});

test("work that is done is answered though its key could not be kept, since another process was writing", async () => {
  const other = new Database(database.path);
  other.exec("begin immediate");
  expect(await idempotency.once(request, making)).toBe("made 1");
  other.exec("rollback");
  other.close();
  expect(await idempotency.once(request, making)).toBe("made 2");
});

test("a key that cannot be kept for any other reason is told", async () => {
  database.exec("drop table repeatable");
  database.exec("create table repeatable (key text, route text, fingerprint text, subject text)");
  await expect(idempotency.once(request, making)).rejects.toThrow("at");
});

test("a key that may not be kept is told", async () => {
  const readOnly = new Database(database.path, { readOnly: true });
  const refused = await failureOf(new IdempotencyKeys(readOnly, surroundings).once(request, making));
  expect(refused?.code).toBe("not-permitted");
  readOnly.close();
});

test("a key is forgotten after a day, when the next is kept", async () => {
  const later = (ms: number, key: string) => {
    surroundings.time = Date.UTC(2026, 3, 1) + ms;
    return idempotency.once({ ...request, key }, making);
  };
  await later(0, "a");
  await later(DAY_MS - 1000, "b");
  expect(await later(DAY_MS - 500, "a")).toBe("made 1");
  await later(DAY_MS + 1000, "c");
  expect(await later(DAY_MS + 2000, "a")).toBe("made 4");
  expect(await later(DAY_MS + 3000, "b")).toBe("made 2");
});
