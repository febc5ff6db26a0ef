import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findImportFaults } from "./imports.ts";
import { freshFolder } from "#support/folder.ts";

const find = async (files: Readonly<Record<string, string>>): Promise<readonly number[]> => {
  const root = freshFolder();
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  return Object.values(findImportFaults(root)).map((faults: readonly string[]) => faults.length);
};

test.each<readonly [file: string, imported: string, faults: readonly number[]]>([
  ["src/lib/tenant/store/a.ts", 'import type { B } from "../ledger/b.ts";', [1, 0, 0]],
  ["src/lib/tenant/plans/a.ts", 'const b = () => import("../api/b.ts");', [1, 0, 0]],
  ["src/lib/tenant/api/a.ts", 'export { b } from "../store/b.ts";', [0, 0, 0]],
  ["src/commands/kit/list/a.ts", 'import { b } from "../../users/b.ts";', [0, 1, 0]],
  ["src/commands/orgs/a.ts", 'import { b } from "../users/b.ts";', [0, 1, 0]],
  ["src/commands/orgs/a.ts", 'import { b } from "../kit/b.ts";', [0, 0, 0]],
  ["src/lib/tenant/store/a.test.ts", 'import type { B } from "../ledger/b.ts";', [0, 0, 0]],
])("%s: %s", async (file, imported, faults) => {
  expect(await find({ [file]: imported })).toEqual(faults);
});

test("finds folders that import each other through others", async () => {
  const chain = {
    "src/lib/a/one.ts": 'import { two } from "../b/two.ts";',
    "src/lib/b/two.ts": 'import type { Three } from "../c/three.ts";',
  };
  expect(await find(chain)).toEqual([0, 0, 0]);
  expect(await find({ ...chain, "src/lib/c/three.ts": 'await import("../a/other.ts");' })).toEqual([0, 0, 1]);
});
