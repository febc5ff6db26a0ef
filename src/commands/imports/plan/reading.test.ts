import { expect, test } from "vitest";
import { createEncoder } from "../../../lib/csv/encoding/encode.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { detectInputFormat } from "./reading.ts";

const fileOf = (bytes: Uint8Array, chunk = 7): InputFile => ({
  label: "in.csv",
  path: "/in.csv",
  bytes: bytes.length,
  async *chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  },
  [Symbol.asyncDispose]: async () => undefined,
});

const cp932 = (text: string): Buffer => createEncoder("shift_jis", { onUnmappable: "error" }).write(text);
const read = (bytes: Uint8Array, encoding: "auto" | "shift_jis" | "utf-8" = "auto") =>
  detectInputFormat(fileOf(bytes), { encoding });

test("detects the encoding from all bytes, and delimiter and newline from the header", async () => {
  expect(await read(Buffer.from("氏名,TEL\r\n山田,\n"))).toMatchObject({
    encoding: "utf-8",
    dialect: { delimiter: "," },
    newline: "crlf",
  });
  expect(await read(cp932('"氏名\n漢字"\tTEL\r山田\t'))).toMatchObject({
    encoding: "shift_jis",
    dialect: { delimiter: "\t" },
    newline: "cr",
  });
  expect(await read(Buffer.from("\ufeff氏名;TEL", "utf16le"))).toMatchObject({
    encoding: "utf-16le",
    dialect: { delimiter: ";" },
    newline: undefined,
  });
});

test("a given encoding takes precedence", async () => {
  expect(await read(Buffer.from("Muñoz\n"), "shift_jis")).toMatchObject({ encoding: "shift_jis" });
  await expect(read(Buffer.from("氏名\n"), "shift_jis")).rejects.toMatchObject({ code: "input-rejected" });
});

test("a map's dialect takes precedence over a guess", async () => {
  const map = { columns: [], dialect: { delimiter: "|" } };
  const reading = await detectInputFormat(fileOf(Buffer.from("a,b|c\n")), { encoding: "auto", map });
  expect(reading.dialect).toEqual({ delimiter: "|" });
});

test("a newline inside quotes does not end the header, whatever newline it is", async () => {
  expect(await read(Buffer.from('"a\nb",c\r\n'))).toMatchObject({ newline: "crlf" });
  expect(await read(Buffer.from('"a\r\nb'))).toMatchObject({ newline: undefined });
  expect(await read(Buffer.from("a\nb\r\n"))).toMatchObject({ newline: "lf" });
});

test("reads delimiter and newline from the first 64 KB only", async () => {
  const readLong = (size: number) =>
    detectInputFormat(fileOf(Buffer.from(`${"a".repeat(size)};b\r\n`), 50_000), { encoding: "utf-8" });
  expect(await readLong(64 * 1024 - 4)).toMatchObject({ dialect: { delimiter: ";" }, newline: "crlf" });
  expect(await readLong(64 * 1024)).toMatchObject({ dialect: { delimiter: "," }, newline: undefined });
});

test("the signal ends the reading", async () => {
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(detectInputFormat(fileOf(Buffer.from("a")), { encoding: "auto", signal })).rejects.toThrow("stopped");
});
