import fc from "fast-check";
import { expect, test } from "vitest";
import { RecordReader } from "./reader.ts";
import { RecordBytes, type RecordBytesOptions } from "./record-bytes.ts";
import type { Encoding } from "./record.ts";

interface Cut {
  readonly row: number;
  readonly bytes: Buffer;
  readonly kept: Buffer;
  readonly newline: Buffer;
  readonly open: boolean;
}

function cut(bytes: Uint8Array, chunk: number, options: RecordBytesOptions): Cut[] {
  const cutter = new RecordBytes(options);
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

const csvText = fc.string({
  unit: fc.constantFrom("a", "b", ",", '"', "\r", "\n", "é", "表", "\u001a", "\0"),
  maxLength: 40,
});

test("records are cut where the reader cuts them, in chunks of every size", () => {
  fc.assert(
    fc.property(csvText, fc.integer({ min: 1, max: 7 }), (text, chunk) => {
      const bytes = Buffer.from(text);
      const records = cut(bytes, chunk, { encoding: "utf-8" });
      // the newline keeps a Ctrl-Z from standing at the end
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

test("nothing of a file is lost", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (bytes, chunk) => {
      for (const encoding of ["utf-8", "shift_jis", "utf-16le", "utf-16be"] as const) {
        const records = cut(bytes, chunk, { encoding });
        const joined = Buffer.concat(records.flatMap((record) => [record.bytes, record.newline]));
        const start = Buffer.from(bytes).indexOf(joined);
        expect(joined.length === 0 || start >= 0).toBe(true);
        expect(bytes.length - joined.length).toBeLessThanOrEqual(5);
      }
    }),
  );
});

test("a cell is dropped with its delimiter, in chunks of every size", () => {
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

test("a second byte of CP932 is no delimiter", () => {
  const pipe = Buffer.from([0x83, 0x7c, 0x7c, 0x41, 0x0a]);
  const [record] = cut(pipe, 1, { encoding: "shift_jis", dialect: { delimiter: "|" }, drop: 1 });
  expect(record?.kept).toEqual(Buffer.from([0x83, 0x7c]));
});

test("a byte order mark and a Ctrl-Z at the end are left out, a quote that is never closed is told", () => {
  const cutter = new RecordBytes({ encoding: "utf-8" });
  const rows = [...cutter.write(Buffer.from('\ufeffa\n"b\u001a')), ...cutter.end()];
  expect(cutter.bom).toEqual(Uint8Array.of(0xef, 0xbb, 0xbf));
  expect(rows.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["a", '"b', ""]);
  expect(rows.at(-1)?.open).toBe(true);
});
