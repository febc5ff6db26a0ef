import { expect, test } from "vitest";
import { EMPTY_MANIFEST } from "#support/handover/bundles.ts";
import { renderManifest, parseManifest, BUNDLE_SCHEMA_VERSION, type ManifestResource } from "./manifest.ts";

const users = (change: Partial<ManifestResource> = {}): ManifestResource => ({
  name: "users",
  records: 1,
  sha256: "0".repeat(64),
  leftOut: ["accountPassword"],
  ...change,
});

test("reads a manifest as it was written, with the same order of members", () => {
  const manifest = { ...EMPTY_MANIFEST, resources: [users()] };
  const { schema: _, ...others } = manifest;
  const written = renderManifest({ ...others, schema: BUNDLE_SCHEMA_VERSION });
  expect(written).toBe(`${JSON.stringify(manifest, null, 2)}\n`);
  expect(parseManifest(written, "manifest.json")).toEqual(manifest);
});

test.each([
  [
    "a newer one",
    JSON.stringify({ ...EMPTY_MANIFEST, schema: BUNDLE_SCHEMA_VERSION + 1 }),
    /newer version of clomoctl.*schema 102/,
  ],
  ["the first pre-release one", JSON.stringify({ ...EMPTY_MANIFEST, schema: 1 }), /pre-release version of clomoctl/],
  ["the last pre-release one", JSON.stringify({ ...EMPTY_MANIFEST, schema: 100 }), /pre-release version of clomoctl/],
  ["no JSON", "{", /not a manifest/],
  ["a list", "[]", /not a manifest/],
  ["no schema", "{}", /invalid value: schema/],
  ["schema 0", '{"schema":0}', /invalid value: schema/],
  ["another member", JSON.stringify({ ...EMPTY_MANIFEST, more: 1 }), /not a manifest/],
  ["a member twice", renderManifest(EMPTY_MANIFEST).replace("{", '{"schema": 101,'), /not a manifest/],
  ["another order", JSON.stringify(Object.fromEntries(Object.entries(EMPTY_MANIFEST).toReversed())), /not a manifest/],
  ["a wrong day", JSON.stringify({ ...EMPTY_MANIFEST, asOf: "2026-02-30" }), /invalid value: asOf/],
  [
    "a hash in capitals",
    JSON.stringify({ ...EMPTY_MANIFEST, resources: [users({ sha256: "A".repeat(64) })] }),
    /sha256/,
  ],
  [
    "a resource twice",
    JSON.stringify({ ...EMPTY_MANIFEST, resources: [users(), users()] }),
    /invalid value: resources/,
  ],
])("refuses a manifest with its place: %s", (_, json, what) => {
  expect(() => parseManifest(json, "a/manifest.json")).toThrow(
    expect.objectContaining({ code: "input-rejected", where: "a/manifest.json", message: expect.stringMatching(what) }),
  );
});
