import { expect, test } from "vitest";
import { RESOURCE_NAMES, pathOfResource } from "./manifest.ts";
import {
  compareByteOrder,
  isBundlePath,
  MANIFEST_FILE,
  parseHashes,
  toPathKey,
  HASHES_FILE,
  renderHashes,
} from "./contents.ts";

test("accepts all paths of a bundle", () => {
  for (const path of [
    MANIFEST_FILE,
    HASHES_FILE,
    "report.html",
    "csv/secured-browser.csv",
    "files/配布プロファイル.mobileconfig",
  ]) {
    expect([path, isBundlePath(path)]).toEqual([path, true]);
  }
  for (const name of RESOURCE_NAMES) expect(isBundlePath(pathOfResource(name))).toBe(true);
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
])("refuses the path %j", (path) => {
  expect(isBundlePath(path)).toBe(false);
});

test("names that some systems consider the same are the same", () => {
  expect(toPathKey("CSV/Users.csv")).toBe(toPathKey("csv/users.csv"));
  expect(toPathKey("files/ガ.txt")).toBe(toPathKey("files/カ\u3099.txt"));
  expect(toPathKey("a")).not.toBe(toPathKey("b"));
});

const ONE = "1".repeat(64);
const TWO = "2".repeat(64);

test("writes hashes like sha256sum, in the byte order of the paths", () => {
  const files = [
    { path: "resources/users.ndjson", sha256: ONE },
    { path: "csv/users.csv", sha256: TWO },
  ];
  expect(renderHashes(files)).toBe(`${TWO}  csv/users.csv\n${ONE}  resources/users.ndjson\n`);
  expect(parseHashes(renderHashes(files))).toEqual(files.toReversed());
  expect(["\u{1F600}", "\uFF5E"].toSorted(compareByteOrder)).toEqual(["\uFF5E", "\u{1F600}"]);
});

test.each([
  ["no last newline", `${ONE}  a`],
  ["capitals", `${"A".repeat(64)}  a\n`],
  ["binary mode", `${ONE} *a\n`],
  ["another order", `${ONE}  b\n${ONE}  a\n`],
  ["a carriage return", `${ONE}  a\r\n`],
  ["a blank line", `${ONE}  a\n\n`],
])("refuses a list of hashes with %s", (_, content) => {
  expect(parseHashes(content)).toBeUndefined();
});
