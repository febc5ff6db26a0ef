import { Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { StreamWriter } from "./writer.ts";

const broken = (code: string) =>
  new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(code), { code }));
    },
  });

test("small writes of one turn are written together, in order with bytes", async () => {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  const writer = new StreamWriter(stream, "stdout");
  await writer.write("a");
  await writer.write("b");
  await writer.write(Buffer.from("c"));
  await writer.write("d");
  await writer.flush();
  expect(chunks.filter((chunk) => chunk !== "")).toEqual(["ab", "c", "d"]);
});

test("a waiting line is written on the next turn without a flush", async () => {
  let seen = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      seen += chunk.toString();
      done();
    },
  });
  await new StreamWriter(stream, "stdout").write("line\n");
  await turn();
  await turn();
  expect(seen).toBe("line\n");
});

test("a slow reader slows the writer down", async () => {
  const held: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 10,
    write(_chunk, _encoding, done) {
      held.push(() => done());
    },
  });
  const writer = new StreamWriter(stream, "stdout");
  let resumed = false;
  const writing = writer.write(Buffer.alloc(100)).then(() => {
    resumed = true;
  });
  await turn();
  expect(resumed).toBe(false);
  held[0]?.();
  await writing;
  expect(resumed).toBe(true);
});

test("a reader that has closed ends the writer quietly", async () => {
  const writer = new StreamWriter(broken("EPIPE"), "stdout");
  await writer.write("x");
  await writer.flush();
  await turn();
  expect(writer.closed).toBe(true);
  await writer.write("y");
  await writer.flush();
});

test.each([
  ["ENOSPC", "no space left on the disk", "stdout", "free some space, then run the command again"],
  ["EIO", "disk I/O error", "stdout", "check the disk, then run the command again"],
  ["EBADF", "cannot write the output", "EBADF", undefined],
])("%s is reported: %s", async (code, what, where, hint) => {
  const writer = new StreamWriter(broken(code), "stdout");
  await writer.write("x");
  await writer.flush().catch(() => undefined);
  await turn();
  const failure: unknown = await writer.write("y").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ code: "unexpected", what: { en: what }, where });
  expect((failure as Failure).hint?.en).toBe(hint);
});

test.each(["ENOSPC", "EIO"])("output next to the result is lost by %s without a failure", async (code) => {
  const writer = new StreamWriter(broken(code), "stderr", { ignoresErrors: true });
  await writer.write("x");
  await writer.flush();
  await writer.write("y");
  await writer.flush();
  expect(writer.closed).toBe(true);
});

test("a stream that is always ready lets other turns run", async () => {
  const stream = new Writable({ highWaterMark: 1 << 30, write: (_chunk, _encoding, done) => done() });
  const writer = new StreamWriter(stream, "stdout");
  let turns = 0;
  const count = (): void => {
    turns += 1;
    setImmediate(count).unref();
  };
  setImmediate(count);
  for (let i = 0; i < 20; i += 1) await writer.write("x".repeat(1 << 15));
  expect(turns).toBeGreaterThanOrEqual(19);
});

const interruption = new Failure("interrupted", { what: text("interrupted", "中断しました") });

/** A writer on a stream that takes everything, or nothing; what it was given, and its signal. */
function interruptible(ready: boolean) {
  const abort = new AbortController();
  let seen = "";
  const stream = new Writable({
    highWaterMark: ready ? 1 << 30 : 1,
    write(chunk: Buffer, _encoding, done) {
      seen += chunk.toString();
      if (ready) done();
    },
  });
  const writer = new StreamWriter(stream, "stdout", { signal: abort.signal });
  return { writer, interrupt: () => abort.abort(interruption), seen: () => seen };
}

test("a signal ends a long output at its next batch, between two pieces of text", async () => {
  const { writer, interrupt, seen } = interruptible(true);
  const row = "x".repeat(999);
  let rows = 0;
  const writing = (async () => {
    for (; rows < 1000; rows += 1) await writer.write(`${row}\n`);
  })();
  setImmediate(interrupt);
  await expect(writing).rejects.toBe(interruption);
  expect(rows).toBeLessThan(100);
  await writer.flush();
  expect(seen()).toMatch(/^(x+\n)+$/);
});

test("a signal ends waiting for a reader that is slow or has stopped", async () => {
  for (const chunk of [Buffer.alloc(10), "x".repeat(1 << 15)]) {
    const { writer, interrupt } = interruptible(false);
    const writing = writer.write(chunk);
    await turn();
    await turn();
    interrupt();
    await expect(writing).rejects.toBe(interruption);
    const rows = async () => {
      for (;;) await writer.write("row\n");
    };
    await expect(rows()).rejects.toBe(interruption);
    await writer.flush();
  }
});
