import fc from "fast-check";
import { expect, test } from "vitest";
import { readAsUtf8, type ConversionOptions } from "./convert.ts";
import { createEncoder } from "./encoding/encode.ts";
import type { Encoding, RecordProblem } from "./records/record.ts";

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = async (bytes: Uint8Array, options: Omit<ConversionOptions, "delimiter">, size = 1 << 16) => {
  const problems: RecordProblem[] = [];
  const pieces: Buffer[] = [];
  const reading = { delimiter: ",", ...options };
  for await (const piece of readAsUtf8(cut(bytes, size), reading, (problem) => problems.push(problem)))
    pieces.push(piece);
  return { text: Buffer.concat(pieces).toString(), problems };
};

const encode = (encoding: Encoding, text: string): Buffer => {
  const encoder = createEncoder(encoding, { onUnmappable: "error", bom: true });
  return Buffer.concat([encoder.write(text), encoder.end()]);
};

test("changes only the newlines that end records", async () => {
  const cell = fc
    .array(fc.constantFrom('""', ",", "\r", "\n", "表", "ソ", "髙", "①", "ｱ"))
    .map((c) => `"${c.join("")}"`);
  const records = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(",")));
  const encodings = fc.constantFrom<Encoding>("utf-8", "shift_jis", "utf-16le", "utf-16be");
  await fc.assert(
    fc.asyncProperty(records, encodings, fc.integer({ min: 1, max: 20 }), async (rows, encoding, size) => {
      const file = encode(encoding, rows.map((row) => `${row}\r\n`).join(""));
      const { text, problems } = await read(file, { encoding, newline: "lf" }, size);
      expect(problems).toEqual([]);
      expect(text).toBe(rows.map((row) => `${row}\n`).join(""));
    }),
  );
  const mixed = encode("shift_jis", '氏名,"a\r\nb\n""c"""\n\r\n表, x \r"\r",ｱ');
  expect((await read(mixed, { encoding: "shift_jis", newline: "crlf" }, 1)).text).toBe(
    '氏名,"a\r\nb\n""c"""\r\n\r\n表, x \r\n"\r",ｱ',
  );
});

test("reports broken bytes and quotes, and drops a Ctrl-Z", async () => {
  const file = Buffer.concat([Buffer.from("a,b\n1,"), Buffer.from([0x81, 0xff]), Buffer.from('\n2,"x\n\u001a')]);
  const { problems } = await read(file, { encoding: "shift_jis" });
  expect(problems.map(({ code, row, column }) => [code, row, column])).toEqual([
    ["bytes-invalid", 2, 2],
    ["quote-unclosed", 3, 2],
  ]);
});
