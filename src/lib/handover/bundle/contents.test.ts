import fc from "fast-check";
import { expect, test } from "vitest";
import { RESOURCE_NAMES, pathOfResource } from "../resources.ts";
import { inByteOrder, isBundlePath, MANIFEST, parseSums, resourceAt, sameName, SUMS, sumsText } from "./contents.ts";

test("what a bundle has may be in one", () => {
  for (const path of [
    MANIFEST,
    SUMS,
    "report.html",
    "csv/secured-browser.csv",
    "files/配布プロファイル.mobileconfig",
  ]) {
    expect([path, isBundlePath(path), resourceAt(path)]).toEqual([path, true, undefined]);
  }
  for (const name of RESOURCE_NAMES) expect(isBundlePath(pathOfResource(name))).toBe(true);
  expect(resourceAt("resources/users.ndjson")).toBe("users");
});

test.each([
  "",
  "/a",
  "a/",
  "a//b",
  "..",
  "../a",
  "a/../b",
  "./a",
  "C:/a",
  "a\\b",
  "\\\\server\\a",
  ".a",
  "-a",
  "a.",
  "a ",
  "a\nb",
  "con",
  "NUL.txt",
  "lpt1",
  "a\u202Eb",
  "a\u200Bb",
  "か\u3099",
  "a:b",
  "a*",
  "a/b/c/d/e",
  "a".repeat(201),
  "\uD800",
])("%j may not", (path) => {
  expect(isBundlePath(path)).toBe(false);
});

test("names that some system takes for the same are the same", () => {
  expect(sameName("CSV/Users.csv")).toBe(sameName("csv/users.csv"));
  expect(sameName("files/ガ.txt")).toBe(sameName("files/カ\u3099.txt"));
  expect(sameName("a")).not.toBe(sameName("b"));
});

const ONE = "1".repeat(64);
const TWO = "2".repeat(64);

test("hashes are written as sha256sum writes them, in the order of the paths' bytes", () => {
  const files = [
    { path: "resources/users.ndjson", sha256: ONE },
    { path: "csv/users.csv", sha256: TWO },
  ];
  expect(sumsText(files)).toBe(`${TWO}  csv/users.csv\n${ONE}  resources/users.ndjson\n`);
  expect(parseSums(sumsText(files))).toEqual(files.toReversed());
  expect(["\u{1F600}", "\uFF5E"].toSorted(inByteOrder)).toEqual(["\uFF5E", "\u{1F600}"]);
});

test.each([
  ["no last newline", `${ONE}  a`],
  ["capitals", `${"A".repeat(64)}  a\n`],
  ["binary mode", `${ONE} *a\n`],
  ["another order", `${ONE}  b\n${ONE}  a\n`],
  ["a carriage return", `${ONE}  a\r\n`],
  ["a blank line", `${ONE}  a\n\n`],
])("%s is not what is written", (_, content) => {
  expect(parseSums(content)).toBeUndefined();
});

test("any other text than the one that is written is refused", () => {
  const whole = sumsText([
    { path: "a", sha256: ONE },
    { path: "b", sha256: TWO },
  ]);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.string({ minLength: 1, maxLength: 2 }), (at, put) => {
      const content = whole.slice(0, at) + put + whole.slice(at + put.length);
      const found = parseSums(content);
      expect(found === undefined || sumsText(found) === content).toBe(true);
    }),
  );
});
