import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { createProcessTable } from "./index.ts";
import { freshFolder } from "#support/commands/program.ts";
import { openInput } from "./input.ts";

const placeOf = (stdin = "") => {
  const folder = mkdtempSync(join(freshFolder(), "desk-"));
  const processes = createProcessTable(1, () => true, "test");
  return {
    stdin: Readable.from([Buffer.from(stdin)]),
    temporary: { temporaryFolder: join(folder, "tmp"), processes },
    workingFolder: folder,
  };
};
const textOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await Array.fromAsync(chunks)).toString();

test("a file can be read more than once, and is kept afterwards", async () => {
  const place = placeOf();
  writeFileSync(join(place.workingFolder, "in.csv"), "氏名\n");
  const file = await openInput(place, "in.csv");
  expect(file).toMatchObject({ label: "in.csv", path: join(place.workingFolder, "in.csv"), bytes: 7 });
  expect(await textOf(file.chunks())).toBe("氏名\n");
  expect(await textOf(file.chunks())).toBe("氏名\n");
  await file[Symbol.asyncDispose]();
  expect(existsSync(file.path)).toBe(true);
});

test("stdin is spooled so that it can be read more than once, and removed afterwards", async () => {
  const file = await openInput(placeOf("氏名\n"), "-");
  expect(file).toMatchObject({ label: "stdin", bytes: 7 });
  expect(await textOf(file.chunks())).toBe("氏名\n");
  expect(await textOf(file.chunks())).toBe("氏名\n");
  await file[Symbol.asyncDispose]();
  expect(existsSync(file.path)).toBe(false);
});

test("a device is spooled like stdin", async () => {
  const file = await openInput(placeOf(), "/dev/null");
  expect(file).toMatchObject({ label: "/dev/null", bytes: 0 });
  expect(file.path).not.toBe("/dev/null");
  await file[Symbol.asyncDispose]();
  expect(existsSync(file.path)).toBe(false);
});

test.skipIf(process.platform === "win32")("gives up an endless device, and leaves nothing of it", async () => {
  const place = placeOf();
  await expect(openInput(place, "/dev/zero")).rejects.toMatchObject({ code: "usage", where: "/dev/zero" });
  expect(readdirSync(place.temporary.temporaryFolder)).toEqual([]);
});

test.skipIf(process.platform === "win32")("gives up an endless device behind stdin", async () => {
  const place = placeOf();
  const zero = await open("/dev/zero");
  const stdin = zero.createReadStream();
  Object.assign(stdin, { fd: zero.fd });
  await expect(openInput({ ...place, stdin }, "-")).rejects.toMatchObject({ code: "usage", where: "stdin" });
  expect(readdirSync(place.temporary.temporaryFolder)).toEqual([]);
});

test("gives up an endless pipe, and leaves nothing of it", async () => {
  const place = placeOf();
  // pieces that say to be long: nobody has the time to write 4 GB
  const lengths = vi.spyOn(Buffer, "byteLength").mockReturnValue(1_000_000_000);
  onTestFinished(() => lengths.mockRestore());
  const stdin = Readable.from(Array.from({ length: 9 }, () => Buffer.alloc(50_000)));
  await expect(openInput({ ...place, stdin }, "-")).rejects.toMatchObject({
    code: "usage",
    what: { en: "the input never ends, or is longer than 4000 MB" },
    where: "stdin",
  });
  expect(readdirSync(place.temporary.temporaryFolder)).toEqual([]);
});

test.each([
  ["nowhere.csv", "not-found"],
  ["in.csv/in.csv", "not-found"],
  [".", "usage"],
])("%s cannot be opened: %s", async (label, code) => {
  const place = placeOf();
  writeFileSync(join(place.workingFolder, "in.csv"), "");
  await expect(openInput(place, label)).rejects.toMatchObject({ code, where: label });
});

const failing = (code: string): Error => Object.assign(new Error(code), { code });

test("names the temporary folder if the disk fills up while stdin is spooled, and leaves nothing there", async () => {
  const place = placeOf("氏名\n");
  const handle = await open("/dev/null");
  const writing = vi.spyOn(Object.getPrototypeOf(handle), "writeFile").mockRejectedValue(failing("ENOSPC"));
  onTestFinished(() => writing.mockRestore());
  await handle.close();
  await expect(openInput(place, "-")).rejects.toMatchObject({
    code: "unexpected",
    what: { en: "no space left on the disk" },
    where: place.temporary.temporaryFolder,
    hint: { en: "free some space, then run the command again" },
  });
  expect(readdirSync(place.temporary.temporaryFolder)).toEqual([]);
});
