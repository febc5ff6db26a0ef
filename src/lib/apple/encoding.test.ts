import { expect, test } from "vitest";
import { findPemBlocks, decodeWrappedBase64, readElement } from "./encoding.ts";

const block = (label: string, content = "MIIB"): string =>
  `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----`;
const LONGEST = "A".repeat(64);

test.each([
  ["words around and between blocks", `Subject: a\n${block("A")}\nwords\n${block("B C")}\n`, ["A", "B C"]],
  ["no newline between blocks", block("A") + block("B"), ["A", "B"]],
  ["an end of another label", `${block("A").replace("END A", "END B")}\n${block("C")}`, ["A", "C"]],
  ["no label", `-----BEGIN -----\n${block("B")}`, ["B"]],
  ["a label on two lines", block("A\nB"), []],
  ["a start whose dashes were lost", `-----BEGIN A\nMIIB-----\n${block("B")}`, ["B"]],
  ["the longest label", block(LONGEST), [LONGEST]],
  ["a longer label", block(`${LONGEST}A`), []],
  ["nothing", "", []],
])("%s", (_, text, labels) => {
  expect(Array.from(findPemBlocks(text), ({ label }) => label)).toEqual(labels);
});

test("a block ends at its end line, or where the next block begins, or at the end of the text", () => {
  const texts = (text: string) => Array.from(findPemBlocks(text), (found) => found.text);
  expect(texts(`x${block("A")}y${block("B")}z`)).toEqual([block("A"), block("B")]);
  expect(texts(`-----BEGIN A-----\nMIIB\n${block("B")}`)).toEqual(["-----BEGIN A-----\nMIIB\n", block("B")]);
  expect(texts("-----BEGIN A-----\nMIIB\n")).toEqual(["-----BEGIN A-----\nMIIB\n"]);
});

const BASE64 = Buffer.from("token").toString("base64");

test.each([
  ["bare", `${BASE64.slice(0, 3)}\n ${BASE64.slice(3)}\r\n`, "token"],
  ["a message", block("PKCS7", BASE64), "token"],
  ["a message by its newer name", `words\n${block("CMS", BASE64)}`, "token"],
  ["below headers", `MIME-Version: 1.0\nContent-Type: application/pkcs7-mime\n\n${BASE64}\n`, "token"],
  ["below headers of CRLF", `Content-Type: a\r\n\r\n${BASE64}\r\n`, "token"],
  ["a certificate", block("CERTIFICATE", BASE64), undefined],
  ["headers alone", "Content-Type: a\n", undefined],
  ["a message that holds words", block("CMS", "no base64!"), undefined],
  ["words", "hello, world", undefined],
  ["nothing", "", undefined],
])("unwraps base64: %s", (_, written, content) => {
  expect(decodeWrappedBase64(written)?.toString()).toBe(content);
});

test("a constructed element ends at its length or at two zero bytes", () => {
  const known = Uint8Array.of(0x30, 2, 0x05, 0, 9);
  expect(readElement(known)).toEqual({ tag: 0x30, content: known.subarray(2, 4), whole: known.subarray(0, 4) });
  const open = Uint8Array.of(0x30, 0x80, 0x05, 0, 0, 0, 9);
  expect(readElement(open)).toEqual({ tag: 0x30, content: open.subarray(2, 4), whole: open.subarray(0, 6) });
});

test.each([0x01, 0x02, 0x03, 0x04, 0x06, 0x80, 0x81])("a primitive element of tag %i has a length", (tag) => {
  expect(() => readElement(Uint8Array.of(tag, 0x80, 0, 0))).toThrow("only a constructed element");
});
