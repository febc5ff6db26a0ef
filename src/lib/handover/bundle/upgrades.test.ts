import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { differences, stateOf } from "../compare/diff.ts";
import { verifyBundle } from "../compare/verify.ts";
import { RENEWAL_ITEM } from "../../model/renewal.ts";
import { exampleOf } from "../../model/thing.ts";
import { EMPTY_MANIFEST, freshFolder, placeIn, writeBundle, type Records } from "#support/handover/bundles.ts";
import { parseManifest, SCHEMA } from "./manifest.ts";
import { openBundle, openFiles } from "./read.ts";
import { recordUpgrade, UPGRADES, type Upgrade } from "./upgrades.ts";

/** Invented: as if today's custom fields had a title and no time, and those of the next version a time called `made`. */
const STEPS: readonly Upgrade[] = [
  ...UPGRADES,
  {
    manifest: (older) => ({ ...older, gaps: [] }),
    records: {
      "custom-fields": ({ id, title }) => ({ id, name: String(title).trim(), made: "2026-11-20T01:23:45.000Z" }),
    },
  },
  { records: { "custom-fields": ({ id, name, made }) => ({ id, name, createdAt: made }) } },
];

const ID = "019a9f3c-5a00-7abc-8def-000000000003";
const OLDER = { id: ID, title: " 入社年度 " };
const TODAY = { id: ID, name: "入社年度", createdAt: "2026-11-20T01:23:45.000Z" };

const written = async (root: string, name: string, records: readonly object[]): Promise<void> => {
  const all: Records = { "custom-fields": records };
  await writeBundle(join(root, name), placeIn(root), { records: all });
};

const at = (root: string) => ({ workingFolder: root, temporary: placeIn(root) });

const faultsOf = async (root: string, name: string, upgrades?: readonly Upgrade[]): Promise<string[]> => {
  await using found = await openFiles(name, at(root));
  const { faults } = await verifyBundle(found, { hashesOnly: false, upgrades });
  return faults.map(({ file, line, what }) => `${file}:${line ?? ""} ${what.en}`);
};

test("there is a step from each version to the next", () => {
  expect(UPGRADES).toHaveLength(SCHEMA - 1);
});

test("a task of the first version says nothing of its record but the name", () => {
  const older = { id: "000000000001", work: "create", kind: "users", name: "taro01", state: "open" };
  expect(JSON.stringify(recordUpgrade("console-tasks", 1)?.(older))).toBe(
    '{"id":"000000000001","work":"create","kind":"users","thing":null,"object":null,"name":"taro01","state":"open","changes":[]}',
  );
  const second = { ...older, openedAt: "2026-11-20T00:00:00.000Z" };
  expect(JSON.stringify(recordUpgrade("console-tasks", 2)?.({ ...second, thing: "account", object: "x" }))).toBe(
    '{"id":"000000000001","work":"create","kind":"users","thing":"account","object":"x","name":"taro01","state":"open","changes":[],"openedAt":"2026-11-20T00:00:00.000Z"}',
  );
});

test("a renewal of the third version has no renewed file that waits to be confirmed", () => {
  const older = { id: ID, name: "本社", updatedAt: "2026-11-20T00:00:00.000Z" };
  expect(JSON.stringify(recordUpgrade("renewals", 3)?.(older))).toBe(
    `{"id":"${ID}","name":"本社","updatedAt":"2026-11-20T00:00:00.000Z","downloadedExpiresAt":null,"downloadedCertainty":null,"downloadedFingerprint":null,"downloadedTopic":null,"downloadedSource":null}`,
  );
});

test.each([
  ["090-0000-0000", "090-0000-0000", null],
  ["+81 (90) 0000 0000", "+81 (90) 0000 0000", null],
  ["情報システム部の金庫", null, "情報システム部の金庫"],
  ["090-0000-0000 (金庫)", null, "090-0000-0000 (金庫)"],
  [null, null, null],
])("the phone of a renewal of the fourth version, %s, is a number or a place", (typed, phone, phoneHolder) => {
  const today = { ...exampleOf(RENEWAL_ITEM.fields), phone, phoneHolder };
  const { phoneHolder: _, ...older } = { ...today, phone: typed };
  expect(JSON.stringify(recordUpgrade("renewals", 4)?.(older))).toBe(JSON.stringify(today));
});

test("steps are done in their order, from the version that a bundle is of; a resource without any is as it is", () => {
  expect(recordUpgrade("custom-fields", SCHEMA, STEPS)?.(OLDER)).toEqual(TODAY);
  expect(recordUpgrade("custom-fields", SCHEMA + 1, STEPS)?.({ id: "x", name: "a", made: "b" })).toEqual({
    id: "x",
    name: "a",
    createdAt: "b",
  });
  expect(recordUpgrade("custom-fields", SCHEMA + 2, STEPS)).toBeUndefined();
  expect(recordUpgrade("users", SCHEMA, STEPS)).toBeUndefined();
});

test.each(["a", "a.zip", "a.tar.gz"])(
  "an older bundle (%s) is verified, read and compared as one of today",
  async (name) => {
    const root = freshFolder();
    await written(root, name, [OLDER]);
    await written(root, "today", [TODAY]);
    await written(root, "renamed", [{ ...TODAY, name: "入社年" }]);
    expect(await faultsOf(root, name, STEPS)).toEqual([]);
    expect(await faultsOf(root, name)).toEqual([expect.stringContaining("title stands where name is to be")]);
    await using older = await openBundle(name, at(root), STEPS);
    expect(older.schema).toBe(SCHEMA);
    expect((await Array.fromAsync(older.records("custom-fields"))).flat()).toEqual([TODAY]);
    const lines = Buffer.concat(await Array.fromAsync(older.read("resources/custom-fields.ndjson"))).toString();
    expect(lines).toBe(`${JSON.stringify(TODAY)}\n`);
    await using today = await openBundle("today", at(root));
    await using renamed = await openBundle("renamed", at(root));
    expect(await Array.fromAsync(differences(stateOf(older), stateOf(today)))).toEqual([]);
    expect(await Array.fromAsync(differences(stateOf(renamed), stateOf(older)))).toMatchObject([
      { resource: "custom-fields", change: "changed", field: "name", before: "入社年", after: "入社年度" },
    ]);
  },
);

test.each<[string, string]>([
  ["what its version does not have", JSON.stringify({ id: ID })],
  ["what is not written as it was", JSON.stringify(OLDER).replace(":", ": ")],
  ["no record", "1"],
  ["no JSON", "{"],
])("of an older bundle %s is found as of today's", async (_case, line) => {
  const strict: readonly Upgrade[] = [
    ...UPGRADES,
    { records: { "custom-fields": ({ id, title }) => ({ ...TODAY, id, name: (title as string).trim() }) } },
  ];
  const root = freshFolder();
  await written(root, "a", [OLDER]);
  writeFileSync(join(root, "a", "resources", "custom-fields.ndjson"), `${line}\n`);
  expect((await faultsOf(root, "a", strict))[0]).toMatch(
    /^resources\/custom-fields\.ndjson:1 (?:this is no record|this is no JSON|not written as an export writes it)$/,
  );
});

test("records that a step cannot read are refused where they are read", async () => {
  const root = freshFolder();
  await written(root, "a", [{ id: ID }]);
  const failing: readonly Upgrade[] = [
    ...UPGRADES,
    { records: { "custom-fields": ({ title }) => ({ name: (title as string).trim() }) } },
  ];
  await using older = await openBundle("a", at(root), failing);
  await expect(Array.fromAsync(older.blocks("custom-fields"))).rejects.toMatchObject({
    code: "input-rejected",
    where: "a: resources/custom-fields.ndjson",
  });
});

test("a manifest of an older version is read as it was written, and one of a newer one is refused", async () => {
  const root = freshFolder();
  const { gaps: _, ...members } = EMPTY_MANIFEST;
  const older = `${JSON.stringify(members, null, 2)}\n`;
  expect(parseManifest(older, "manifest.json", STEPS)).toEqual({ manifest: EMPTY_MANIFEST, schema: SCHEMA });
  expect(() => parseManifest(older.replace("\n", " \n"), "manifest.json", STEPS)).toThrow(/no manifest/);
  expect(() => parseManifest(older, "manifest.json")).toThrow(/wrong at: gaps/);
  await written(root, "a", []);
  const text = readFileSync(join(root, "a", "manifest.json"), "utf8").replace(
    `"schema": ${SCHEMA}`,
    `"schema": ${SCHEMA + 3}`,
  );
  expect(() => parseManifest(text, "manifest.json", STEPS)).toThrow(
    `schema ${SCHEMA + 3}; this one reads up to ${SCHEMA + 2}`,
  );
});
