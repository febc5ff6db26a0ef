import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convert, type ConversionResult, type ConvertOptions, type UnmappableCell } from "./convert.ts";
import { createEncoder } from "./encoding/encode.ts";
import type { Encoding, RecordProblem } from "./records/record.ts";

interface Outcome {
  readonly bytes: Buffer;
  readonly result: ConversionResult;
  readonly problems: RecordProblem[];
  readonly unmappable: UnmappableCell[];
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function run(bytes: Uint8Array, options: ConvertOptions, size = 1 << 16): Promise<Outcome> {
  const problems: RecordProblem[] = [];
  const unmappable: UnmappableCell[] = [];
  const conversion = convert(cut(bytes, size), options, {
    problem: (problem) => problems.push(problem),
    unmappable: (cell) => unmappable.push(cell),
  });
  const pieces: Buffer[] = [];
  let step = await conversion.next();
  for (; step.done !== true; step = await conversion.next()) pieces.push(step.value);
  return { bytes: Buffer.concat(pieces), result: step.value, problems, unmappable };
}

const encode = (encoding: Encoding, text: string, bom = false): Buffer => {
  const encoder = createEncoder(encoding, { onUnmappable: "error", bom });
  return Buffer.concat([encoder.write(text), encoder.end()]);
};

describe("a conversion", () => {
  test("changes only the newlines that end records", async () => {
    const file = encode("shift_jis", '氏名,"a\r\nb\n""c"""\n\r\n表, x \r"\r",ｱ');
    for (const size of [1, 2, 5, 1000]) {
      const { bytes, result } = await run(file, { from: "shift_jis", to: "utf-8", newline: "crlf", bom: true }, size);
      expect(bytes.toString()).toBe('\ufeff氏名,"a\r\nb\n""c"""\r\n\r\n表, x \r\n"\r",ｱ');
      expect(result).toEqual({ sound: true, folded: 0, replaced: 0, ctrlZDropped: false });
    }
  });

  test("produces the same bytes when converted back", async () => {
    const cell = fc
      .array(fc.constantFrom('""', ",", "\r", "\n", "表", "ソ", "髙", "①", "ｱ"))
      .map((c) => `"${c.join("")}"`);
    const records = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(",")));
    const encodings = fc.constantFrom<Encoding>("utf-8", "shift_jis", "utf-16le", "utf-16be");
    await fc.assert(
      fc.asyncProperty(records, encodings, fc.integer({ min: 1, max: 20 }), async (rows, to, size) => {
        const file = encode("shift_jis", rows.map((row) => `${row}\r\n`).join(""));
        const there = await run(file, { from: "shift_jis", to, newline: "lf", bom: true }, size);
        const back = await run(there.bytes, { from: to, to: "shift_jis", newline: "crlf" }, size);
        expect(back.bytes.toString("hex")).toBe(file.toString("hex"));
        expect(there.bytes).toEqual(encode(to, rows.map((row) => `${row}\n`).join(""), true));
      }),
    );
  });

  test("reports characters that the encoding lacks, with row and column", async () => {
    const file = Buffer.from('a,b\r\n"1\r\n","é〜"\r\n2,𠮷\r\n');
    for (const size of [1, 4, 1000]) {
      const { unmappable, result } = await run(file, { from: "utf-8", to: "shift_jis", newline: "lf" }, size);
      expect(unmappable).toEqual([
        { codePoint: 0xe9, row: 2, column: 2 },
        { codePoint: 0x20bb7, row: 3, column: 2 },
      ]);
      expect(result).toMatchObject({ sound: false, folded: 1 });
    }
  });

  test("replaces them with 〓 and counts them, on request", async () => {
    const { bytes, result } = await run(Buffer.from("é,𠮷"), {
      from: "utf-8",
      to: "shift_jis",
      onUnmappable: "replace",
    });
    expect(bytes.toString("hex")).toBe("81ac2c81ac");
    expect(result).toMatchObject({ sound: true, replaced: 2 });
  });

  test("is not sound if bytes or quotes are broken", async () => {
    const file = Buffer.concat([Buffer.from("a,b\n1,"), Buffer.from([0x81, 0xff]), Buffer.from('\n2,"x\n\u001a')]);
    const { problems, result } = await run(file, { from: "shift_jis", to: "utf-8" });
    expect(problems.map(({ code, row, column }) => [code, row, column])).toEqual([
      ["bytes-invalid", 2, 2],
      ["quote-unclosed", 3, 2],
    ]);
    expect(result).toMatchObject({ sound: false, ctrlZDropped: true });
  });
});
