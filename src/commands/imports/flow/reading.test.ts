import { expect, test } from "vitest";
import { createEncoder } from "../../../lib/csv/encode.ts";
import type { InputFile } from "./input-file.ts";
import { tellReading } from "./reading.ts";

const fileOf = (bytes: Uint8Array): InputFile => ({
  label: "in.csv",
  path: "/in.csv",
  bytes: bytes.length,
  async *chunks() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  },
  [Symbol.asyncDispose]: async () => undefined,
});

const cp932 = (text: string): Buffer => createEncoder("shift_jis", { onUnmappable: "error" }).write(text);
const read = (bytes: Uint8Array, encoding: "auto" | "shift_jis" | "utf-8" = "auto") =>
  tellReading(fileOf(bytes), { encoding });

test("encoding from all bytes, delimiter and newline from the header", async () => {
  expect(await read(Buffer.from("氏名,TEL\r\n山田,\n"))).toMatchObject({
    encoding: "utf-8",
    dialect: { delimiter: "," },
    newline: "crlf",
  });
  expect(await read(cp932('"氏名\n漢字"\tTEL\r山田\t'))).toMatchObject({
    encoding: "shift_jis",
    dialect: { delimiter: "\t" },
    newline: "cr",
    nearlyUtf8: false,
  });
  expect(await read(Buffer.from("\ufeff氏名;TEL", "utf16le"))).toMatchObject({
    encoding: "utf-16le",
    dialect: { delimiter: ";" },
    newline: undefined,
  });
});

test("what was said of the encoding counts", async () => {
  expect(await read(Buffer.from("氏名\n"), "shift_jis")).toMatchObject({ encoding: "shift_jis", nearlyUtf8: false });
});

test("UTF-8 but for a byte is told apart from Shift_JIS", async () => {
  const nearly = Buffer.concat([Buffer.from("氏名,役職\n".repeat(10)), Buffer.of(0xff), Buffer.from("山田\n")]);
  expect(await read(nearly)).toMatchObject({ encoding: "shift_jis", nearlyUtf8: true });
});

test("a map's dialect counts more than a guess", async () => {
  const map = { columns: [], constants: [], defaults: [], dialect: { delimiter: "|" } };
  const reading = await tellReading(fileOf(Buffer.from("a,b|c\n")), { encoding: "auto", map });
  expect(reading.dialect).toEqual({ delimiter: "|" });
});
