import { expect, test } from "vitest";
import { EMPTY_MANIFEST } from "#support/handover/bundles.ts";
import { renderManifest, parseManifest, BUNDLE_SCHEMA_VERSION } from "./manifest.ts";

test("reads a manifest as it was written, with the same order of members", () => {
  const manifest = { ...EMPTY_MANIFEST, resources: [{ name: "users" as const, records: 1 }] };
  const { schema: _, ...others } = manifest;
  const written = renderManifest({ ...others, schema: BUNDLE_SCHEMA_VERSION });
  expect(written).toBe(`${JSON.stringify(manifest, null, 2)}\n`);
  expect(parseManifest(written, "manifest.json")).toEqual(manifest);
});

test.each([
  [
    "a newer one",
    JSON.stringify({ ...EMPTY_MANIFEST, schema: BUNDLE_SCHEMA_VERSION + 1 }),
    /newer version of clomoctl/,
  ],
  ["no JSON", "{", /not in the format of a bundle's manifest/],
  ["a list", "[]", /not in the format of a bundle's manifest/],
  ["no schema", "{}", /the value of schema in the manifest is invalid/],
  ["schema 0", '{"schema":0}', /the value of schema in the manifest is invalid/],
  ["another member", JSON.stringify({ ...EMPTY_MANIFEST, more: 1 }), /not in the format of a bundle's manifest/],
  [
    "a member twice",
    renderManifest(EMPTY_MANIFEST).replace("{", '{"schema": 103,'),
    /not in the format of a bundle's manifest/,
  ],
  [
    "another order",
    JSON.stringify(Object.fromEntries(Object.entries(EMPTY_MANIFEST).toReversed())),
    /not in the format of a bundle's manifest/,
  ],
  [
    "a wrong day",
    JSON.stringify({ ...EMPTY_MANIFEST, asOf: "2026-02-30" }),
    /the value of asOf in the manifest is invalid/,
  ],
])("refuses a manifest with its place: %s", (_, json, what) => {
  expect(() => parseManifest(json, "a/manifest.json")).toThrow(
    expect.objectContaining({ code: "input-rejected", where: "a/manifest.json", message: expect.stringMatching(what) }),
  );
});
