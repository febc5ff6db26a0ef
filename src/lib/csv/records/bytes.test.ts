import fc from "fast-check";
import { expect, test } from "vitest";
import { RecordReader } from "./reader.ts";
import { RecordBytes, type RecordBytesOptions } from "./bytes.ts";
import type { Encoding } from "./record.ts";

interface Cut {
  readonly row: number;
  readonly bytes: Buffer;
  readonly kept: Buffer;
  readonly newline: Buffer;
  readonly open: boolean;
}

function cut(bytes: Uint8Array, chunk: number, options: RecordBytesOptions, cutter = new RecordBytes(options)): Cut[] {
  const records: Cut[] = [];
  let parts: Uint8Array[] = [];
  let kept: Uint8Array[] = [];
  const take = (stretches: ReturnType<RecordBytes["write"]>): void => {
    for (const stretch of stretches) {
      parts.push(stretch.bytes);
      kept.push(...stretch.kept);
      if (stretch.newline === undefined) continue;
      const { row, newline, open } = stretch;
      records.push({
        row,
        bytes: Buffer.concat(parts),
        kept: Buffer.concat(kept),
        newline: Buffer.from(newline),
        open,
      });
      parts = [];
      kept = [];
    }
  };
  for (let at = 0; at < bytes.length; at += chunk) take(cutter.write(Uint8Array.from(bytes.subarray(at, at + chunk))));
  take(cutter.end());
  return records;
}

const cells = (bytes: Uint8Array, encoding: Encoding): (readonly [number, readonly string[]])[] => {
  const found: (readonly [number, readonly string[]])[] = [];
  const reader = new RecordReader(
    { encoding },
    { record: (all, count, row) => void found.push([row, all.slice(0, count)]), problem: () => undefined },
  );
  reader.write(bytes);
  reader.end();
  return found;
};

const signs = fc.string({
  unit: fc.constantFrom("a", "b", ",", '"', "\r", "\n", "é", "表", "\u001a", "\0"),
  maxLength: 40,
});

/** Cells as people write them, right and wrong, each followed by a delimiter or newline; few signs reach all cases. */
const lines = fc
  .array(
    fc.tuple(
      fc.constantFrom("", "表", '""', '"a,\n"', '"a""b"', '"a"b', '"a"b"c', '"a" "b', 'a"b', 'a""', '"', "\u001a"),
      fc.constantFrom(",", ",", "\n", "\r\n", "\r"),
    ),
    { maxLength: 12 },
  )
  .map((cells) => cells.flat().join(""));

const csvText = fc.oneof(signs, lines);

test("splits records where the reader does, in chunks of every size", () => {
  fc.assert(
    fc.property(csvText, fc.integer({ min: 1, max: 7 }), (text, chunk) => {
      const bytes = Buffer.from(text);
      const records = cut(bytes, chunk, { encoding: "utf-8" });
      // the newline keeps a Ctrl-Z from being at the end
      const again = records.flatMap((record) =>
        cells(record.open ? record.bytes : Buffer.from(`${record.bytes.toString()}\n`), "utf-8").map(([, row]) => [
          record.row,
          row,
        ]),
      );
      const wanted = cells(bytes, "utf-8").filter(([, row]) => row.length > 1 || row[0] !== "");
      expect(again.filter(([, row]) => (row as string[]).length > 1 || (row as string[])[0] !== "")).toEqual(wanted);
    }),
  );
});

const bytesOf = (text: string, encoding: Encoding): Buffer => {
  const bytes = Buffer.from(text, encoding.startsWith("utf-16") ? "utf-16le" : "latin1");
  return encoding === "utf-16be" ? bytes.swap16() : bytes;
};

test.each([
  ["a quote behind a closed one begins nothing", 'x,"a"b"c\ny,"d\n",e\nz', ['x,"a"b"c', 'y,"d\n",e', "z"]],
  ["two quotes are one, and go on", '"a""\n""",b\nc', ['"a""\n""",b', "c"]],
  ["a quote inside of a bare cell is a letter", 'a"b,c"\nd', ['a"b,c"', "d"]],
  ["a delimiter behind a closed quote ends its cell", '"a","b\n"\nc', ['"a","b\n"', "c"]],
  ["a blank cell may be quoted", '"",""\n"\n"', ['"",""', '"\n"']],
  ["blank lines count", "a\n\n\r\nb\r\rc", ["a", "", "", "b", "", "c"]],
  ["a Ctrl-Z that is not the last stays", "a\u001a\n\u001ab", ["a\u001a", "\u001ab"]],
])("%s, in chunks of every size", (_, text, wanted) => {
  for (const encoding of ["utf-8", "utf-16le", "utf-16be", "shift_jis"] as const) {
    const bytes = bytesOf(text, encoding);
    for (let chunk = 1; chunk <= bytes.length; chunk++) {
      const records = cut(bytes, chunk, { encoding });
      expect(records.map(({ bytes }) => bytes)).toEqual(wanted.map((record) => bytesOf(record, encoding)));
      expect(records.map(({ row }) => row)).toEqual(wanted.map((_, at) => at + 1));
      expect(records.some(({ open }) => open)).toBe(false);
    }
  }
});

const BYTES = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .tuple(
      fc.constantFrom("", "efbbbf", "fffe", "feff"),
      fc.array(
        fc.constantFrom("61", "0a", "0d", "22", "2c", "00", "1a", "0a00", "001a", "1a00", "83", "efbbbf", "fffe"),
        {
          maxLength: 20,
        },
      ),
    )
    .map(([bom, rest]) => Uint8Array.from(Buffer.from(bom + rest.join(""), "hex"))),
);

test("chunk boundaries make no difference", () => {
  fc.assert(
    fc.property(BYTES, fc.integer({ min: 1, max: 9 }), (bytes, chunk) => {
      for (const encoding of ["utf-8", "shift_jis", "utf-16le", "utf-16be"] as const) {
        const options = { encoding, drop: 1 };
        const [whole, cutter] = [new RecordBytes(options), new RecordBytes(options)];
        expect(cut(bytes, chunk, options, cutter)).toEqual(cut(bytes, bytes.length, options, whole));
        expect(cutter.bom).toEqual(whole.bom);
      }
    }),
    { numRuns: 100 },
  );
});

test.each([
  ["a CRLF whose LF comes in halves", "utf-16le", ["61000d000a", "006200"], ["6100", "6200"]],
  ["half a character behind a Ctrl-Z", "utf-16le", ["61001a00", "00"], ["61001a0000"]],
  ["a NUL in halves behind a Ctrl-Z", "utf-16le", ["61001a0000", "00"], ["6100"]],
  ["half a character that looks like a Ctrl-Z", "utf-16le", ["61001a"], ["61001a"]],
  ["a byte order mark in pieces", "utf-8", ["ef", "bb", "bf61"], ["61"]],
  ["a byte order mark in halves", "utf-16be", ["fe", "ff0061"], ["0061"]],
  ["the first bytes of a byte order mark alone", "utf-8", ["ef", "bb"], ["efbb"]],
  ["two characters that begin with a Ctrl-Z", "utf-8", ["1a", "61"], ["1a61"]],
  ["half a character behind a CR", "shift_jis", ["0d83", "5c"], ["", "835c"]],
] as const)("%s", (_, encoding, chunks, wanted) => {
  const cutter = new RecordBytes({ encoding });
  const parts = new Map<number, Buffer>();
  const take = (stretches: ReturnType<RecordBytes["write"]>): void => {
    for (const { row, bytes } of stretches) parts.set(row, Buffer.concat([parts.get(row) ?? Buffer.alloc(0), bytes]));
  };
  for (const chunk of chunks) take(cutter.write(Buffer.from(chunk, "hex")));
  take(cutter.end());
  expect([...parts.values()].map((bytes) => bytes.toString("hex"))).toEqual(wanted);
});

/** What old programs write after the last record: Ctrl-Z, and NULs up to the end of a sector. */
const END_MARK = /^(?:\u001a+\0*)?$/;

test("keeps everything in a file except its byte order mark and its end mark", () => {
  fc.assert(
    fc.property(BYTES, fc.integer({ min: 1, max: 9 }), (bytes, chunk) => {
      for (const encoding of ["utf-8", "shift_jis", "utf-16le", "utf-16be"] as const) {
        const cutter = new RecordBytes({ encoding });
        const records = cut(bytes, chunk, { encoding }, cutter);
        const joined = Buffer.concat([cutter.bom, ...records.flatMap((record) => [record.bytes, record.newline])]);
        expect(Buffer.from(bytes.subarray(0, joined.length))).toEqual(joined);
        const left = Buffer.from(bytes.subarray(joined.length));
        const wide = encoding.startsWith("utf-16");
        expect(left.length % (wide ? 2 : 1)).toBe(0);
        if (encoding === "utf-16be") left.swap16();
        expect(left.toString(wide ? "utf-16le" : "latin1")).toMatch(END_MARK);
        expect(records.map(({ row }) => row)).toEqual(records.map((_, at) => at + 1));
      }
    }),
    { numRuns: 100 },
  );
});

test("a Ctrl-Z with more NULs than a sector holds is not an end mark, which limits memory use", () => {
  const content = (nuls: number): number =>
    Buffer.concat(
      cut(Buffer.from(`a\n\u001a${"\0".repeat(nuls)}`), 10_000, { encoding: "utf-8" }).map(({ bytes }) => bytes),
    ).length;
  expect(content(60_000)).toBe(1);
  expect(content(70_000)).toBe(70_002);
});

test.each([
  ["delimiter", { delimiter: "；" }],
  ["quote", { delimiter: ",", quote: "”" }],
  ["delimiter just above ASCII", { delimiter: "\u0080" }],
])("refuses a %s that is not ASCII", (_, dialect) => {
  expect(() => new RecordBytes({ encoding: "utf-8", dialect })).toThrow(RangeError);
});

test("drops a cell with its delimiter, in chunks of every size", () => {
  for (const [drop, wanted] of [
    [0, 'b,"c\n,"|2|'],
    [1, 'a,"c\n,"|1|'],
    [2, "a,b|1,2|"],
    [3, 'a,b,"c\n,"|1,2|'],
  ] as const) {
    for (let chunk = 1; chunk < 12; chunk++) {
      const records = cut(Buffer.from('a,b,"c\n,"\r\n1,2\n'), chunk, { encoding: "utf-8", drop });
      expect(records.map(({ kept }) => `${kept.toString()}|`).join("")).toBe(wanted);
    }
  }
});

test("the second byte of a CP932 character is not a delimiter", () => {
  const pipe = Buffer.from([0x83, 0x7c, 0x7c, 0x41, 0x0a]);
  const [record] = cut(pipe, 1, { encoding: "shift_jis", dialect: { delimiter: "|" }, drop: 1 });
  expect(record?.kept).toEqual(Buffer.from([0x83, 0x7c]));
});

test("omits a byte order mark and a final Ctrl-Z, and reports an unclosed quote", () => {
  const cutter = new RecordBytes({ encoding: "utf-8" });
  const rows = [...cutter.write(Buffer.from('\ufeffa\n"b\u001a')), ...cutter.end()];
  expect(cutter.bom).toEqual(Uint8Array.of(0xef, 0xbb, 0xbf));
  expect(rows.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["a", '"b', ""]);
  expect(rows.at(-1)?.open).toBe(true);
});
