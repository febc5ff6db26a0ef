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
  ["no JSON", "{", /not a manifest/],
  ["a list", "[]", /not a manifest/],
  ["no schema", "{}", /invalid value: schema/],
  ["schema 0", '{"schema":0}', /invalid value: schema/],
  ["another member", JSON.stringify({ ...EMPTY_MANIFEST, more: 1 }), /not a manifest/],
  ["a member twice", renderManifest(EMPTY_MANIFEST).replace("{", '{"schema": 102,'), /not a manifest/],
  ["another order", JSON.stringify(Object.fromEntries(Object.entries(EMPTY_MANIFEST).toReversed())), /not a manifest/],
  ["a wrong day", JSON.stringify({ ...EMPTY_MANIFEST, asOf: "2026-02-30" }), /invalid value: asOf/],
])("refuses a manifest with its place: %s", (_, json, what) => {
  expect(() => parseManifest(json, "a/manifest.json")).toThrow(
    expect.objectContaining({ code: "input-rejected", where: "a/manifest.json", message: expect.stringMatching(what) }),
  );
});
