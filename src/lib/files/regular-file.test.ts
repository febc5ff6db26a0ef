import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openRegularFile, type RegularFile } from "./regular-file.ts";
import { freshFolder } from "#support/folder.ts";

const BYTES = Buffer.from(Uint32Array.from({ length: 800_000 }, (_, at) => Math.imul(at, 2_654_435_761)).buffer);

async function opened(bytes: Uint8Array): Promise<RegularFile> {
  const folder = freshFolder();
  const path = join(folder, "file");
  await writeFile(path, bytes);
  const file = await openRegularFile(path);
  if (file === undefined) throw new Error("no file");
  onTestFinished(() => file[Symbol.asyncDispose]());
  return file;
}

test("chunks are the file's bytes", async () => {
  const file = await opened(BYTES);
  expect(Buffer.concat(await Array.fromAsync(file.chunks())).equals(BYTES)).toBe(true);
});

test("a read error names the file", async () => {
  const folder = freshFolder();
  const path = join(folder, "file");
  await writeFile(path, "content");
  const file = await openRegularFile(path);
  await file?.[Symbol.asyncDispose]();
  await expect(file?.readAt(0, 7)).rejects.toMatchObject({ code: "EBADF", path });
});

test("an empty file has no chunks", async () => {
  const file = await opened(Buffer.alloc(0));
  expect(await Array.fromAsync(file.chunks())).toEqual([]);
});
