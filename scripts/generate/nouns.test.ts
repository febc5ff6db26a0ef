import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { renderContractSource, renderHandlersSource, readNouns } from "./nouns.ts";

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "clomoctl-nouns-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, name), source);
  return folder;
}

const noun = (...paths: readonly string[]): string =>
  `export default { routes: { ${paths.map((path, at) => `r${at}: { path: "${path}" }`).join(", ")} } };\n`;

test("a file with a default export is a noun, named after the first part of its paths", async () => {
  const folder = folderWith({
    "b.ts": noun("/v1/push-certificate", "/v1/push-certificate/{id}"),
    "a.ts": noun("/v1/users"),
    "shapes.ts": "export const x = 1;\n",
    "a.test.ts": noun("/v1/tests"),
  });
  const nouns = await readNouns(folder);
  expect(nouns).toEqual([
    { name: "users", file: "a.ts" },
    { name: "push-certificate", file: "b.ts" },
  ]);
  for (const source of [renderContractSource(nouns), renderHandlersSource(nouns)])
    expect(source).toContain('  users: () => import("./a.ts"),\n  "push-certificate": () => import("./b.ts"),\n}');
});

test("rejects a file that has paths of two nouns", async () => {
  const folder = folderWith({ "a.ts": noun("/v1/users", "/v1/orgs") });
  await expect(readNouns(folder)).rejects.toThrow("not with users, orgs");
});
