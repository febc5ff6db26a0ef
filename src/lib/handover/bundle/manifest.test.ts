import { expect, test } from "vitest";
import { EMPTY_MANIFEST } from "#support/handover/bundles.ts";
import { manifestText, parseManifest, RESOURCE_STATES, SCHEMA, type ManifestResource } from "./manifest.ts";

const users = (change: Partial<ManifestResource> = {}): ManifestResource => ({
  name: "users",
  state: RESOURCE_STATES[0],
  records: 1,
  sha256: "0".repeat(64),
  stays: null,
  leftOut: ["accountPassword"],
  ...change,
});

test("a manifest is read as it was written, in the order of its members", () => {
  const manifest = { ...EMPTY_MANIFEST, resources: [users()] };
  const { schema: _, ...others } = manifest;
  const written = manifestText({ ...others, schema: SCHEMA });
  expect(written).toBe(`${JSON.stringify(manifest, null, 2)}\n`);
  expect(parseManifest(written, "manifest.json")).toEqual(manifest);
});

test.each([
  ["a newer one", JSON.stringify({ ...EMPTY_MANIFEST, schema: SCHEMA + 1 }), /newer clomoctl.*schema 102/],
  ["the first pre-release one", JSON.stringify({ ...EMPTY_MANIFEST, schema: 1 }), /pre-release version of clomoctl/],
  ["the last pre-release one", JSON.stringify({ ...EMPTY_MANIFEST, schema: 100 }), /pre-release version of clomoctl/],
  ["no JSON", "{", /no manifest/],
  ["a list", "[]", /no manifest/],
  ["no schema", "{}", /wrong at: schema/],
  ["schema 0", '{"schema":0}', /wrong at: schema/],
  ["another member", JSON.stringify({ ...EMPTY_MANIFEST, more: 1 }), /no manifest/],
  ["a member twice", manifestText(EMPTY_MANIFEST).replace("{", '{"schema": 101,'), /no manifest/],
  ["another order", JSON.stringify(Object.fromEntries(Object.entries(EMPTY_MANIFEST).toReversed())), /no manifest/],
  ["a wrong day", JSON.stringify({ ...EMPTY_MANIFEST, asOf: "2026-02-30" }), /wrong at: asOf/],
  [
    "a hash in capitals",
    JSON.stringify({ ...EMPTY_MANIFEST, resources: [users({ sha256: "A".repeat(64) })] }),
    /sha256/,
  ],
  ["a resource twice", JSON.stringify({ ...EMPTY_MANIFEST, resources: [users(), users()] }), /wrong at: resources/],
])("%s is refused with its place", (_, json, what) => {
  expect(() => parseManifest(json, "a/manifest.json")).toThrow(
    expect.objectContaining({ code: "input-rejected", where: "a/manifest.json", message: expect.stringMatching(what) }),
  );
});
