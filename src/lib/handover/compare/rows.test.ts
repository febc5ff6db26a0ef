import fc from "fast-check";
import { expect, test } from "vitest";
import { createEncoder } from "../../csv/encoding/encode.ts";
import { formatRecord } from "../../csv/records/writer.ts";
import { RowCounter } from "./rows.ts";

const NEWLINES = { crlf: "\r\n", lf: "\n", cr: "\r" } as const;
/** Characters with a further byte that is nearly a quote or a newline, and what has to be quoted. */
const cell = fc.oneof(
  fc.constantFrom("", '"', '""', "a,b", "a\r\nb", "\n", "\r", "ソ", "表示", "ｱﾞ", "髙橋", '"表"\n'),
  fc.string({ maxLength: 5 }),
);

test("counts as many rows as records, for every encoding, newline and split", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { maxLength: 8 }),
      fc.constantFrom("crlf", "lf", "cr"),
      fc.constantFrom("utf-8", "shift_jis"),
      fc.integer({ min: 1, max: 40 }),
      (records, newline, encoding, size) => {
        const encoder = createEncoder(encoding, { onUnmappable: "replace", report: () => undefined });
        const lines = [["氏名", "x"], ...records].map((one) => formatRecord(one, NEWLINES[newline])).join("");
        const bytes = Buffer.concat([encoder.write(lines), encoder.end()]);
        const count = new RowCounter(newline);
        for (let at = 0; at < bytes.length; at += size) count.take(bytes.subarray(at, at + size));
        expect(count.records).toBe(records.length);
      },
    ),
  );
});
