import fc from "fast-check";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toPropertyParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import { Failure } from "../../errors/index.ts";
import { toBundle, openBundleFiles } from "../bundle/read.ts";
import { freshFolder, storageIn, writeBundle, type Records } from "#support/handover/bundles.ts";
import { someWholeRecords } from "#support/handover/random.ts";
import { filesBelow, packAs, someSpoiling, writeSpoiledCopy, type Spoiling } from "#support/handover/spoiling.ts";
import { requireMatchingHashes, verifyBundle, type BundleVerification } from "./verify.ts";

const at = (root: string) => ({ workingFolder: root, temporary: storageIn(root) });

async function verified(root: string, name: string, hashesOnly = false): Promise<BundleVerification> {
  await using found = await openBundleFiles(name, at(root));
  return await verifyBundle(found, { hashesOnly });
}

const [RECORDS = {}] = fc.sample(someWholeRecords, { numRuns: 1, seed: 13 });
const FILES = {
  "csv/notes.csv": "名前,メールアドレス\r\n",
  "report.html": "<!doctype html>\n",
};

test("verifies every written bundle: as a folder and zip", LONG_TIMEOUT, async () => {
  await fc.assert(
    fc.asyncProperty(someWholeRecords, fc.constantFrom("a", "a.zip"), async (records, name) => {
      const root = freshFolder();
      await writeBundle(join(root, name), storageIn(root), { records, files: FILES, manifest: LATE });
      const found = await verified(root, name);
      expect(found.faults).toEqual([]);
      expect(found.records).toBe(Object.values(records).reduce((sum, lines) => sum + lines.length, 0));
      expect(found.manifest?.tenant.name).toBe("株式会社みなと");
      expect(await verified(root, name, true)).toMatchObject({ faults: [], records: 0 });
      expect(readdirSync(join(root, "tmp"))).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

const LATE = { lastUpdatedAt: "2030-01-01T00:00:00.000Z" };

const isFound = async (root: string, name: string): Promise<boolean> => {
  try {
    const { faultCount } = await verified(root, name, true);
    return faultCount > 0;
  } catch (error) {
    if (error instanceof Failure && error.code === "input-rejected") return true;
    throw error;
  }
};

test.each(["a", "a.zip"])("detects every changed bit, byte, name or file of %s", LONG_TIMEOUT, async (name) => {
  const root = freshFolder();
  for (const written of new Set(["a", name])) {
    await writeBundle(join(root, written), storageIn(root), { records: RECORDS, files: FILES, manifest: LATE });
  }
  const files = filesBelow(join(root, "a"));
  const copy = `copy${name.slice(1)}`;
  // what is packed anew is as good: it is what was spoilt that is found
  await packAs(join(root, copy), files);
  expect(await isFound(root, copy)).toBe(false);
  const missed: Spoiling[] = [];
  await fc.assert(
    fc.asyncProperty(someSpoiling, async (spoiling) => {
      await writeSpoiledCopy(files, join(root, copy), spoiling);
      if (!(await isFound(root, copy))) missed.push(spoiling);
    }),
    toPropertyParameters(80, 20_261_123),
  );
  expect(missed).toEqual([]);
});

const FIELD = { id: "019a9f3c-5a00-7abc-8def-000000000003", name: "入社年度", createdAt: "2026-11-20T01:23:45.000Z" };
const ORG = {
  id: "019a9f3c-5a00-7abc-8def-000000000001",
  name: "全社",
  code: null,
  parentId: null,
  createdAt: "2026-11-20T01:23:45.000Z",
  updatedAt: "2026-11-20T01:23:45.000Z",
};
const TASK = {
  id: "1",
  work: "change",
  kind: "users",
  thing: null,
  object: FIELD.id,
  name: "山田",
  state: "open",
  changes: [{ field: "title", before: null, after: "部長" }],
  openedAt: ORG.createdAt,
  openedBy: "owner",
  closedAt: null,
  closedBy: null,
};

async function faultsOf(records: Records, change = {}): Promise<string[]> {
  const root = freshFolder();
  await writeBundle(join(root, "a"), storageIn(root), { records, manifest: { ...LATE, ...change } });
  const { faults } = await verified(root, "a");
  return faults.map(({ file, line, what }) => `${file}${line === undefined ? "" : `:${line}`}: ${what.en}`);
}

const FIELDS = "resources/custom-fields.ndjson";
const secret = { ...FIELD, password: "x" };
const { createdAt: _, ...short } = FIELD;

test("a field that can be null may be missing, because an earlier version did not know it", async () => {
  const { code: __, ...without } = ORG;
  expect(await faultsOf({ orgs: [without] })).toEqual([]);
});

const WRONG_TYPE = "1: the value of name has the wrong type";

test.each<[string, readonly unknown[], string]>([
  ["a member more", [secret], "1: this kind of record does not have a member named password"],
  ["a member less", [short], "1: createdAt is missing"],
  ["another order", [{ name: FIELD.name, id: FIELD.id }], "1: expected the member id, found name"],
  ["another type", [{ ...FIELD, name: 1 }], WRONG_TYPE],
  ["no instant", [{ ...FIELD, createdAt: "2026-13-01T00:00:00Z" }], WRONG_TYPE.replace("name", "createdAt")],
  ["null where none may be", [{ ...FIELD, name: null }], WRONG_TYPE],
  ["no record", [["a"]], "1: not a JSON object"],
  ["an id twice", [FIELD, FIELD], "2: duplicate ID"],
  [
    "another order of records",
    [{ ...FIELD, id: FIELD.id.replace("003", "004") }, FIELD],
    "2: the records are not sorted by ID",
  ],
])("reports a fault with its line: %s", async (_case, records, fault) => {
  expect(await faultsOf({ "custom-fields": records } as Records)).toEqual([`${FIELDS}:${fault}`]);
});

test("reports another type within a member", async () => {
  const changes = [{ field: "title", before: null, after: 1 }];
  const fault = "resources/console-tasks.ndjson:1: the value of changes has the wrong type";
  expect(await faultsOf({ "console-tasks": [{ ...TASK, changes }] })).toEqual([fault]);
});

test("reports only the first fault of an unsound bundle", async () => {
  const root = freshFolder();
  await writeBundle(join(root, "a"), storageIn(root), { records: { "custom-fields": [FIELD] } });
  writeFileSync(join(root, "a", FIELDS), `${JSON.stringify({ ...FIELD, name: "other" })}\n`);
  await using found = await openBundleFiles("a", at(root));
  const { faults } = await verifyBundle(found, { hashesOnly: true });
  await expect(requireMatchingHashes(found, {})).rejects.toMatchObject({
    what: faults[0]?.what,
    where: `a: ${FIELDS}`,
  });
});

test("a sound bundle is read only if its hashes still match", async () => {
  const root = freshFolder();
  await writeBundle(join(root, "a"), storageIn(root), { records: { "custom-fields": [FIELD] } });
  await using found = await openBundleFiles("a", at(root));
  await requireMatchingHashes(found, {});
  expect(await Array.fromAsync((await toBundle(found)).blocks("custom-fields"))).toHaveLength(1);
  writeFileSync(join(root, "a", FIELDS), `${JSON.stringify({ ...FIELD, name: "other" })}\n`);
  await expect(Array.fromAsync((await toBundle(found)).blocks("custom-fields"))).rejects.toMatchObject({
    code: "input-rejected",
    where: expect.stringContaining(FIELDS) as unknown,
  });
});

test("finds lines that an export would not write, and reports every fault", async () => {
  const root = freshFolder();
  await writeBundle(join(root, "a"), storageIn(root), { records: { "custom-fields": [FIELD] } });
  const line = JSON.stringify(FIELD);
  const lines = [line.replace(":", ": "), line.replace("{", '{"id":"x",'), "{", "", line];
  writeFileSync(join(root, "a", FIELDS), Buffer.concat([Buffer.from(lines.join("\n")), Buffer.from([0xff])]));
  writeFileSync(join(root, "a", "more.txt"), "");
  const { faults, faultCount } = await verified(root, "a");
  expect(faults.map(({ file, line: place, what }) => [file, place, what.en])).toEqual([
    ["more.txt", undefined, expect.stringContaining("it is not listed in SHA256SUMS")],
    [FIELDS, 1, "not in the format of an exported file"],
    [FIELDS, 2, "not in the format of an exported file"],
    [FIELDS, 3, "not valid JSON"],
    [FIELDS, 4, "not valid JSON"],
    [FIELDS, 5, "invalid UTF-8 in this line or a later line"],
    [FIELDS, 5, "the last line does not end with a newline"],
    [FIELDS, undefined, expect.stringContaining("SHA-256 mismatch")],
    ["manifest.json", undefined, expect.stringContaining("custom-fields: sha256")],
    ["manifest.json", undefined, expect.stringContaining("custom-fields: records")],
    ["more.txt", undefined, expect.stringContaining("not listed in the manifest")],
  ]);
  expect(faultCount).toBe(faults.length);
});

test.each<[string, object, string]>([
  ["the count", { records: 2 }, "custom-fields: records"],
  ["the hash", { sha256: "0".repeat(64) }, "custom-fields: sha256"],
])("finds a manifest with a wrong value for %s", async (_case, change, member) => {
  const root = freshFolder();
  const { resources } = await writeBundle(join(root, "a"), storageIn(root), { records: { "custom-fields": [FIELD] } });
  const other = resources.map((entry) => (entry.name === "custom-fields" ? { ...entry, ...change } : entry));
  const faults = await faultsOf({ "custom-fields": [FIELD] }, { resources: other });
  expect(faults).toEqual([`manifest.json: the manifest does not match the files: ${member}`]);
});

test("finds a record that is newer than the manifest states, and files it does not list", async () => {
  const found = await faultsOf(
    { orgs: [ORG] },
    { lastUpdatedAt: "2026-01-01T00:00:00.000Z", files: [{ path: "a.txt", records: null }] },
  );
  expect(found).toEqual([
    "manifest.json: the manifest does not match the files: files: a.txt",
    "manifest.json: the manifest does not match the files: lastUpdatedAt",
  ]);
});
