import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openPlain, type ByteRange, type PlainFile } from "./plain.ts";

/** Three chunks and a part of one, no two alike. */
const BYTES = Buffer.from(Uint32Array.from({ length: 800_000 }, (_, at) => Math.imul(at, 2_654_435_761)).buffer);

async function opened(bytes: Uint8Array): Promise<PlainFile> {
  const folder = await mkdtemp(join(tmpdir(), "clomoctl-plain-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "file");
  await writeFile(path, bytes);
  const file = await openPlain(path);
  if (file === undefined) throw new Error("no file");
  onTestFinished(() => file[Symbol.asyncDispose]());
  return file;
}

/** What the chunks hold while each is the last one that was asked for. */
async function copied(file: PlainFile, part: ByteRange): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of file.chunks(part)) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

test.each([{}, { to: 5 }, { from: 1_500_000 }, { from: 1, to: 3_000_001 }, { from: 9, to: 9 }])(
  "chunks of %j are the file's bytes, whether their buffers are used again or not",
  async ({ from, to }: ByteRange) => {
    const file = await opened(BYTES);
    const expected = BYTES.subarray(from, to);
    expect((await copied(file, { from, to, reuse: true })).equals(expected)).toBe(true);
    expect(Buffer.concat(await Array.fromAsync(file.chunks({ from, to }))).equals(expected)).toBe(true);
  },
);

test("what goes wrong while it is read names the file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "clomoctl-plain-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "file");
  await writeFile(path, "content");
  const file = await openPlain(path);
  await file?.[Symbol.asyncDispose]();
  await expect(file?.readAt(0, 7)).rejects.toMatchObject({ code: "EBADF", path });
});

test("an empty file has no chunks", async () => {
  const file = await opened(Buffer.alloc(0));
  expect(await Array.fromAsync(file.chunks({ reuse: true }))).toEqual([]);
});

test("two buffers serve for all chunks where they are used again", async () => {
  const file = await opened(BYTES);
  const seen = new Set<ArrayBufferLike>();
  for await (const { buffer } of file.chunks({ reuse: true })) seen.add(buffer);
  expect(seen.size).toBe(2);
});
