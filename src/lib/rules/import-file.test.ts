import { expect, test } from "vitest";
import { findMissingTrait } from "./import-file.ts";

const KNOWN = { records: 8, matches: false, isNumbered: false, sharesName: undefined, sharesDomain: undefined };
const NUMBERED = { ...KNOWN, matches: true, isNumbered: true };

test.each([
  ["no row of a replacing file matches", "replace", 5, KNOWN, "key"],
  ['"one row" matches', "replace", 5, { ...KNOWN, matches: true }, undefined],
  ["the file is short", "replace", 4, KNOWN, undefined],
  ["the tenant has one record", "replace", 500, { ...KNOWN, records: 1 }, undefined],
  ["the tenant has two records", "replace", 5, { ...KNOWN, records: 2 }, "key"],
  ["the tenant has no domain of an appending file", "append", 5, { ...KNOWN, sharesDomain: false }, "domain"],
  ["the tenant has a domain of it", "append", 5, { ...KNOWN, sharesDomain: true }, undefined],
  ["an appending file has no addresses", "append", 5, KNOWN, undefined],
  [
    "a domain says nothing of a replacing file",
    "replace",
    5,
    { ...KNOWN, matches: true, sharesDomain: false },
    undefined,
  ],
  ["numbers alone match, and nothing contradicts them", "replace", 5, NUMBERED, undefined],
  ["one name agrees", "replace", 5, { ...NUMBERED, sharesName: true, sharesDomain: false }, undefined],
  ["a domain is shared (", "replace", 5, { ...NUMBERED, sharesName: false, sharesDomain: true }, undefined],
  ["neither", "replace", 5, { ...NUMBERED, sharesName: false, sharesDomain: false }, "domain"],
  ["no domain is shared, without names", "replace", 5, { ...NUMBERED, sharesDomain: false }, "domain"],
  ["no name agrees, without addresses", "replace", 5, { ...NUMBERED, sharesName: false }, "name"],
] as const)("whether a file seems to belong to another tenant: %s", (_, mode, rows, facts, by) => {
  expect(findMissingTrait({ mode, rows }, facts)).toBe(by);
});
