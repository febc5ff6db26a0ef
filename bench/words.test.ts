import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { THIS_CHECKOUT } from "./checkout.ts";
import { WAYS, type Ways } from "./words.ts";

test("the newest way of each purpose is a command of this checkout", () => {
  const folder = join(THIS_CHECKOUT.folder, "docs/commands");
  const pages = globSync("*.md", { cwd: folder }).map((page) => readFileSync(join(folder, page), "utf8"));
  const reference = pages.join("\n");
  const newest = Object.values<Ways<never[]>>(WAYS).map(([way]) => way);
  const commands = newest
    .filter(({ script }) => script === undefined)
    .map(({ command }) => `clomoctl ${command}`.trim());
  expect(commands.filter((command) => !reference.includes(command))).toEqual([]);
});
