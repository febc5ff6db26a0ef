import { Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { StreamWriter } from "./writer.ts";

const broken = (code: string) =>
  new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(code), { code }));
    },
  });

test("small writes of one turn go out together, in order with bytes", async () => {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  const writer = new StreamWriter(stream);
  await writer.write("a");
  await writer.write("b");
  await writer.write(Buffer.from("c"));
  await writer.write("d");
  await writer.flush();
  expect(chunks.filter((chunk) => chunk !== "")).toEqual(["ab", "c", "d"]);
});

test("a waiting line goes out on the next turn without a flush", async () => {
  let seen = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      seen += chunk.toString();
      done();
    },
  });
  await new StreamWriter(stream).write("line\n");
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
  const writer = new StreamWriter(stream);
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

test("a reader that has gone ends the writer quietly", async () => {
  const writer = new StreamWriter(broken("EPIPE"));
  await writer.write("x");
  await writer.flush();
  await turn();
  expect(writer.closed).toBe(true);
  await writer.write("y");
  await writer.flush();
});

test("a writer waiting for a reader that goes is let go", async () => {
  const stream = new Writable({ highWaterMark: 1, write() {} });
  const writer = new StreamWriter(stream);
  const writing = writer.write(Buffer.alloc(10));
  stream.destroy();
  await writing;
  expect(writer.closed).toBe(true);
});

test("a full disk is told", async () => {
  const writer = new StreamWriter(broken("ENOSPC"));
  await writer.write("x");
  await writer.flush().catch(() => undefined);
  await turn();
  await expect(writer.write("y")).rejects.toMatchObject({ code: "unexpected", where: "ENOSPC" });
});
