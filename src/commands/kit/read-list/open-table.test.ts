import { expect, test } from "vitest";
import { createEncoder } from "../../../lib/csv/encoding/encode.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { detectInputFormat } from "./open-table.ts";

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

test("detects the encoding from all bytes, and the delimiter from the header", async () => {
  expect(await read(Buffer.from("氏名,TEL\r\n山田,\n"))).toMatchObject({
    encoding: "utf-8",
    dialect: { delimiter: "," },
  });
  expect(await read(cp932('"氏名\n漢字"\tTEL\r山田\t'))).toMatchObject({
    encoding: "shift_jis",
    dialect: { delimiter: "\t" },
  });
  expect(await read(Buffer.from("\ufeff氏名;TEL", "utf16le"))).toMatchObject({
    encoding: "utf-16le",
    dialect: { delimiter: ";" },
  });
  expect(await read(Buffer.from("氏名|TEL"))).toMatchObject({ dialect: { delimiter: "|" } });
});
