import fc from "fast-check";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toPropertyParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import { Failure } from "../../errors/index.ts";
import { openBundleFiles, requireMatchingHashes, verifyBundle, type BundleVerification } from "./read.ts";
import { freshFolder, storageIn, writeBundle } from "#support/handover/bundles.ts";
import { filesBelow, packAs, someSpoiling, writeSpoiledCopy, type Spoiling } from "#support/handover/spoiling.ts";

const at = (root: string) => ({ workingFolder: root, temporary: storageIn(root) });

async function verified(root: string, name: string): Promise<BundleVerification> {
  await using found = await openBundleFiles(name, at(root));
  return await verifyBundle(found, {});
}

const FILES = {
  "resources/users.ndjson": '{"id":"a"}\n',
  "csv/notes.csv": "名前\r\n",
  "report.html": "<!doctype html>\n",
};

const isFound = async (root: string, name: string): Promise<boolean> => {
  try {
    return (await verified(root, name)).faults.length > 0;
  } catch (error) {
    if (error instanceof Failure && error.code === "input-rejected") return true;
    throw error;
  }
};

test.each(["a", "a.zip"])("detects every changed bit, byte, name or file of %s", LONG_TIMEOUT, async (name) => {
  const root = freshFolder();
  for (const written of new Set(["a", name])) await writeBundle(join(root, written), storageIn(root), FILES);
  const files = filesBelow(join(root, "a"));
  const copy = `copy${name.slice(1)}`;
  // what is packed anew is as good: it is what was spoilt that is found
  await packAs(join(root, copy), files);
  expect(await verified(root, copy)).toMatchObject({ faults: [], manifest: { tenant: { name: "株式会社みなと" } } });
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

test("reports every fault, refuses with the first, and checks what is read later against the verified hashes", async () => {
  const root = freshFolder();
  await writeBundle(join(root, "a"), storageIn(root), FILES);
  await using sound = await openBundleFiles("a", at(root));
  await requireMatchingHashes(sound, {});
  writeFileSync(join(root, "a", "report.html"), "other");
  await expect(Array.fromAsync(sound.read("report.html"))).rejects.toMatchObject({ where: "a: report.html" });
  writeFileSync(join(root, "a", "more.txt"), "");
  await using found = await openBundleFiles("a", at(root));
  const { faults } = await verifyBundle(found, {});
  expect(faults.map(({ file }) => file)).toEqual(["more.txt", "report.html"]);
  await expect(requireMatchingHashes(found, {})).rejects.toMatchObject({ where: "a: more.txt" });
});
