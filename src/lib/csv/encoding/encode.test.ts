import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEncoder, findUnmappable } from "./encode.ts";
import type { Encoding } from "../records/record.ts";

interface Written {
  readonly bytes: Buffer;
  readonly folded: number;
  readonly replaced: number;
  readonly reported: readonly number[];
}

function encode(encoding: Encoding, pieces: Iterable<string>, onUnmappable: "error" | "replace", bom = false): Written {
  const reported: number[] = [];
  const encoder = createEncoder(encoding, { onUnmappable, bom, report: (found) => reported.push(found) });
  const chunks = Array.from(pieces, (piece) => encoder.write(piece));
  const bytes = Buffer.concat([...chunks, encoder.end()]);
  return { bytes, folded: encoder.folded, replaced: encoder.replaced, reported };
}

describe("writing CP932", () => {
  test("folds the seven alternative mappings of JIS characters, and counts them", () => {
    const { bytes, folded, reported } = encode("shift_jis", ["〜−‖—¢£¬"], "error");
    expect(bytes.toString("hex")).toBe("8160817c8161815c8191819281ca");
    expect(folded).toBe(7);
    expect(reported).toEqual([]);
  });

  test("reports every character it lacks, in their order", () => {
    const { bytes, reported } = encode("shift_jis", ["a¥", "é𠮷‾", "😀b\ud800"], "error");
    expect(bytes.toString()).toBe("ab");
    expect(reported).toEqual([0xa5, 0xe9, 0x20bb7, 0x203e, 0x1f600, 0xd800]);
  });

  test("replaces each with 〓, on request", () => {
    const { bytes, replaced } = encode("shift_jis", ["é𠮷\ue000x"], "replace");
    expect(bytes.toString("hex")).toBe("81ac81ac81ac78");
    expect(replaced).toBe(3);
  });
});

describe("writing any encoding", () => {
  test("does not depend on how the text is split", () => {
    const text = fc.array(fc.constantFrom("a", "表", "é", "𠮷", "〜", "\ud842", "\udfb7")).map((all) => all.join(""));
    const encodings = fc.constantFrom<Encoding>("utf-8", "shift_jis", "utf-16le", "utf-16be");
    fc.assert(
      fc.property(
        text,
        encodings,
        fc.constantFrom("error", "replace"),
        fc.boolean(),
        (content, encoding, mode, bom) => {
          expect(encode(encoding, content.split(""), mode, bom)).toEqual(encode(encoding, [content], mode, bom));
        },
      ),
    );
  });

  test("begins with a byte order mark only on request", () => {
    expect(encode("utf-8", ["a"], "error", true).bytes.toString("hex")).toBe("efbbbf61");
    expect(encode("utf-16le", ["a"], "error", true).bytes.toString("hex")).toBe("fffe6100");
    expect(encode("utf-16be", ["a"], "error", true).bytes.toString("hex")).toBe("feff0061");
    expect(encode("shift_jis", ["a"], "error", true).bytes.toString("hex")).toBe("61");
    expect(encode("utf-8", [], "error", true).bytes.toString("hex")).toBe("efbbbf");
  });

  test("refuses a lone surrogate", () => {
    expect(encode("utf-8", ["a\udfb7b"], "error").reported).toEqual([0xdfb7]);
    expect(encode("utf-8", ["a\udfb7b"], "replace").bytes.toString()).toBe("a\ufffdb");
  });
});

test("finds the first character of a cell that the encoding lacks", () => {
  expect(findUnmappable("shift_jis", "表〜é𠮷")).toBe(0xe9);
  expect(findUnmappable("shift_jis", "髙﨑①")).toBeUndefined();
  expect(findUnmappable("utf-8", "é𠮷")).toBeUndefined();
});
