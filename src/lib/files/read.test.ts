import { readFile, stat, writeFile } from "node:fs/promises";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFileStart, readSmallFile, createReadFailure, decodeUtf8 } from "./read.ts";
import fc from "fast-check";
import { freshFolder } from "#support/folder.ts";

test("a missing file is not found, and an unreadable one is a usage error", async () => {
  const codeOf = (path: string) => readFile(path).catch((cause: unknown) => createReadFailure("x.csv", cause));
  expect(await codeOf("/nowhere/x.csv")).toMatchObject({ code: "not-found", where: "x.csv" });
  expect(await codeOf("/dev/null/x.csv")).toMatchObject({ code: "not-found" });
  expect(await codeOf("/")).toMatchObject({ code: "usage", where: "x.csv" });
});

test("suggests how to make a file readable", () => {
  const cause = Object.assign(new Error("denied"), { code: "EACCES" });
  const { hint } = createReadFailure("x.csv", cause);
  expect(hint?.en).toBe("make the file readable for the user who runs clomoctl");
  expect(hint?.ja).toContain("読み込めるように");
});

test.runIf(process.platform === "linux")("also reads a system file without a size", async () => {
  const start = await readFileStart("/proc/self/status", 1024);
  expect((await stat("/proc/self/status")).size).toBe(0);
  expect(Buffer.from(start?.bytes ?? []).toString()).toContain("Name:");
});

test("reads a whole file of at most the given length, and nothing of a longer one", async () => {
  const folder = freshFolder();
  const path = join(folder, "a.bin");
  await writeFile(path, Buffer.alloc(8));
  expect((await readSmallFile(path, 8))?.bytes).toHaveLength(8);
  expect(await readSmallFile(path, 7)).toBeUndefined();
});

test("closes each file after it was read", async () => {
  const open = (): number => {
    const file = openSync(import.meta.filename, "r");
    closeSync(file);
    return file;
  };
  const before = open();
  for (let read = 0; read < 200; read += 1) await readFileStart(import.meta.filename, 8);
  expect(open() - before).toBeLessThan(100);
});

test("reads every text as written, including a byte order mark and U+FFFD", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (written) => {
      expect(decodeUtf8(Buffer.from(`\ufeff${written}\ufffd`), "a.yaml")).toBe(`\ufeff${written}\ufffd`);
    }),
  );
  expect(decodeUtf8(Buffer.from("xy山").subarray(1), "a.yaml")).toBe("y山");
});

test.each([
  ["a byte in the first line", [0xb1], 1],
  ["CP932", [0x61, 0x0a, 0x62, 0x0a, 0x8e, 0x52, 0x0a], 3],
  ["a character that is cut off by the line's end", [0x0a, 0xe5, 0xb1, 0x0a, 0x0a], 2],
  ["a character that is cut off by the file's end", [0x0a, 0x0a, 0xe5, 0xb1], 3],
  ["half of a surrogate pair", [0xed, 0xa0, 0x80], 1],
  ["UTF-16", [0xff, 0xfe, 0x61, 0x00], 1],
])("refuses text that is not UTF-8, with its line: %s", (_, bytes, line) => {
  const refusal = {
    code: "input-rejected",
    where: `a.yaml:${line}`,
    what: { en: "not UTF-8 text", ja: "UTF-8 のテキストではありません" },
    hint: { en: "save the file as UTF-8", ja: "ファイルを UTF-8 で保存してください" },
  };
  expect(() => decodeUtf8(Uint8Array.from(bytes), "a.yaml")).toThrow(expect.objectContaining(refusal));
});
