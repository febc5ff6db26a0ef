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
  const file = "node_modules/@jmespath-community/jmespath/dist/index.mjs";
  const licence = readFileSync(join(ROOT, "node_modules/@jmespath-community/jmespath/LICENSE"), "utf8").trim();
  const heading = "@jmespath-community/jmespath 1.3.0 (MPL-2.0)\n\n============================================\n";
  const source = "Source code: https://github.com/jmespath-community/typescript-jmespath\n";
  expect(await renderNotices(ROOT, ["src/cli.ts", file, file])).toBe(
    `clomoctl contains code of these packages.\n\n${heading}\n${source}\n${licence}\n`,
  );
});
