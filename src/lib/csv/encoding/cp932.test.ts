import { execFileSync } from "node:child_process";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { toCp932Form } from "../../model/normalise.ts";
import { isLeadByte, isTrailByte, getCp932ToUnicode, getUnicodeToCp932 } from "./cp932.ts";
import { Decoder } from "./reader.ts";
import { createEncoder } from "./encode.ts";

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);
const PAIRS = BYTES.filter(isLeadByte).flatMap((lead) =>
  BYTES.filter(isTrailByte).map((trail) => [lead, trail] as const),
);

/** The character of a sequence, or undefined if it is invalid. */
function decode(bytes: readonly number[]): string | undefined {
  let decoded = "";
  let valid = true;
  const decoder = new Decoder("shift_jis", { text: (text) => (decoded += text), invalid: () => (valid = false) });
  decoder.write(Uint8Array.from([...bytes, 0x2e]));
  decoder.end();
  return valid ? decoded.slice(0, -1) : undefined;
}

/** Bytes of a BMP character, undefined if it cannot be represented, and whether it was folded. */
function encode(unit: number): { bytes: string | undefined; folded: boolean } {
  let refused = false;
  const encoder = createEncoder("shift_jis", { onUnmappable: "error", report: () => (refused = true) });
  const bytes = Buffer.concat([encoder.write(String.fromCharCode(unit)), encoder.end()]).toString("hex");
  return { bytes: refused ? undefined : bytes, folded: encoder.folded > 0 };
}

interface Peer {
  readonly name: string;
  readonly decode: (bytes: Uint8Array) => string;
  readonly encode: (text: string) => Buffer;
  /** the text of the bytes, without the invalid ones */
  readonly decodeLeniently: (bytes: Uint8Array) => string;
  readonly lacks: (unit: number) => boolean;
}

const runIconv = (from: string, to: string, input: Uint8Array): Buffer =>
  execFileSync("iconv", ["-f", from, "-t", to], { input, maxBuffer: 1 << 24 });

const ICONV: Peer = {
  name: "iconv of this machine",
  decode: (bytes) => runIconv("CP932", "UTF-8", bytes).toString(),
  encode: (text) => runIconv("UTF-8", "CP932", Buffer.from(text)),
  decodeLeniently: (input) =>
    execFileSync("sh", ["-c", "iconv -c -f CP932 -t UTF-8 || true"], { input, maxBuffer: 1 << 24 }).toString(),
  lacks: () => false,
};

const ICONV_LITE: Peer = {
  name: "iconv-lite, since this machine has no iconv",
  decode: (bytes) => iconv.decode(Buffer.from(bytes), "cp932"),
  encode: (text) => iconv.encode(text, "cp932"),
  decodeLeniently: (bytes) => iconv.decode(Buffer.from(bytes), "cp932").replaceAll("\ufffd", ""),
  lacks: (unit) => unit >= 0xe000 || toCp932Form(String.fromCharCode(unit)) !== String.fromCharCode(unit),
};

function peerOfThisMachine(): Peer {
  try {
    runIconv("CP932", "UTF-8", Buffer.from("a"));
    return ICONV;
  } catch {
    return ICONV_LITE;
  }
}
const peer = peerOfThisMachine();

describe("decoding CP932", () => {
  test("decodes control characters and ASCII unchanged", () => {
    for (let byte = 0; byte < 0x80; byte++) expect(decode([byte])).toBe(String.fromCharCode(byte));
  });

  test("decodes A1-DF as half-width kana and refuses 80, A0 and FD-FF", () => {
    for (let byte = 0xa1; byte <= 0xdf; byte++) expect(decode([byte])).toBe(String.fromCharCode(0xff61 + byte - 0xa1));
    for (const byte of [0x80, 0xa0, 0xfd, 0xfe, 0xff]) expect(decode([byte])).toBeUndefined();
  });

  test("equals iconv-lite in every two-byte sequence except user-defined ones that iconv-lite lacks", () => {
    const lacking = PAIRS.filter((pair) => {
      const theirs = iconv.decode(Buffer.from(pair), "cp932");
      const ours = decode(pair);
      if (theirs.includes("\ufffd")) return ours !== undefined;
      expect(ours).toBe(theirs);
      return false;
    }).map(([lead, trail]) => (lead << 8) | trail);
    expect([lacking.length, lacking[0], lacking.at(-1)]).toEqual([187, 0xf941, 0xf9fc]);
  });
});

describe("encoding CP932", () => {
  test("encodes control characters and ASCII unchanged", () => {
    expect([...getUnicodeToCp932().subarray(0, 0x80)]).toEqual(BYTES.slice(0, 0x80));
  });

  test("equals iconv-lite in the BMP except the seven folded characters, ¥, ‾ and U+0080", () => {
    const differing: string[] = [];
    for (let unit = 0; unit <= 0xffff; unit++) {
      if (unit >= 0xd800 && unit <= 0xdfff) continue;
      const character = String.fromCharCode(unit);
      const theirs = iconv.encode(character, "cp932");
      const held = unit === 0x3f || theirs.toString("latin1") !== "?";
      if (encode(unit).bytes !== (held ? theirs.toString("hex") : undefined)) differing.push(unit.toString(16));
    }
    expect(differing).toEqual(
      ["80", "a2", "a3", "a5", "ac", "203e", "2014", "2016", "2212", "301c"].toSorted(byNumber),
    );
  });

  test("refuses the user-defined area, lone surrogates and characters beyond the BMP", () => {
    for (const unit of [0xe000, 0xe757, 0xf8ff, 0xd842, 0xdfb7]) expect(encode(unit).bytes).toBeUndefined();
    expect(
      getUnicodeToCp932()
        .slice(0xd800, 0xf900)
        .every((code) => code === 0),
    ).toBe(true);
  });

  test("is reversed by decoding, with the seven folded characters in their CP932 form", () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      const { bytes, folded } = encode(unit);
      if (bytes === undefined) continue;
      const character = String.fromCharCode(unit);
      expect(decode([...Buffer.from(bytes, "hex")])).toBe(toCp932Form(character));
      expect(folded).toBe(toCp932Form(character) !== character);
    }
  });
});

const byNumber = (a: string, b: string): number => parseInt(a, 16) - parseInt(b, 16);

describe(`compared with ${peer.name}`, () => {
  test("decodes every two-byte sequence the same", () => {
    const table = getCp932ToUnicode();
    const held = PAIRS.filter(([lead, trail]) => {
      const unit = table[(lead << 8) | trail] ?? 0;
      return unit !== 0 && !peer.lacks(unit);
    });
    expect(peer.decode(Uint8Array.from(held.flat()))).toBe(held.map((pair) => decode(pair)).join(""));
  });

  test("refuses the same two-byte sequences", () => {
    const table = getCp932ToUnicode();
    const refused = PAIRS.filter(([lead, trail]) => table[(lead << 8) | trail] === 0);
    const left = peer.decodeLeniently(Uint8Array.from(refused.flatMap(([lead, trail]) => [lead, trail, 0x0a])));
    expect(left).not.toMatch(/[^\n\u0020-\u007e\uff61-\uff9f]/u);
  });

  test("encodes every supported character the same", () => {
    const held = Array.from({ length: 0x10000 }, (_, unit) => unit).filter(
      (unit) => encode(unit).bytes !== undefined && !peer.lacks(unit),
    );
    expect(peer.encode(held.map((unit) => String.fromCharCode(unit)).join("")).toString("hex")).toBe(
      held.map((unit) => encode(unit).bytes).join(""),
    );
  });
});
