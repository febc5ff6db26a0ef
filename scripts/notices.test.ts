import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toRepositoryAddress } from "./bundled-packages.ts";
import { renderNotices } from "./notices.ts";

const ROOT = join(import.meta.dirname, "..");

test.each([
  ["chalk/chalk", "https://github.com/chalk/chalk"],
  ["github:eemeli/yaml", "https://github.com/eemeli/yaml"],
  ["git+https://github.com/a/b.git", "https://github.com/a/b"],
  ["git://github.com/a/b", "https://github.com/a/b"],
  ["git@github.com:a/b.git", "https://github.com/a/b"],
  ["git+ssh://git@example.org/a/b.git", "https://example.org/a/b"],
  ["https://example.org/a/b", "https://example.org/a/b"],
])("the repository %s is at %s", (written, address) => {
  expect(toRepositoryAddress(written)).toBe(address);
});

test("a notice has the package's licence and the address of its source code", async () => {
  const file = "node_modules/chalk/source/index.js";
  const licence = readFileSync(join(ROOT, "node_modules/chalk/license"), "utf8").trim();
  const heading = "chalk 6.0.1 (MIT)\n\n=================\n";
  const source = "Source code: https://github.com/chalk/chalk\n";
  expect(await renderNotices(ROOT, ["src/cli/main.ts", file, file])).toBe(
    `clomoctl contains code of these packages.\n\n${heading}\n${source}\n${licence}\n`,
  );
});
